"""The shape of `profiles/retention.toml`, with the floor that it may raise and never lower."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from preserve.description.fixed_values import Retention
from preserve.description.vocabulary import Name, Words
from preserve.profiles import locate, read_profile

NAME = "retention.toml"
Event = Literal["closing", "filing", "recording"]
Count = Literal["next-year", "day-after"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Floor(_Part):
    """The least number of years, whatever a class says (regulation Art. 18, 19; orders 8 and 13)."""

    recording_years: Annotated[int, Field(ge=5, le=200)] = 5
    case_years: Annotated[int, Field(ge=10, le=200)] = 10
    long_term_years: Annotated[int, Field(ge=16, le=200)] = 16


class Recordings(_Part):
    """How a recording is known: by a word in its kind or title, or by its name's ending (lower case, no dot)."""

    words: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()


class Notice(_Part):
    """How many months ahead the report says what falls due, and whether by mail too."""

    months: Annotated[int, Field(ge=1, le=60)] = 6
    mail: bool = False


class Appraisal(_Part):
    """Members of the appraisal group; days between approval and destruction; minutes a warrant holds."""

    group: Annotated[int, Field(ge=2, le=9)] = 2
    cooling_days: Annotated[int, Field(ge=1, le=3650)] = 30
    warrant_minutes: Annotated[int, Field(ge=1, le=60)] = 15


class RetentionClass(_Part):
    """One class: what it applies to, how long it is kept, from which events, and why."""

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$")]
    label: Words
    applies_to: Literal["case", "recording"]
    declared: tuple[Retention, ...] = Field((), description="the case's own retention is one of these; empty: any")
    case_types: tuple[Name, ...] = ()
    long_term: bool | None = None
    evidence: bool | None = None
    years: Annotated[int, Field(ge=1, le=200)] | None = None
    permanent: bool = False
    starts: tuple[Event, ...]
    count: Count = "next-year"
    article: str
    basis: Words

    @model_validator(mode="after")
    def _whole(self) -> RetentionClass:
        if self.permanent == (self.years is not None):
            raise ValueError("either years or permanent = true")
        if not self.permanent and not self.starts:
            raise ValueError("starts: at least one event")
        if self.applies_to == "case" and ("recording" in self.starts or self.evidence is not None):
            raise ValueError("a case has no recording day and is no evidence: applies_to = recording")
        return self


class Signal(_Part):
    """A sign of value: one of these words in title, cause or a note of the description."""

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$")]
    label: Words
    words: Annotated[tuple[str, ...], Field(min_length=1)]


class RetentionProfile(_Part):
    """The whole file. `classes` is written `[[class]]`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    floor: Floor = Floor()
    recordings: Recordings = Recordings()
    notice: Notice = Notice()
    appraisal: Appraisal = Appraisal()
    signal: tuple[Signal, ...] = ()
    classes: Annotated[tuple[RetentionClass, ...], Field(alias="class", min_length=1)]

    @model_validator(mode="after")
    def _above_the_floor(self) -> RetentionProfile:
        names = [rule.name for rule in self.classes]
        if len(set(names)) != len(names):
            raise ValueError("a class is named twice")
        for rule in self.classes:
            least = self.floor.recording_years if rule.applies_to == "recording" else self.floor.case_years
            if rule.long_term:
                least = max(least, self.floor.long_term_years)
            if rule.years is not None and rule.years < least:
                raise ValueError(f"{rule.name}: {rule.years} years are less than the floor of {least}")
        return self

    def of(self, name: str) -> RetentionClass | None:
        """The class of that name."""
        return next((rule for rule in self.classes if rule.name == name), None)


def read_retention(own: Path | None) -> RetentionProfile:
    """The file that lies there now: the bureau's own, else the shipped one. Raises Refused with every mistake."""
    return read_profile(NAME, RetentionProfile, own)


def text_of(own: Path | None) -> bytes:
    """The bytes of that file: its digest names the rule."""
    return locate(NAME, own).read_bytes()
