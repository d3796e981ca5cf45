"""Applies the regulation's rules to a case, as the profiles have them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from pathlib import Path

from metadata.findings import Finding
from preserve.clock import CHINA
from preserve.description.schema import CaseDescription
from preserve.description.vocabulary import read_vocabulary
from preserve.ingest.facts import Character
from preserve.ingest.rules import (
    View,
    archival_number,
    case_is_marked,
    dates_are_past,
    disputes_are_recorded,
    documents_are_there,
    evidence_is_explained,
    filed_in_time,
    files_are_once,
    long_term,
    measures_are_recorded,
    old_cases,
    recordings_are_original,
    recordings_run_on,
    recordings_show,
    reminders,
    secrecy_marks,
    stages_agree,
    stored_in_time,
    times_agree,
)
from preserve.ingest.rules.profile import read_case_type, read_rules
from preserve.working_days import read_calendar

RULES = (
    stages_agree,
    documents_are_there,
    measures_are_recorded,
    disputes_are_recorded,
    recordings_show,
    times_agree,
    recordings_run_on,
    stored_in_time,
    filed_in_time,
    dates_are_past,
    files_are_once,
    evidence_is_explained,
    long_term,
    case_is_marked,
    secrecy_marks,
    recordings_are_original,
    reminders,
    archival_number,
    old_cases,
)
"""In the order of the regulation's articles; then what rests on none."""


def view_of(
    case: CaseDescription,
    characters: Mapping[str, Character] | None,
    *,
    today: date,
    state_secrets: bool,
    own_profiles: Path | None,
    zone: tzinfo = CHINA,
    institution: str = "",
) -> View:
    """The case as the rules see it. Raises Refused on a wrong profile."""
    words = read_vocabulary(own_profiles)
    rules, case_type = read_rules(own_profiles, words), read_case_type(case.case_type, own_profiles, words)
    calendar = read_calendar(own_profiles)
    return View(case, characters, rules, case_type, words, calendar, today, zone, state_secrets, institution)


def check(
    case: CaseDescription,
    characters: Mapping[str, Character] | None,
    *,
    today: date,
    state_secrets: bool,
    own_profiles: Path | None,
    zone: tzinfo = CHINA,
    institution: str = "",
) -> list[Finding]:
    """Every rule's findings; where `characters` is None nothing is said of recordings.

    Raises Refused on a wrong profile.
    """
    view = view_of(
        case,
        characters,
        today=today,
        state_secrets=state_secrets,
        own_profiles=own_profiles,
        zone=zone,
        institution=institution,
    )
    return apply(view)


def apply(view: View) -> list[Finding]:
    """Every rule's findings about the case as the rules see it."""
    return [found for rule in RULES for found in rule.check(view)]
