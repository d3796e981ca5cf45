"""One rule of the regulation a file; each looks at the case and gives findings with the article they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Literal

from pydantic import BaseModel, ConfigDict

from metadata.findings import Finding, Value
from preserve.description.schema import CaseDescription, CaseType, Measure, Stage
from preserve.ingest.facts import Character

Severity = Literal["refuse", "error", "warning", "note"]


class Rule(BaseModel):
    """What every rule has: its article and how much it weighs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    article: str
    severity: Severity


class Continuity(Rule):
    """Art. 13: the hole up to which two files are one recording."""

    tolerance_seconds: float


class Coverage(Rule):
    """Art. 9: the measures that must be covered, and how far a camera may start late."""

    measures: tuple[Measure, ...]
    tolerance_seconds: float


class Situational(Rule):
    """Art. 10: the measures that are to be recorded as the situation requires."""

    measures: tuple[Measure, ...]


class Filing(Rule):
    """Art. 16: the working days within which a case is filed."""

    working_days: int


class Document(Rule):
    """Art. 6, 7: a kind of document that a case of these types must hold."""

    case_types: tuple[CaseType, ...]
    stage: Stage
    name: str
    words: tuple[str, ...]


class RulesProfile(BaseModel):
    """`profiles/rules.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    continuity: Continuity
    coverage: Coverage
    situational: Situational
    filing: Filing
    evidence: Rule
    long_term: Rule
    secrets: Rule
    entrusted: Rule
    document: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class View:
    """What a rule sees. `characters` by the object's file path; None before the files were looked at."""

    case: CaseDescription
    characters: Mapping[str, Character] | None
    profile: RulesProfile
    today: date
    zone: tzinfo
    state_secrets: bool


def finding(code: str, rule: Rule, where: str = "", **values: Value) -> Finding:
    """A finding with the article it rests on."""
    return Finding(f"rule.{code}", where, rule.severity, {"article": rule.article, **values})
