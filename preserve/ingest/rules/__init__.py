"""One rule of the regulation a file; each looks at the case and gives findings with the article they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import TYPE_CHECKING, Any

from metadata.findings import Finding, Value
from preserve.ingest.facts import Character
from preserve.ingest.rules.profile import CaseTypeProfile, Rule, RulesProfile

if TYPE_CHECKING:
    # Worker processes import this room for the marks of secrets that they look for, and nothing of all this.
    from preserve.administration.numbering.profile import NumberingProfile
    from preserve.administration.retention.profile import RetentionProfile
    from preserve.data_management.fonds import FondsRow
    from preserve.description.schema import CaseDescription
    from preserve.description.vocabulary import Vocabulary
    from preserve.working_days import Calendar


@dataclass(frozen=True, slots=True)
class View:
    """What a rule sees. `characters` by the object's file path; None before the files were looked at."""

    case: CaseDescription
    characters: Mapping[str, Character] | None
    profile: RulesProfile
    case_type: CaseTypeProfile
    words: Vocabulary
    calendar: Calendar
    today: date
    zone: tzinfo
    state_secrets: bool
    institution: str = ""  # whose archive it is; empty: not known
    numbering: NumberingProfile | None = None  # by which archival numbers are made; None: not asked
    register: tuple[FondsRow, ...] = ()  # the fonds that the archive keeps; empty: no register
    retention: RetentionProfile | None = None  # by which its periods are counted; None: as it is shipped
    marks: Mapping[str, str] = field(default_factory=dict)  # marks of state secrets in texts, by file
    identical: tuple[tuple[str, ...], ...] = ()  # files of which the bytes are the same
    # What several rules reckon of the same files, under the name of who reckons it; never taken over by `replace`.
    reckoned: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)


def finding(code: str, rule: Rule, where: str = "", **values: Value) -> Finding:
    """A finding with the article it rests on."""
    return Finding(f"rule.{code}", where, rule.severity, {"article": rule.article, **values})
