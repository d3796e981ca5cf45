"""Kinds of options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from preserve.cli.choices import Day, Labelled
from preserve.messages import say
from preserve.services.choices import stage_label, stage_names

F = TypeVar("F", bound=Callable[..., Any])

STAGES = Labelled(stage_names(), stage_label)
"""The stages of a case."""


def named(*values: str) -> Labelled:
    """Values whose names stand among the words that several commands share."""
    return Labelled(values, lambda value: say(f"words.choice-{value}"))


def day_option(*names: str, required: bool = False) -> Callable[[F], F]:
    """An option whose value is a day; None where it may be left out and is."""
    return click.option(*names, type=Day(), required=required)
