"""Disposals in words and rows, in both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from preserve.administration.disposal.model import CopyGone, Disposal, Entry, Signature, Tombstone
from preserve.administration.disposal.removal import Task
from preserve.data_management.proceedings import ProceedingRow
from preserve.messages import Language, speaking
from preserve.services.disposals import DisposalList, DisposalView, Executed
from preserve.services.tables import disposals as tables
from tests.support.appraised import item

WHEN = "2026-03-02T01:00:00Z"


def signature(by: str) -> Signature:
    return Signature(by=by, when=WHEN)


UNSEEN: dict[str, Any] = {
    "blocks": {},
    "media": (),
    "registers": (),
    "sha256": "",
    "offered": (),
    "today": date(2031, 12, 1),
}
"""What the pages show and the tables do not."""

PROPOSED = Disposal(
    number="D2026-0001",
    state="proposed",
    step=1,
    review="A2026-0001",
    appraised=WHEN,
    entries=(Entry(row=1, review_row=3, item=item(), reason=""),),
    proposed=signature("li"),
)


def test_the_list_says_where_each_stands() -> None:
    row = ProceedingRow("D2026-0001", "disposal", "approved", WHEN, "li", "", False, 3, "0" * 64)
    with speaking("zh"):
        shown = tables.disposals(DisposalList((row,), 0))
    assert shown.rows == (("D2026-0001", "已批准", WHEN, "li"),) and len(shown.heads) == 4


@pytest.mark.parametrize(
    ("language", "what"),
    [
        ("zh", "接上硬盘再执行，或物理销毁后两人确认"),
        ("en", "connect the drive and go on, or destroy it and let two people confirm"),
    ],
)
def test_what_is_left_to_do_is_a_line_a_copy(language: Language, what: str) -> None:
    task = Task("p-v1", "insert", medium="YP-1")
    executed = Executed(5, "D2026-0001", "executing", 0, 1, (task,), ())
    with speaking(language):
        assert tables.tasks(executed).rows == (("p-v1", what, "YP-1", "—", "—"),)


def test_a_disposal_before_anybody_signed_has_dashes() -> None:
    with speaking("en"):
        facts, register, tombstones = tables.disposal(DisposalView(PROPOSED, (), (), **UNSEEN))
    assert [value for _, value in facts.rows] == ["D2026-0001", "proposed", "li", "—", "—", "—", "—"]
    assert register.rows == (("1", "〔2015〕7号", "无证经营", "—", "—"),)
    assert tombstones.rows == () and len(tombstones.heads) == 5


def test_a_disposal_that_was_carried_out_says_who_signed_and_how_each_copy_went() -> None:
    signed = {
        "state": "witnessed",
        "witnesses": (signature("zhao"), signature("li")),
        "supervisors": (signature("wang"), signature("zhao")),
        "approval": signature("head"),
        "not_before": date(2026, 4, 1),
    }
    copy = CopyGone(name="p-v1", medium="m", kind="drive", label="YP-1", when=WHEN, worth="overwritten")
    tombstone = Tombstone.model_construct(case_number="〔2015〕7号", copies=(copy,))
    with speaking("zh"):
        facts, _, tombstones = tables.disposal(
            DisposalView(PROPOSED.model_copy(update=signed), (), (tombstone, tombstone), **UNSEEN)
        )
    assert facts.rows[3:] == (
        ("清册复核人", "wang、zhao"),
        (facts.rows[4][0], "head"),
        ("最早执行日", "2026-04-01"),
        ("监销人", "zhao、li"),
    )
    assert tombstones.rows == (("〔2015〕7号", "p-v1", "YP-1", WHEN, "已覆写并删除"),) * 2
