"""The retention profile: its floor may be raised and never lowered, and every mistake is named by class."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from preserve.administration.retention.profile import NAME, RetentionProfile, read_retention, text_of
from preserve.errors import Refused
from preserve.profiles import SHIPPED

_WORDS = {"zh": "类", "en": "class"}


def rule(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": "c",
        "label": _WORDS,
        "applies_to": "case",
        "years": 10,
        "starts": ["closing"],
        "article": "19",
        "basis": _WORDS,
    }
    return {name: value for name, value in (facts | changes).items() if value is not None}


def mistake(*rules: dict[str, Any], **more: Any) -> str:
    try:
        RetentionProfile.model_validate({"class": list(rules), **more})
    except ValidationError as error:
        return str(error)
    return ""


@given(
    st.sampled_from(["case", "recording"]), st.booleans(), st.integers(1, 200), st.integers(10, 40), st.integers(5, 40)
)
def test_no_class_undercuts_the_floor(to: str, long_term: bool, years: int, case: int, recording: int) -> None:
    floor = {"case_years": case, "recording_years": recording, "long_term_years": 20}
    least = max(case if to == "case" else recording, 20 if long_term else 0)
    wrong = mistake(rule(applies_to=to, long_term=long_term, years=years), floor=floor)
    assert (f"less than the floor of {least}" in wrong) == (years < least)
    assert not wrong or years < least


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"years": None}, "either years or permanent"),
        ({"permanent": True}, "either years or permanent"),
        ({"starts": []}, "at least one event"),
        ({"starts": ["recording"]}, "a case has no recording day"),
        ({"evidence": False}, "a case has no recording day"),
        ({"name": "Case 10"}, "string_pattern_mismatch"),
        ({"declared": ["5-years"]}, "10-years"),
        ({"yeers": 10}, "extra_forbidden"),
    ],
)
def test_a_class_that_says_too_little_or_two_things_is_refused(changes: dict[str, Any], words: str) -> None:
    assert words in mistake(rule(**changes))


def test_the_law_s_own_floor_cannot_be_lowered() -> None:
    for name, least in (("recording_years", 5), ("case_years", 10), ("long_term_years", 16)):
        assert mistake(rule(years=30), floor={name: least}) == ""
        assert name in mistake(rule(years=30), floor={name: least - 1})
    assert "named twice" in mistake(rule(), rule())
    assert mistake()
    assert mistake(rule(), appraisal={"group": 1})
    assert mistake(rule(permanent=True, years=None, starts=[])) == ""


def test_the_bureau_s_own_file_goes_before_the_shipped_one(tmp_path: Path) -> None:
    shipped = read_retention(tmp_path)
    assert text_of(tmp_path) == (SHIPPED / NAME).read_bytes()
    assert shipped.of("case-10") is not None
    assert shipped.of("no such class") is None
    own = (SHIPPED / NAME).read_bytes().replace(b"cooling_days = 30", b"cooling_days = 45")
    (tmp_path / NAME).write_bytes(own)
    assert read_retention(tmp_path).appraisal.cooling_days == 45
    assert hashlib.sha256(text_of(tmp_path)).digest() == hashlib.sha256(own).digest()
    (tmp_path / NAME).write_bytes(b"[[class]]\n")
    with pytest.raises(Refused, match=r"profile\.wrong"):
        read_retention(tmp_path)
