"""Requests in words and rows, in both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from preserve.access.requests.model import (
    Concern,
    Decision,
    Delivery,
    Examination,
    Request,
    Selected,
    Wanted,
    Withdrawal,
)
from preserve.access.requests.statistics import Use
from preserve.messages import Language, speaking
from preserve.services.request_views import Listed, RequestList, RequestView, UseByYear
from preserve.services.requests import Consumer
from preserve.services.tables import Table
from preserve.services.tables import requests as tables

WHEN = "2026-03-02T01:00:00Z"

UNSEEN: dict[str, Any] = {"seen": "", "offered": (), "waits_for": (), "on_behalf_of": ""}
"""What the pages show and the tables do not."""


def line(number: str, *, urgent: bool = False, overdue: bool = False) -> Listed:
    return Listed(
        number,
        "opened",
        WHEN,
        "2026-03-12",
        urgent,
        "court",
        "法院",
        ("a", "b"),
        1,
        "0" * 64,
        overdue,
        "张某",
        ("甲〔2026〕1号", "乙"),
    )


@pytest.mark.parametrize(
    ("language", "heads", "first"),
    [
        (
            "zh",
            ("申请号", "状态", "身份", "申请人", "期限", "案号", "急件"),
            ("R2026-0001", "已受理", "法院", "张某", "2026-03-12 逾期", "甲〔2026〕1号、乙", "是"),
        ),
        (
            "en",
            ("Request", "State", "Capacity", "Asked by", "Due", "Case numbers", "Urgent"),
            ("R2026-0001", "opened", "法院", "张某", "2026-03-12 overdue", "甲〔2026〕1号, 乙", "yes"),
        ),
    ],
)
def test_the_list_says_what_is_urgent_and_what_is_late(
    language: Language, heads: tuple[str, ...], first: tuple[str, ...]
) -> None:
    listing = RequestList((line("R2026-0001", urgent=True, overdue=True), line("R2026-0002")), 0, "")
    with speaking(language):
        shown = tables.requests(listing)
    assert shown.heads == heads and shown.rows[0] == first
    assert shown.rows[1][3:6:2] == ("张某", shown.rows[0][5])


def a_request(**steps: Any) -> Request:
    return Request(
        number="R2026-0001",
        state="opened",
        step=1,
        opened=WHEN,
        opened_by="li",
        received=date(2026, 3, 2),
        due=date(2026, 3, 12),
        consumer=Consumer(name="张法官", capacity="court", organisation="人民法院"),
        papers=(),
        wanted=(Wanted(objid="o", case_number="〔2026〕7号", stage="decision"),),
        purpose="审判",
        **steps,
    )


def examination(*concerns: Concern) -> Examination:
    file = Selected(
        objid="o",
        case_number="〔2026〕7号",
        package="p",
        path="笔录.pdf",
        identifier="i",
        representation="original",
        file="笔录.pdf",
        size=2048,
        sha256="0" * 64,
        original_sha256="0" * 64,
        redacted=True,
        given_as="1.pdf",
    )
    return Examination(by="wang", when=WHEN, opinion="grant", note="可以", concerns=concerns, selection=(file,))


def shown(view: RequestView, language: Language) -> list[Table]:
    with speaking(language):
        return list(tables.request(view))


def test_a_request_that_was_only_opened_is_one_table_of_facts() -> None:
    (table,) = shown(RequestView(a_request(), "法院", (), (), (), **UNSEEN), "en")
    facts = dict(table.rows)
    assert table.heads == ("", "")
    assert facts["Request"] == "R2026-0001" and facts["capacity"] == "法院" and "Urgent" not in facts
    assert facts["wanted"] == "〔2026〕7号 decision" and facts["Due"] == "2026-03-12"
    assert "—" in facts.values()  # no papers


@pytest.mark.parametrize(
    ("language", "solved", "title", "representation", "planned"),
    [
        ("zh", "（未解决）", "提供的文件", "原件", "拟遮盖的内容"),
        ("en", "(not solved)", "what is given", "original", "What is to be redacted"),
    ],
)
def test_an_examined_request_shows_what_is_given_and_what_is_taken_out(
    language: Language, solved: str, title: str, representation: str, planned: str
) -> None:
    concern = Concern(code="request.party-secret", article="21", object="笔录.pdf")
    redaction = {"object": "笔录.pdf", "what": "area", "reason": "身份证号", "article": "23"}
    view = RequestView(
        a_request(examination=examination(concern)),
        "法院",
        (redaction,),
        ("blackened (drafted by machine)",),
        ("p. 1",),
        **UNSEEN,
    )
    facts, selection, redactions = shown(view, language)
    assert any(value.endswith(solved) for _, value in facts.rows)
    assert selection.title == title and selection.rows[0][:2] == ("笔录.pdf", representation)
    assert selection.rows[0][3:] in {("是", "1.pdf"), ("yes", "1.pdf")}
    assert redactions.title == planned and len(redactions.heads) == len(redactions.rows[0]) == 5
    assert redactions.rows[0][2:] == ("p. 1", "身份证号", "23")


def test_who_decided_in_whose_place_and_what_came_of_it() -> None:
    decision = Decision(by="wang", on_behalf_of="head", when=WHEN, outcome="approved", article="21", reason="")
    delivery = Delivery(
        dip="D",
        by="li",
        when=WHEN,
        to="张法官",
        form="zip",
        files=1,
        size=1,
        evidence_sha256="0" * 64,
        certificate_sha256="0" * 64,
    )
    withdrawal = Withdrawal(by="li", when=WHEN, reason="不再需要")
    request = a_request(decision=decision, delivery=delivery, withdrawal=withdrawal)
    (table,) = shown(RequestView(request, "法院", (), (), (), **UNSEEN), "zh")
    values = [value for _, value in table.rows]
    assert values[-4:] == [f"wang（受 head 委托） {WHEN}", "已批准", f"D → 张法官 {WHEN}", f"不再需要 {WHEN}"]


def test_use_by_year_and_by_capacity() -> None:
    use = Use(2026, 3, 2, 1, 0, 1, 0, 1, 4, 9, 2048, {"court": 2, "gone": 1}, {})
    with speaking("en"):
        years, capacities = tables.statistics(UseByYear((use,), {"court": "法院"}))
    assert years.heads[:2] == ("year", "requests") and len(years.heads) == len(years.rows[0]) == 11
    assert years.rows[0][:3] == ("2026", "3", "2") and years.rows[0][7:9] == ("4", "9") and years.rows[0][-1] == "1"
    assert capacities == Table(("capacity", "requests"), (("法院", "2"), ("gone", "1")), "2026")
