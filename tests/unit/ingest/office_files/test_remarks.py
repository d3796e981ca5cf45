"""What was noted, as findings and as sentences of the event."""

from __future__ import annotations

from preserve.ingest.office_files.remarks import Remarks


def test_places_are_few_and_the_count_is_whole() -> None:
    remarks = Remarks()
    for number in range(40):
        remarks.add("comment", f"A{number}")
    (finding,) = remarks.findings("a.xlsx")
    assert (finding.code, finding.severity, finding.values["count"]) == ("derivative.comment", "warning", 40)
    assert str(finding.values["where"]).endswith("A11; …")
    assert remarks.sentences() == (f"comments: 40 ({finding.values['where']})",)
    assert remarks.held() == ()


def test_what_was_held_is_a_note_and_no_lack() -> None:
    remarks = Remarks()
    remarks.add("field-frozen", "DATE: 2019年3月8日")
    assert [finding.severity for finding in remarks.findings("a.docx")] == ["note"]
    assert remarks.sentences() == ()
    assert "2019年3月8日" in remarks.held()[0]


def test_another_look_adds_only_what_the_first_could_not_see() -> None:
    first, second = Remarks(), Remarks()
    first.add("comment", "甲")
    second.add("comment", "乙")
    second.add("hidden-text", "丙")
    second.add("field-frozen", "丁")
    first.join(second)
    assert first.places == {"comment": ["甲"], "hidden-text": ["丙"]}
