"""The shape of the rules that are data: `profiles/rules.toml` and one file a case type in `profiles/cases/`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from preserve.description.fixed_values import Procedure, Stage
from preserve.description.vocabulary import (
    CaseTypeName,
    IncidentName,
    MeasureName,
    OutcomeName,
    ShownName,
    Vocabulary,
    Words,
    read_vocabulary,
)
from preserve.errors import Refused
from preserve.ingest.rules.accepting import Accepting, LegacyCases
from preserve.profiles import SHIPPED, names_in, read_profile

Severity = Literal["refuse", "error", "warning", "note"]
Seconds = Annotated[float, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Asked(_Part):
    """The article that asks for something which the description cannot leave out."""

    article: Annotated[str, Field(min_length=1)]


class Rule(Asked):
    """What every rule has: its article and how much it weighs."""

    severity: Severity


class Stages(Rule):
    """Art. 3: each paper stands in its stage."""

    severity: Severity = "warning"


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


class Disputes(Rule):
    """Art. 10: what happened on the spot is recorded where it is one of these."""

    incidents: tuple[IncidentName, ...]


class Photographs(Asked):
    """Art. 3: a picture whose kind or title says one of these words is a photograph, and no scan of a paper."""

    words: tuple[str, ...]


class Course(Rule):
    """Art. 13: how late a recording once begun may start and how early it may stop, in seconds."""

    tolerance_seconds: Seconds


class Editing(Rule):
    """Art. 23: `software` that cuts or converts, as containers name it; words in `names` of files."""

    software: tuple[str, ...]
    names: tuple[str, ...]


class SecrecyMarks(Rule):
    """Art. 20: marks of state secrets in texts: a level and a star; `weak` signs count with a period behind them.

    `but` are words before a level that make it none of the state's: 商业秘密.
    """

    levels: Annotated[tuple[str, ...], Field(min_length=1)]
    stars: str
    weak: str
    but: tuple[str, ...] = Field((), alias="not")


class Notice(Rule):
    """What a person is reminded of where one of these happened or was taken."""

    incidents: tuple[IncidentName, ...] = ()
    measures: tuple[MeasureName, ...] = ()


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
    items: dict[str, tuple[str, ...]] = Field({}, description="the article's items, and what falls under each")


class RulesProfile(_Part):
    """`profiles/rules.toml`, for every type of case; one from before a table of `_LATER` was there has the shipped."""

    regulation: Words
    stages: Stages
    photographs: Photographs
    readable: Rule
    coverage: Coverage
    situational: Situational
    disputes: Disputes
    start_known: Rule
    contents: Contents
    device_check: Rule
    preamble: Rule
    continuity: Continuity
    course: Course
    interruption: Rule
    times: Times
    storing: WorkingDays
    filing: Filing
    future: Rule
    identical: Rule
    evidence: Rule
    long_term: LongTerm
    keeping: Keeping
    secrets: Rule
    secrecy_marks: SecrecyMarks
    editing: Editing
    hindering: Notice
    entrusted: Rule
    delegation: Notice
    disclosure: Asked
    legacy: LegacyCases
    destruction: Asked
    accepting: Accepting = Accepting()

    @model_validator(mode="before")
    @classmethod
    def _with_later_tables(cls, data: Any) -> Any:
        """What a file from an earlier release does not have yet."""
        if not isinstance(data, dict):
            return data
        return {**{name: _shipped_rules()[name] for name in _LATER if name not in data}, **data}


_LATER = (
    *("photographs", "disputes", "start_known", "course", "future", "identical"),
    *("secrecy_marks", "editing", "hindering", "delegation", "legacy"),
)


@cache
def _shipped_rules() -> dict[str, Any]:
    return tomllib.loads((SHIPPED / "rules.toml").read_text(encoding="utf-8"))


class When(_Part):
    """When a document is required: each list that is not empty must hold, a list when one of it holds."""

    procedures: tuple[Procedure, ...] = ()
    measures: tuple[MeasureName, ...] = ()
    incidents: tuple[IncidentName, ...] = ()
    outcomes: tuple[OutcomeName, ...] = ()


class Looks(_Part):
    """Words by which a paper is known, and those that say that it only looks like it; `*` stands for anything."""

    words: Annotated[tuple[str, ...], Field(min_length=1)]
    but: tuple[str, ...] = Field((), alias="not")


class Document(Rule, Looks):
    """Art. 6, 7: a kind of document; it is there when an object's kind or title looks like it.

    `also_stages`: the other stages in which it may rightly stand.
    """

    name: Words
    stage: Stage
    also_stages: tuple[Stage, ...] = ()
    when: When = When()
    optional: bool = False


class OutcomeShown(Looks):
    """How a case ended, where no description says it and a paper of one of these stages does."""

    name: OutcomeName
    stages: tuple[Stage, ...] = ()


class MeasuresProfile(_Part):
    """`profiles/measures.toml`: the documents that measures ask for, whatever the type of the case."""

    document: tuple[Document, ...]


class CaseTypeProfile(_Part):
    """`profiles/cases/*.toml`: one type of case, the documents that it must, must sometimes, and may hold.

    `name` is what people read and write for it; `also` may be written too (`preserve.description.vocabulary`).
    """

    case_type: CaseTypeName
    name: Words
    also: tuple[str, ...] = ()
    filed_from: Stage | None = Field(None, description="at whose end the time for filing begins; else closing")
    usual_outcome: OutcomeName | None = Field(None, description="what is held where nothing says how the case ended")
    outcome: tuple[OutcomeShown, ...] = ()
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
            measures = read_profile("measures.toml", MeasuresProfile, own, {"vocabulary": known})
            return _with_measures(profile, measures)
    raise Refused("profile.no-case-type", case_type, known=known.choices("case_type"))


def _with_measures(profile: CaseTypeProfile, measures: MeasuresProfile) -> CaseTypeProfile:
    """The type with the papers of measures; one that the type itself asks for goes before."""
    own = {document.name.zh for document in profile.document}
    more = tuple(document for document in measures.document if document.name.zh not in own)
    return profile.model_copy(update={"document": (*profile.document, *more)})
