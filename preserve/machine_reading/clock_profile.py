"""`profiles/clocks.toml`: how clocks in pictures are written, and which differences are worth a person's look."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from preserve.profiles import read_profile

_Seconds = Annotated[float, Field(ge=0.1, le=86400)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Count = Annotated[int, Field(ge=1, le=1000)]

_PARTS = frozenset(("year", "month", "day", "hour", "minute", "second", "half"))
_DATE, _TIME = frozenset(("year", "month", "day")), frozenset(("hour", "minute", "second"))
_ALIKE = str.maketrans({"O": "0", "o": "0", "〇": "0", "l": "1", "I": "1", "|": "1"})
"""What a machine reads for a digit; tried where the text fits no layout as it is."""

_WORDS_OF_AFTERNOON = ("pm", "下午")


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Layout(_Frozen):
    """How a clock is written."""

    name: str = Field(min_length=1, description="an example")
    pattern: str = Field(min_length=1, description="a regular expression with the named groups")

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            groups = set(re.compile(pattern).groupindex)
        except re.error as error:
            raise ValueError(str(error)) from error
        if groups - _PARTS or not (groups >= _DATE or groups >= _TIME):
            raise ValueError("groups: year month day hour minute second half")
        return pattern


class StretchProfile(_Frozen):
    """What counts as nothing to be seen or heard."""

    black_seconds: _Seconds
    black_share: _Share
    black_light: _Share
    frozen_seconds: _Seconds
    frozen_noise: _Share
    covered_seconds: _Seconds
    covered_light: Annotated[int, Field(ge=0, le=255)]
    covered_spread: Annotated[int, Field(ge=0, le=255)]
    silent_seconds: _Seconds
    silent_decibels: Annotated[float, Field(ge=-120, le=0)]


class ClockProfile(_Frozen):
    """Everything in the file."""

    every_seconds: Annotated[float, Field(ge=0.5, le=60)] = Field(description="between two reads")
    tries: Annotated[int, Field(ge=2, le=50)] = Field(description="frames in which the clock is looked for")
    least_score: _Share = Field(description="of a read that counts")
    jump_seconds: _Seconds = Field(description="from which a jump is told")
    jump_reads: Annotated[int, Field(ge=2, le=20)] = Field(description="that a jump must last")
    stop_seconds: _Seconds = Field(description="that a clock must stand still")
    differs_seconds: _Seconds = Field(description="by which the clock may differ from other sources")
    most_findings: _Count = Field(description="of one file")
    articles: tuple[str, ...] = Field(description="of the regulation, that what is found may bear on")
    stretches: StretchProfile
    layouts: tuple[Layout, ...] = Field(min_length=1)


@cache
def clock_profile(own: Path | None) -> ClockProfile:
    """The home's own profile, else the shipped one. Raises Refused."""
    return read_profile("clocks.toml", ClockProfile, own)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a text shows as the layout number `layout` reads it: a day, a time of day, or both."""

    layout: int
    day: date | None
    time: time | None

    @property
    def text(self) -> str:
        """ISO 8601 local time; empty for a day alone."""
        if self.time is None:
            return ""
        return datetime.combine(self.day, self.time).isoformat() if self.day else self.time.isoformat()


def read_shown(text: str, layouts: tuple[Layout, ...], only: int | None = None) -> Shown | None:
    """The clock in a line of text, by the first layout that fits, or by one `only`; None where there is none."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    for tried in (plain, plain.translate(_ALIKE)):
        for number, layout in enumerate(layouts):
            if only is not None and number != only:
                continue
            for match in _compiled(layout.pattern).finditer(tried):
                if shown := _shown(number, match.groupdict()):
                    return shown
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _shown(number: int, parts: dict[str, str | None]) -> Shown | None:
    try:
        day = date(*(int(parts[name] or "") for name in ("year", "month", "day"))) if parts.get("year") else None
        moment = None
        if parts.get("hour"):
            hour, minute, second = (int(parts[name] or "") for name in ("hour", "minute", "second"))
            half = (parts.get("half") or "").lower()
            if half and hour <= 12:
                hour = hour % 12 + 12 * (half in _WORDS_OF_AFTERNOON)
            moment = time(hour, minute, second)
    except ValueError:
        return None
    return Shown(number, day, moment)
