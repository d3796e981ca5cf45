"""Pages of a case together: what most of them say, whom it is about, and never a field that the names told already."""

from __future__ import annotations

from typing import Any

from preserve.description.drafted import Proposal
from preserve.ingest.draft import read_drafting
from preserve.ingest.proposing import Head, proposals
from preserve.machine_reading.fields import Labels, head_fields
from preserve.machine_reading.records import PageText
from preserve.machine_reading.signed import signing_places
from tests.unit.machine_reading.test_fields import FORM, HEAD, page

PROFILE = read_drafting(None)
CONTENT: dict[str, Any] = {
    "case_number": "",
    "case_type": "penalty",
    "title": "文件夹",
    "producer": {"name": ""},
    "objects": [
        {"file": "01.jpg", "kind": "现场照片", "stage": "investigation"},
        {"file": "04决定/02.jpg", "kind": "行政处罚决定书", "stage": "decision"},
    ],
}


def head(file: str, read: PageText, **more: Any) -> Head:
    named = read.model_copy(update={"file": file})
    return Head(file, named, head_fields(named, PROFILE.kind, Labels(PROFILE.labels)), **more)


DECISION = page(
    HEAD[0],
    ("行政处罚决定书", (300.0, 90.0, 700.0, 122.0)),
    ("临文综罚〔2026〕12号", (400.0, 130.0, 600.0, 144.0)),
    ("当事人：临江市星河演艺有限公司（统一社会信用代码：91420100MA0000000Y）", (120.0, 180.0, 880.0, 196.0)),
    ("罚款153600元，联系电话：027-87654321", (120.0, 400.0, 880.0, 416.0)),
    ("负责人（签名）：", (120.0, 700.0, 330.0, 716.0)),
)


def made(*heads: Head, content: dict[str, Any] = CONTENT) -> dict[tuple[str, str, str], Proposal]:
    return {(one.sheet, one.row, one.field): one for one in proposals(heads, content, PROFILE)}


def test_two_papers_draft_the_case_its_party_its_officers_and_their_own_fields() -> None:
    found = made(head("01.jpg", FORM), head("04决定/02.jpg", DECISION))
    values = {key: one.value for key, one in found.items() if key[0] != "seen"}
    assert values == {
        ("case", "", "case_number"): "临文综罚〔2026〕12号",
        ("case", "", "cause"): "未经批准擅自从事营业性演出活动",
        ("case", "", "title"): "临江市星河演艺有限公司未经批准擅自从事营业性演出活动案",
        ("case", "", "producer.name"): "临江市文化和旅游局",
        ("case", "", "start"): "2026-03-12",
        ("parties", "临江市星河演艺有限公司", "name"): "临江市星河演艺有限公司",
        ("parties", "临江市星河演艺有限公司", "identity"): "91420100MA0000000Y",
        ("officers", "陈立新", "name"): "陈立新",
        ("officers", "王晓梅", "name"): "王晓梅",
        ("objects", "01.jpg", "kind"): "立案审批表",
        ("objects", "01.jpg", "stage"): "initiation",
        ("objects", "01.jpg", "responsible"): "临江市文化和旅游局",
        ("objects", "01.jpg", "date"): "2026-03-12",
        ("objects", "04决定/02.jpg", "doc_number"): "临文综罚〔2026〕12号",
        ("objects", "04决定/02.jpg", "responsible"): "临江市文化和旅游局",
    }
    assert found["case", "", "title"].before == "文件夹"
    assert found["objects", "01.jpg", "kind"].before == "现场照片"
    assert found["parties", "临江市星河演艺有限公司", "identity"].sure


def test_what_has_no_field_is_shown_and_asks_nothing() -> None:
    read = DECISION.model_copy(update={"file": "02.jpg"})
    (place,) = signing_places(read)
    found = made(head("02.jpg", read, seals=((1.0, 2.0, 3.0, 4.0),), signing=((place, 0.05),)))
    seen = {(row, field): one.value for (sheet, row, field), one in found.items() if sheet == "seen"}
    assert seen == {
        ("", "telephone"): "027-87654321",
        ("", "amount"): "153600",
        ("负责人", "signature"): "yes",
        ("", "seal"): "yes",
    }
    blank = made(head("02.jpg", read, seals=(), signing=((place, 0.001),)))
    assert {blank["seen", "", "seal"].value, blank["seen", "负责人", "signature"].value} == {"no"}
    unseen = made(head("02.jpg", read, signing=((place, None),)))
    assert ("seen", "", "seal") not in unseen and ("seen", "负责人", "signature") not in unseen


def test_what_most_papers_say_is_the_number_and_others_keep_their_own() -> None:
    other = page(*HEAD[:2], ("临文综告〔2026〕9号", (400.0, 130.0, 600.0, 144.0)))
    found = made(head("0.jpg", other), head("01.jpg", FORM), head("04决定/02.jpg", DECISION))
    assert found["case", "", "case_number"].value == "临文综罚〔2026〕12号"
    assert found["objects", "0.jpg", "doc_number"].value == "临文综告〔2026〕9号"
    assert ("objects", "01.jpg", "doc_number") not in found


def test_what_stands_there_already_is_not_proposed_again() -> None:
    content = {**CONTENT, "producer": {"name": "局"}, "parties": [{"name": "临江市星河演艺有限公司"}]}
    found = made(head("01.jpg", FORM), content=content)
    assert ("case", "", "producer.name") not in found and ("case", "", "case_type") not in found
    assert (
        made(head("01.jpg", FORM), content={**CONTENT, "case_type": "permit"})["case", "", "case_type"].value
        == "penalty"
    )
    assert not any(key[0] == "parties" for key in found)


def test_a_person_gets_no_credit_code_and_two_people_no_single_number() -> None:
    one = page(("当事人：张三，统一社会信用代码：91420100MA0000000Y", (120.0, 300.0, 880.0, 316.0)))
    assert ("parties", "张三", "identity") not in made(head("a.jpg", one))
    two = page(
        ("当事人：张三 身份证号：11010519491231002X", (120.0, 300.0, 880.0, 316.0)),
        ("受送达人：李四", (120.0, 330.0, 880.0, 346.0)),
    )
    assert not any(key[2] == "identity" and key[0] == "parties" for key in made(head("a.jpg", two)))


def test_no_page_is_no_proposal() -> None:
    assert made() == {} and made(head("a.jpg", page())) == {}


def test_a_closing_report_is_no_older_than_the_end_that_it_names() -> None:
    closing = page(
        ("结案报告", (340.0, 90.0, 660.0, 122.0)),
        ("结案日期：2026年5月1日", (120.0, 300.0, 500.0, 316.0)),
        ("临江市文化和旅游局 2026年3月1日", (500.0, 700.0, 880.0, 716.0)),
    )
    found = made(head("06.jpg", closing))
    assert found["objects", "06.jpg", "date"].value == found["case", "", "closed"].value == "2026-05-01"
