"""What a machine read counts for nothing until somebody says yes to it, whatever a spreadsheet does in between."""

from __future__ import annotations

import tomllib
from typing import Any

from preserve.description.drafted import Answer, Answers, Proposal, Rows, label_code, put, settle
from preserve.description.writing import write_toml
from preserve.messages import say
from preserve.services.tables.deposits import drafted

NUMBER, NAME, CARD = "临文综罚〔2026〕12号", "张三", "11010519491231002X"


def proposal(sheet: str, field: str, value: str, row: str = "", before: str = "") -> Proposal:
    return Proposal(sheet=sheet, field=field, value=value, row=row, before=before, file="a.jpg", page=1)


PROPOSALS = [
    proposal("case", "case_number", NUMBER),
    proposal("case", "producer.name", "临江市文化和旅游局"),
    proposal("objects", "date", "2026-03-12", "a.jpg", before="2026-01-01"),
    proposal("parties", "name", NAME, NAME),
    proposal("parties", "identity", CARD, NAME),
    proposal("seen", "telephone", "13812345678"),
]


def test_proposals_stand_in_their_fields_and_the_draft_itself_is_not_changed() -> None:
    draft: dict[str, Any] = {
        "case_number": "",
        "producer": {"name": ""},
        "objects": [{"file": "a.jpg", "kind": "文书"}],
    }
    new = put(draft, PROPOSALS)
    assert (new["case_number"], new["producer"]["name"]) == (NUMBER, "临江市文化和旅游局")
    assert new["objects"] == [{"file": "a.jpg", "kind": "文书", "date": "2026-03-12"}]
    assert new["parties"] == [{"name": NAME, "identity": CARD}]
    assert draft == {"case_number": "", "producer": {"name": ""}, "objects": [{"file": "a.jpg", "kind": "文书"}]}
    assert [Rows(new).stands(one) for one in PROPOSALS] == [NUMBER, "临江市文化和旅游局", "2026-03-12", NAME, CARD, ""]
    assert Rows({}).stands(PROPOSALS[3]) == "" and Rows({"producer": None}).stands(PROPOSALS[1]) == ""
    assert [label_code(one) for one in PROPOSALS[:2]] == ["field.case-case-number", "field.case-producer-name"]
    assert label_code(PROPOSALS[5]) == "reading.seen-telephone"


def _answers(taken: bool, person: str = "周建国") -> Answers:
    rows = [
        Answer(4, "案件", "", "案号", NUMBER, "", taken),
        Answer(5, "案件", "", "形成单位", "临江市文化和旅游局", "", taken),
        Answer(6, "文件", "a.jpg", "日期", "2026-03-12", "2026-01-01", taken),
        Answer(7, "当事人", NAME, "姓名或名称", NAME, "", taken),
        Answer(8, "当事人", NAME, "证件号码", CARD, "", taken),
    ]
    return Answers(person, rows)


def _filled() -> tuple[dict[str, Any], dict[str, str]]:
    content = {
        "case_number": NUMBER,
        "producer": {"name": "临江市文化和旅游局"},
        "objects": [{"file": "a.jpg", "date": "2026-03-12"}, {"file": "b.jpg", "date": "2026-03-12"}],
        "parties": [{"name": NAME, "role": "当事人", "identity": CARD}, {"name": "李四"}],
    }
    places = {
        "case_number": "案件!B2",
        "parties.0.name": "当事人!A2",
        "parties.1.name": "当事人!A3",
        "parties.1": "当事人!A3",
    }
    return content, places


def test_what_nobody_took_is_taken_out_and_said_as_a_warning() -> None:
    content, places = _filled()
    findings = settle(content, places, _answers(False))
    assert content == {
        "producer": {},
        "objects": [{"file": "a.jpg", "date": "2026-01-01"}, {"file": "b.jpg", "date": "2026-03-12"}],
        "parties": [{"name": "李四"}],
    }
    assert {(one.code, one.severity) for one in findings} == {("reading.draft-unconfirmed", "warning")}
    assert (len(findings), findings[0].where) == (5, "案件!B2")
    assert places["parties.0.name"] == "当事人!A3" and "parties.1.name" not in places


def test_what_somebody_took_stays_and_their_name_is_said() -> None:
    content, places = _filled()
    (finding,) = settle(content, places, _answers(True))
    assert content == _filled()[0]
    assert (finding.code, finding.severity, finding.values) == (
        "reading.draft-confirmed",
        "note",
        {"count": 5, "person": "周建国"},
    )


def test_a_yes_without_a_name_is_nobodys() -> None:
    content, places = _filled()
    codes = [one.code for one in settle(content, places, _answers(True, person=""))]
    assert codes == ["reading.draft-unconfirmed"] * 5 + ["reading.draft-nobody"]
    assert "case_number" not in content


def test_what_a_person_wrote_over_it_is_theirs_and_the_rest_of_that_row_is_not() -> None:
    content, places = _filled()
    content["case_number"], content["parties"][0]["name"] = "临文综罚〔2026〕13号", "张三丰"
    settle(content, places, _answers(False))
    assert content["case_number"] == "临文综罚〔2026〕13号"
    assert content["parties"][0] == {"name": "张三丰", "role": "当事人"}


def test_rows_that_no_longer_mean_anything_are_passed_over() -> None:
    content: dict[str, Any] = {"producer": "x", "objects": [{}], "parties": None}
    rows = [Answer(4, "无此表", "", "案号", "a", "", False), Answer(5, "文件", "a.jpg", "无此项", "a", "", False)]
    assert settle(content, {}, Answers("", [*rows, *_answers(False).rows])) == []
    assert content == {"producer": "x", "objects": [{}], "parties": None}


def test_a_toml_has_them_as_comments_and_a_table_says_that_nobody_checked() -> None:
    text = write_toml({"case_number": "", "objects": [{"file": "a.jpg", "kind": "文书"}]}, PROPOSALS)
    read = tomllib.loads(text)
    assert "case_number" not in read and "parties" not in read and "date" not in read["objects"][0]
    assert "# 机读，未核对" in text and NUMBER in text and NAME in text
    assert "机读" not in write_toml({"case_number": ""})
    table = drafted(PROPOSALS)
    assert table.title == say("reading.not-checked") and table.rows[0][1] == NUMBER
