"""The shape of the rules that are data: `profiles/rules.toml` and one file a case type in `profiles/cases/`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from preserve.description.schema import Procedure, Stage
from preserve.description.vocabulary import (
    CaseTypeName,
    IncidentName,
    MeasureName,
    ShownName,
    Vocabulary,
    Words,
    read_vocabulary,
)
from preserve.errors import Refused
from preserve.profiles import names_in, read_profile

Severity = Literal["refuse", "error", "warning", "note"]
Seconds = Annotated[float, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(_Part):
    """The article that asks for something which the description cannot leave out."""

    article: Annotated[str, Field(min_length=1)]


class Rule(Asked):
    """What every rule has: its article and how much it weighs."""

    severity: Severity


class Continuity(Rule):
    """Art. 13: the hole up to which two files of a device are one recording, in seconds."""

    tolerance_seconds: Seconds


class Coverage(Rule):
    """Art. 9: the measures that must be covered, and how far a camera may start late, in seconds."""

    measures: tuple[MeasureName, ...]
    tolerance_seconds: Seconds


class Situational(Rule):
    """Art. 10: the measures that are to be recorded as the situation requires."""

    measures: tuple[MeasureName, ...]


class Contents(Rule):
    """Art. 11: what a recording must show."""

    items: tuple[ShownName, ...]


class Times(Rule):
    """Art. 13: how far two pieces of evidence for the beginning of a recording may lie apart, in seconds."""

    tolerance_seconds: Seconds


class WorkingDays(Rule):
    """Art. 15, 16: so many working days."""

    working_days: Annotated[int, Field(ge=1)]


class Filing(WorkingDays):
    """Art. 16: filed within so many working days; a case is said to be nearly due so many working days before."""

    soon_working_days: Annotated[int, Field(ge=0)] = 5


class Keeping(Rule):
    """Art. 19: recordings that are not part of the case file are kept at least so many years."""

    years: Annotated[int, Field(ge=5)]


class LongTerm(Rule):
    """Art. 18: what makes discs or dedicated drives necessary."""

    case_types: tuple[CaseTypeName, ...] = ()
    measures: tuple[MeasureName, ...] = ()
    incidents: tuple[IncidentName, ...] = ()


class Accepting(_Part):
    """Which reasons for letting an error in say nothing: these phrases, and what is shorter than so many letters."""

    least_letters: Annotated[int, Field(ge=1, le=200)] = 4
    empty_reasons: tuple[Annotated[str, Field(min_length=1)], ...] = ()


class RulesProfile(_Part):
    """`profiles/rules.toml`: the rules that hold for every type of case."""

    regulation: Words
    stages: Asked
    readable: Rule
    coverage: Coverage
    situational: Situational
    contents: Contents
    device_check: Rule
    preamble: Rule
    continuity: Continuity
    interruption: Rule
    times: Times
    storing: WorkingDays
    filing: Filing
    evidence: Rule
    long_term: LongTerm
    keeping: Keeping
    secrets: Rule
    entrusted: Rule
    disclosure: Asked
    destruction: Asked
    accepting: Accepting = Accepting()


class When(_Part):
    """When a document is required: each list that is not empty must hold, a list when one of it holds."""

    procedures: tuple[Procedure, ...] = ()
    measures: tuple[MeasureName, ...] = ()
    incidents: tuple[IncidentName, ...] = ()


class Document(Rule):
    """Art. 6, 7: a kind of document. It is there when an object's kind or title contains one of `words`."""

    name: Words
    stage: Stage
    words: Annotated[tuple[str, ...], Field(min_length=1)]
    when: When = When()
    optional: bool = False


class CaseTypeProfile(_Part):
    """`profiles/cases/*.toml`: one type of case, the documents that it must, must sometimes, and may hold.

    `name` is what people read and write for it; `also` may be written too (`preserve.description.vocabulary`).
    """

    case_type: CaseTypeName
    name: Words
    also: tuple[str, ...] = ()
    filed_from: Stage | None = Field(None, description="filing counts from the end of this stage; else from closing")
    document: tuple[Document, ...]

    @model_validator(mode="after")
    def _each_once(self) -> CaseTypeProfile:
        names = [(one.name.zh, one.when) for one in self.document]
        twice = sorted({name for name, when in names if names.count((name, when)) > 1})
        if twice:
            raise ValueError("twice: " + ", ".join(twice))
        return self


def read_rules(own: Path | None, words: Vocabulary | None = None) -> RulesProfile:
    """The rules for every type of case. Raises Refused, also where they speak of what no profile has."""
    return read_profile("rules.toml", RulesProfile, own, {"vocabulary": words or read_vocabulary(own)})


def read_case_type(case_type: str, own: Path | None, words: Vocabulary | None = None) -> CaseTypeProfile:
    """The profile of a type of case, whatever its file is called. Raises Refused where there is none, or a wrong one.

    A file of the bureau's own stands for the shipped one of the same name.
    """
    known = words or read_vocabulary(own)
    for name in names_in("cases", own):
        profile = read_profile(name, CaseTypeProfile, own, {"vocabulary": known})
        if profile.case_type == case_type:
            return profile
    raise Refused("profile.no-case-type", case_type, known=known.choices("case_type"))
