"""Kinds of options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def day_option(*names: str, required: bool = False) -> Callable[[F], F]:
    """An option whose value is a day, typed as YYYY-MM-DD; None where it may be left out and is."""
    return click.option(*names, type=click.DateTime(["%Y-%m-%d"]), callback=_day, required=required)


def _day(ctx: click.Context, option: click.Parameter, moment: datetime | None) -> date | None:
    return moment.date() if moment else None
