"""Numbers held to the shipped pattern, part by part, and numbers made by it."""

from __future__ import annotations

import pytest

from preserve.administration.numbering import pattern
from preserve.administration.numbering.pattern import described, faults, given, series_of
from preserve.administration.numbering.profile import NumberingProfile, read_numbering
from preserve.description.schema import CaseDescription

GOOD = "J019-ZY·ZF·2026·D30-001"


def case(**changes: object) -> CaseDescription:
    content = {
        "case_number": "1",
        "case_type": "penalty",
        "title": "t",
        "cause": "c",
        "producer": {"name": "某局"},
        "start": "2025-12-01",
        "closed": "2026-04-01",
        "objects": [],
        **changes,
    }
    return CaseDescription.model_validate(content)


@pytest.fixture
def profile() -> NumberingProfile:
    return read_numbering(None)


def reasons(profile: NumberingProfile, text: str, fonds: str = "") -> list[str]:
    return [fault.reason for fault in faults(profile, text, case(), fonds)]


def test_a_good_number_has_no_fault(profile: NumberingProfile) -> None:
    assert not reasons(profile, GOOD) and not reasons(profile, GOOD, "J019")
    assert not reasons(profile, "J019-ZY·ZF·2026·D30-1234")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("临江2026-012", ["levels"]),
        ("J019-ZY·ZF·2026-001", ["parts"]),
        ("j019-ZY·ZF·2026·D30-001", ["fonds"]),
        ("J019-WS·ZF·2026·D30-001", ["code"]),
        ("J019-ZY·ZF·2025·D30-001", ["year"]),
        ("J019-ZY·ZF·2026·Y-001", ["term"]),
        ("J019-ZY·ZF·2026·D30-01", ["sequence"]),
        ("J019-ZY·ZF·2026·D30-0001", ["sequence"]),
        ("J019-ZY·ZF·2026·D30-000", ["sequence"]),
        ("J019-ZY·ZF·2026·D30-12345", ["sequence"]),
        ("J019-ZY·ZF·2026·D30-１２３", ["sequence"]),
        ("J019—ZY•ZF．2026・D30－001", ["signs"]),
        ("X-WS·ZF·2025·Y-1", ["fonds", "code", "year", "term", "sequence"]),
        ("", ["levels"]),
    ],
)
def test_each_fault_is_told_with_its_place(profile: NumberingProfile, text: str, expected: list[str]) -> None:
    assert reasons(profile, text) == expected


def test_the_number_of_a_known_fonds_is_asked_for(profile: NumberingProfile) -> None:
    (fault,) = faults(profile, GOOD, case(), "J020")
    assert (fault.reason, fault.written, fault.wanted, fault.level, fault.place) == ("fonds", "J019", "J020", 1, 1)


def test_what_is_made_holds(profile: NumberingProfile) -> None:
    series = series_of(profile, case(retention="permanent"))
    assert series == "ZY·ZF·2026·Y"
    for sequence in (1, 42, 999, 1000, 9999):
        made = given(profile, series, sequence)
        assert made is not None and made.sequence == sequence
        number = f"J019-{made.local}"
        assert not faults(profile, number, case(retention="permanent"), "J019")
        assert described(profile, number, "J019") == made
    assert given(profile, series, 10_000) is None


def test_what_somebody_wrote_is_of_this_fonds_or_not(profile: NumberingProfile) -> None:
    found = described(profile, "J019—ZY•ZF•2026•D30—007", "J019")
    assert found is not None and (found.local, found.sequence) == ("ZY·ZF·2026·D30-007", 7)
    old = described(profile, "J019-3-017-2", "J019")
    assert old is not None and old.local == "3-017-2" and (old.series, old.sequence) == ("", 0)
    for text, fonds in ((GOOD, "J020"), (GOOD, ""), ("J019", "J019"), ("", ""), ("-001", "")):
        assert described(profile, text, fonds) is None


def test_a_type_of_case_may_have_a_code_of_its_own(profile: NumberingProfile) -> None:
    parts = list(profile.part)
    own = {"values": ("ZF", "QZ"), "by_type": {"coercion": "QZ"}}
    parts[2] = parts[2].model_copy(update=own)
    mine = profile.model_copy(update={"part": tuple(parts)})
    assert series_of(mine, case(case_type="coercion")) == "ZY·QZ·2026·D30"
    assert series_of(mine, case()) == SERIES
    assert [fault.reason for fault in faults(mine, GOOD, case(case_type="coercion"))] == ["code"]


SERIES = "ZY·ZF·2026·D30"


def test_numbers_of_fonds() -> None:
    assert pattern.is_fonds_number("J019")
    for wrong in ("", "j019", "J19", "J0190", "J01A", "J０19", "J019\n"):
        assert not pattern.is_fonds_number(wrong)
