"""The shape of `profiles/legacy_lists.toml`: which lists of old cases there are, and what their columns are called."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from preserve.description.fixed_values import Classification, Retention
from preserve.description.vocabulary import Name, Words
from preserve.ingest.legacy.keys import heading_key
from preserve.profiles import read_profile

NAME = "legacy_lists.toml"
_Fact = Literal["title", "cause", "case_type", "party", "officer", "producer", "outcome", "note"]
_Numbered = Literal["case_number", "archival_number", "fonds", "catalogue", "volume", "item"]
_Kept = Literal["start", "closed", "span", "year", "retention", "classification"]
_Lies = Literal["disc", "path", "folder", "file"]
ListField = Literal[_Fact, _Numbered, _Kept, _Lies]
"""What a column may hold: facts of the description, parts of an archival number, and where the files lie."""
PLACES: tuple[ListField, ...] = ("disc", "path", "folder", "file")
_Heading = Annotated[str, Field(min_length=1, max_length=100)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ListProfile(_Part):
    """One kind of list.

    `needs`: of each group one column must be there; `marks`: headings that no other kind has, which decide between
    two. `rest` are columns that are known and taken into nothing. `case_type`, `retention`: of all its cases, where no
    column says it. `number_from`: what stands for the case number where the list has none. `evidence` says on what
    its columns rest.
    """

    name: Name
    label: Words
    evidence: str = ""
    needs: Annotated[tuple[tuple[ListField, ...], ...], Field(min_length=1)]
    columns: dict[ListField, tuple[_Heading, ...]]
    marks: tuple[_Heading, ...] = ()
    rest: tuple[_Heading, ...] = ()
    case_type: Name | None = None
    retention: Retention | None = None
    number_from: tuple[Literal["archival_number", "title"], ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> ListProfile:
        headings = [heading_key(one) for words in self.columns.values() for one in words]
        twice = sorted({one for one in headings if headings.count(one) > 1})
        if twice:
            raise ValueError("twice: " + ", ".join(twice))
        return self

    def by_heading(self) -> Mapping[str, ListField]:
        """Which field a heading names, by its form for comparing."""
        return {heading_key(one): field for field, words in self.columns.items() for one in words}


class ListProfiles(_Part):
    """The whole file.

    `totals` begin rows that count others; `signatures` rows below a table; `terms` are words for how long a case is
    kept, `secrecy` those of its restriction. `unknown` are words by which somebody wrote that nothing is known.
    """

    list: Annotated[tuple[ListProfile, ...], Field(min_length=1, max_length=100)]
    totals: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    terms: dict[str, Retention] = {}
    secrecy: dict[str, Classification] = {}

    @model_validator(mode="after")
    def _each_once(self) -> ListProfiles:
        names = [one.name for one in self.list]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError("twice: " + ", ".join(twice))
        return self


def read_lists(own: Path | None = None) -> ListProfiles:
    """The archive's own kinds of lists, else the shipped ones. Raises Refused for a wrong profile."""
    return read_profile(NAME, ListProfiles, own)
