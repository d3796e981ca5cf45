"""The shape of `profiles/numbering.toml`: of which parts an archival number is made, and what is done with it."""

from __future__ import annotations

from itertools import groupby, pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from preserve.description.fixed_values import Retention
from preserve.description.vocabulary import Name
from preserve.profiles import read_profile

NAME = "numbering.toml"
Kind = Literal["fonds", "code", "year", "term", "sequence"]
Code = Annotated[str, Field(pattern=r"^[^\s\-·]{1,20}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Part):
    """One part: its level from 1, what it is, and what may stand there.

    `values` are the codes there are, none: any of A–Z and 0–9, `least` to `most` signs. `by_type` says which of them a
    type of case has; without it a case has the first. Of a sequence `least` is the width to which it is filled up.
    """

    level: Annotated[int, Field(ge=1, le=6)]
    kind: Kind
    values: tuple[Code, ...] = ()
    by_type: dict[Name, Code] = Field(default_factory=dict)
    least: Annotated[int, Field(ge=1, le=9)] = 1
    most: Annotated[int, Field(ge=1, le=9)] = 9

    @model_validator(mode="after")
    def _sound(self) -> Part:
        if self.least > self.most:
            raise ValueError("least is more than most")
        if self.kind != "code" and (self.values or self.by_type):
            raise ValueError("only a code has values")
        if self.values and not set(self.by_type.values()) <= set(self.values):
            raise ValueError("by_type names a code that is not among values")
        return self

    def code_of(self, case_type: str) -> str:
        """The code that a case of this type gets; nothing where the rules do not say."""
        return self.by_type.get(case_type) or (self.values[0] if self.values else "")


class NumberingProfile(_Part):
    """The whole file."""

    use: Literal["as-given", "check", "give"]
    severity: Literal["warning", "refuse"] = "warning"
    required: bool = False
    terms: dict[Retention, Code]
    part: Annotated[tuple[Part, ...], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _one_number(self) -> NumberingProfile:
        kinds = [part.kind for part in self.part]
        levels = [part.level for part in self.part]
        if levels[0] != 1 or any(after - before not in (0, 1) for before, after in pairwise(levels)):
            raise ValueError("levels begin at 1 and go up one by one")
        if kinds[0] != "fonds" or kinds.count("fonds") != 1 or levels.count(1) != 1:
            raise ValueError("the first level is the number of the fonds, and nothing else")
        if kinds[-1] != "sequence" or kinds.count("sequence") != 1 or levels.count(levels[-1]) != 1:
            raise ValueError("the last level is the sequence, and nothing else")
        if "term" in kinds and set(self.terms) != set(Retention):
            raise ValueError("terms: a code for each retention")
        if len(set(self.terms.values())) != len(self.terms):
            raise ValueError("terms: a code for one retention only")
        if self.use == "give" and any(part.kind == "code" and not part.code_of("") for part in self.part):
            raise ValueError("to give numbers, each code needs values")
        return self

    @property
    def levels(self) -> tuple[tuple[Part, ...], ...]:
        """The parts by level."""
        return tuple(tuple(parts) for _, parts in groupby(self.part, key=lambda part: part.level))


def read_numbering(own: Path | None) -> NumberingProfile:
    """The bureau's own rules for archival numbers, else the shipped ones. Raises Refused with every mistake."""
    return read_profile(NAME, NumberingProfile, own)
