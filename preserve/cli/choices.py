"""Values of options that have a name in each language: the value itself and either name may be typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import click

from preserve.messages import LANGUAGES, language, listed, say, speaking
from preserve.services.local_times import day_written


class Labelled(click.ParamType[str]):
    """One of some values. `label` says each in the language in use, and so do help and mistakes; `also` is what else
    people write."""

    name = "choice"

    def __init__(
        self, values: Sequence[str], label: Callable[[str], str], also: Mapping[str, str] | None = None
    ) -> None:
        self.values = tuple(values)
        self._label = label
        self._also = {_key(word): value for word, value in (also or {}).items()}

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The choices, as they are typed."""
        return f"[{'|'.join(self._typed())}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value that was typed, or that its name in either language stands for."""
        typed = _key(str(value))
        if typed in self._also:
            return self._also[typed]
        for known in self.values:
            names = {known}
            for spoken in LANGUAGES:
                with speaking(spoken):
                    names.add(self._label(known))
            if typed in map(_key, names):
                return known
        raise click.BadParameter(say("cli.choice-wrong", value=str(value), choices=listed(self._typed())), ctx, param)

    def _typed(self) -> list[str]:
        return list(self.values) if language() == "en" else [self._label(value) for value in self.values]


class Day(click.ParamType[date]):
    """A day, in every usual way of writing one."""

    name = "date"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """How it is written."""
        return say("cli.metavar-day")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day."""
        if isinstance(value, date):
            return value
        day = day_written(str(value))
        if day is None:
            self.fail(say("cli.day-wrong", value=str(value)), param, ctx)
        return day


def _key(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())
