"""Applies the regulation's rules to a case, as the rules profile has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from metadata.findings import Finding
from preserve.description.schema import CaseDescription
from preserve.ingest.facts import Character
from preserve.ingest.rules import (
    RulesProfile,
    View,
    case_says_enough,
    documents_are_there,
    filed_in_time,
    measures_are_recorded,
    recording_has_no_gap,
)
from preserve.profiles import read_profile

RULES = (documents_are_there, measures_are_recorded, recording_has_no_gap, filed_in_time, case_says_enough)

_CHINA = ZoneInfo("Asia/Shanghai")


def check(
    case: CaseDescription,
    characters: Mapping[str, Character] | None,
    *,
    today: date,
    state_secrets: bool,
    own_profiles: Path | None,
    zone: tzinfo = _CHINA,
) -> list[Finding]:
    """Every rule's findings; where `characters` is None nothing is said of recordings.

    Raises Refused on a wrong profile.
    """
    view = View(case, characters, read_profile("rules.toml", RulesProfile, own_profiles), today, zone, state_secrets)
    return [found for rule in RULES for found in rule.check(view)]
