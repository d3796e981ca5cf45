"""Transfers in words and rows, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from preserve.access.transfer.model import HandOver, Item, Receipt
from preserve.administration.proceedings.deciding import Decision
from preserve.administration.proceedings.records import Paper
from preserve.messages import Language, speaking
from preserve.services.tables import transfers as tables
from preserve.services.transfers import Listed, Transfer, TransferList, TransferView

WHEN = "2026-03-02T01:00:00Z"
DIGEST = "a" * 64
ITEM = Item(
    objid="o",
    package="p",
    case_number="〔2026〕7号",
    archival_number="",
    title="",
    producer="执法队",
    started="2026-01-01",
    closed="2026-02-01",
    retention="permanent",
    classification="internal",
    files=0,
    size=2048,
    manifest_sha256=DIGEST,
)
PAPER = Paper(kind="receipt", file="r.pdf", original_name="r.pdf", size=1, sha256=DIGEST)


@pytest.mark.parametrize(
    ("language", "cells"),
    [
        ("zh", ("T2026-0001", "已移交，待回执", "市档案馆", "BagIt 包", "2", WHEN)),
        ("en", ("T2026-0001", "handed over", "市档案馆", "BagIt bag", "2", WHEN)),
    ],
)
def test_the_list_says_where_it_goes_and_how_far_it_is(language: Language, cells: tuple[str, ...]) -> None:
    row = Listed("T2026-0001", "handed-over", "市档案馆", "bag", ("a", "b"), WHEN)
    with speaking(language):
        shown = tables.transfers(TransferList((row,), 0))
    assert shown.rows == (cells,) and len(shown.heads) == len(cells)


def test_a_transfer_shows_each_step_that_was_taken_and_its_cases() -> None:
    transfer = Transfer(
        number="T2026-0001",
        state="received",
        step=4,
        prepared=WHEN,
        prepared_by="li",
        archive="市档案馆",
        basis="移交目录",
        form="eark",
        items=(ITEM,),
    )
    with speaking("en"):
        facts, cases = tables.transfer(TransferView(transfer, sha256="", offered=()))
    assert len(facts.rows) == 6 and facts.rows[-1][1] == f"li {WHEN}"
    assert cases.rows[0][:4] == ("〔2026〕7号", "—", "—", "0")

    steps = {
        "decision": Decision(by="head", when=WHEN, reason="同意"),
        "handed_over": HandOver(
            by="li", when=WHEN, to="/out", files=1, size=1, list_sha256=DIGEST, signed=True, tests=(), papers=()
        ),
        "receipt": Receipt(
            by="li", when=WHEN, number="9", receiver="赵", received=date(2026, 3, 5), confirms=DIGEST, paper=PAPER
        ),
        "ended": Decision(by="li", when=WHEN, reason="退回"),
    }
    with speaking("zh"):
        facts, _ = tables.transfer(TransferView(transfer.model_copy(update=steps), sha256="", offered=()))
    assert facts.rows[6:] == (
        ("审批", f"head {WHEN} 同意"),
        (facts.rows[7][0], f"li {WHEN} /out"),
        ("清单数字摘要（SHA-256）", DIGEST),
        (facts.rows[9][0], "9 赵 2026-03-05"),
        ("已取消", f"li {WHEN} 退回"),
    )
