"""Retention in words and rows, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from preserve.administration.retention.notice import Falling
from preserve.administration.retention.rule_changes import Change
from preserve.data_management.disposal_holds import Block
from preserve.messages import Language, speaking
from preserve.services.retention import DueList, Explained, Explanation, Kept, PeriodShown
from preserve.services.retention_rules import RuleChanges
from preserve.services.tables import retention as tables

HELD = (Block("litigation", "H2026-0001"), Block("request", "R2026-0001"))


def kept(**changes: Any) -> Kept:
    facts: dict[str, Any] = {
        "objid": "o",
        "item": "",
        "case_number": "〔2015〕7号",
        "due": "2025-12-31",
        "computed": "2025-12-31",
        "decided": "",
        "rule": "declared",
        "rule_name": "所定期限",
        "blocks": (),
        "gone": "",
        "disposal": "",
    }
    return Kept(**(facts | changes))


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({}, "2025-12-31", "2025-12-31"),
        ({"due": None, "computed": "permanent"}, "永久", "permanent"),
        ({"due": None, "decided": "permanent"}, "永久", "permanent"),
        ({"due": None, "computed": "unknown"}, "不明，不到期", "unknown, never due"),
        ({"gone": "destroyed"}, "已销毁", "destroyed"),
    ],
)
def test_when_a_case_falls_due(changes: dict[str, Any], zh: str, en: str) -> None:
    for language, words in (("zh", zh), ("en", en)):
        with speaking("zh" if language == "zh" else "en"):
            assert tables.kept([kept(**changes)]).rows[0][2] == words


@pytest.mark.parametrize(
    ("language", "cells"),
    [
        ("zh", ("〔2015〕7号", "音像资料", "2025-12-31", "所定期限", "诉讼 H2026-0001、利用申请 R2026-0001")),
        (
            "en",
            ("〔2015〕7号", "recording", "2025-12-31", "所定期限", "litigation H2026-0001, access request R2026-0001"),
        ),
    ],
)
def test_what_is_kept_says_what_stands_against_its_disposal(language: Language, cells: tuple[str, ...]) -> None:
    with speaking(language):
        shown = tables.kept([kept(item="i", blocks=HELD), kept()])
    assert shown.rows[0] == cells and shown.rows[1][-1] == "—" and len(shown.heads) == len(cells)


def test_an_explanation_is_a_table_a_thing_and_says_which_period_decides() -> None:
    def period(name: str, *, decides: bool) -> PeriodShown:
        return PeriodShown(name, name, "第21条", "closed", "2015-06-01", 10, "year", "2025-12-31", "", "十年", decides)

    things = (
        Explained("", "whole case", "2025-12-31", "2025-12-31", "", "due", (period("a", decides=False),), None),
        Explained("i", "录像.mp4", None, "permanent", "", "never", (period("b", decides=True),), None),
    )
    with speaking("en"):
        case, recording = tables.explanation(Explanation("o", "0" * 64, things, (), "", "", False))
    assert (case.title, recording.title) == ("whole case: due", "录像.mp4: never")
    assert case.rows == (("a", "第21条", "十年", ""),) and recording.rows == (("b", "第21条", "十年", "yes"),)


def test_what_is_due_is_named_with_its_rule() -> None:
    falling = Falling("o", "", "〔2015〕7号", "无证经营", "2025-12-31", "declared", HELD)
    with speaking("zh"):
        shown = tables.due(DueList(0, 6, (falling,), 0, {"declared": "所定期限"}, ()))
    assert shown.rows == (("2025-12-31", "〔2015〕7号", "无证经营", "整个案卷", "所定期限", "H2026-0001、R2026-0001"),)


def test_changes_are_counted_and_the_first_of_them_listed() -> None:
    change = Change("o", "i", "2025-12-31", "2030-12-31", "declared", "floor-case")
    with speaking("en"):
        counts, first = tables.changes(
            RuleChanges(
                False,
                "0" * 64,
                "1" * 64,
                9,
                {"shorter": 1, "longer": 300},
                (change,) * 300,
                (),
                (),
                {},
                {},
                0,
                0,
                0,
                None,
            )
        )
    assert counts.rows == (("longer", "300"), ("shorter", "1"))
    assert len(first.rows) == 200
    assert first.rows[0] == ("o", "recording", "2025-12-31", "2030-12-31", "declared", "floor-case")
