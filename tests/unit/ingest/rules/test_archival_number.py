"""Archival numbers as findings of a deposit, and as a row of the four-property test."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from preserve.administration.numbering.profile import NumberingProfile, read_numbering
from preserve.data_management.fonds import FondsRow
from preserve.ingest.compliance.properties import four_properties
from preserve.ingest.rules import View, archival_number
from preserve.messages import LANGUAGES, say, speaking
from tests.support.views import description, view

GOOD = "J019-ZY·ZF·2026·D30-001"


def seen(number: str = "", *register: FondsRow, **changes: Any) -> View:
    """A case with that number, by the shipped rules with these changes."""
    profile = NumberingProfile.model_validate({**read_numbering(None).model_dump(), **changes})
    case = description(archival_number=number)
    return replace(view(None), case=case, numbering=profile, register=register)


def codes(of: View) -> list[tuple[str, str]]:
    return [(found.code.removeprefix("rule."), found.severity) for found in archival_number.check(of)]


def row(name: str, number: str = "") -> FondsRow:
    return FondsRow(name, number, name, "", "", "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (seen(), []),
        (seen(GOOD), []),
        (seen("临江012"), [("archival-number-levels", "warning")]),
        (seen("临江012", use="as-given"), []),
        (seen("临江012", severity="refuse"), [("archival-number-levels", "refuse")]),
        (seen("", required=True), [("archival-number-missing", "warning")]),
        (seen("", required=True, use="give"), []),
        (seen(GOOD.replace("·", "•")), [("archival-number-signs", "note")]),
        (seen(GOOD, row("局", "J020")), [("archival-number-fonds", "warning")]),
        (seen(GOOD, row("局", "J019")), []),
        (seen("", row("甲"), row("乙")), [("fonds-unknown", "warning")]),
    ],
)
def test_what_is_said_of_a_number(of: View, expected: list[tuple[str, str]]) -> None:
    assert codes(of) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_finding_is_a_sentence_with_its_values(language: Any) -> None:
    with speaking(language):
        for found in archival_number.check(seen("x-WS·ZF·2025·Y-1")):
            assert "{" not in say(found.code, **found.values)


@pytest.mark.parametrize(
    ("of", "result", "word"),
    [
        (seen(GOOD), "pass", "compliance.basis-archival-number"),
        (seen("临江012"), "warning", ""),
        (seen("临江012", severity="refuse"), "fail", ""),
        (seen("临江012", use="as-given"), "not-tested", "compliance.number-as-given"),
        (seen("", use="give"), "not-tested", "compliance.number-given-here"),
        (seen(""), "not-tested", "compliance.number-none"),
    ],
)
def test_the_four_property_test_has_a_row_for_it(of: View, result: str, word: str) -> None:
    items = four_properties(of, list(archival_number.check(of)))
    (item,) = [item for item in items if item.item == "archival-number"]
    assert item.result == result
    if word:
        assert item.basis == say(word)
