"""What stands on the forms: what is known, counted; and what an inspector of case files would send back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from preserve.administration.file_forms.case_forms import findings_of
from preserve.administration.file_forms.profile import Style
from preserve.administration.file_forms.volumes import Known, volumes_of
from preserve.administration.file_forms.wording import (
    File,
    case_cells,
    facts_of,
    filed_on,
    paper_cells,
    says_nothing,
    situation,
)
from preserve.data_management.fonds import FondsRow
from preserve.description.schema import CaseDescription
from preserve.description.vocabulary import read_vocabulary
from preserve.messages import speaking

FONDS = FondsRow("culture", "J019", "临江市文化和旅游局", "", "", "2026-01-01T00:00:00Z")


def file_of(number: str = "J019-ZY·ZF·2026·D30-001", **changes: Any) -> File:
    """A case as its forms tell of it."""
    description = CaseDescription.model_validate(
        {
            "case_number": "一号",
            "case_type": "penalty",
            "title": "测试案",
            "cause": "测试",
            "producer": {"name": "综合执法支队"},
            "start": "2024-03-01",
            "closed": "2024-04-01",
            "objects": [
                {"file": "a", "kind": "笔录", "stage": "decision", "pages": 3, "doc_number": "检5号"},
                {"file": "b", "kind": "现场录像", "stage": "decision", "recording_start": "2024-03-02T10:00:00"},
                {"file": "c", "kind": "记录", "stage": "decision", "volume": "inner", "pages": 2},
            ],
            **changes,
        }
    )
    return File(description, number, FONDS, read_vocabulary(None), "临江市档案室", Style())


def cells(file: File, inner: bool = False) -> list[dict[str, str]]:
    """The rows of a volume."""
    volume = volumes_of(file.description, {"b": Known(0, 75.0)}, inner=True)[inner]
    with speaking("zh"):
        return [paper_cells(file, volume, leaf) for leaf in volume.leaves]


def test_a_recording_has_its_length_for_a_remark_and_no_page() -> None:
    paper, recording = cells(file_of())
    assert (paper["page"], paper["pages"], paper["remark"], paper["doc-number"]) == ("1–3", "3", "", "检5号")
    assert (recording["page"], recording["pages"], recording["remark"]) == ("", "", "1分钟15秒")
    assert recording["date"] == "20240302" and recording["title"] == "现场录像"
    assert paper["archival-number"] == "J019-ZY·ZF·2026·D30-001-001"
    (inner,) = cells(file_of(), inner=True)
    assert inner["remark"] == "副卷" and inner["page"] == "1–2"


def test_what_nobody_knows_stays_empty() -> None:
    file = file_of(number="")
    assert [row["archival-number"] for row in cells(file)] == ["", ""]
    with speaking("zh"):
        facts = facts_of(file, volumes_of(file.description, {}, inner=False)[0])
    assert (facts["volume-number"], facts["outcome"], facts["fonds-name"]) == ("", "", FONDS.name)
    assert facts["dates"] == "20240301–20240401"


def test_the_statement_counts_and_claims_nothing() -> None:
    file = file_of(note="原件存于 2 号柜")
    main = volumes_of(file.description, {"b": Known(0, 75.0)}, inner=False)[0]
    with speaking("zh"):
        lines = situation(file, main).split("\n")
    assert lines == ["本卷共 2 件。", "已知页数共 3 页。", "其中录音录像 1 件，时长 1分钟15秒。", "原件存于 2 号柜"]


@pytest.mark.parametrize("written", ["/", " 无 ", "「无」", "／", "None"])
def test_a_stroke_is_no_statement(written: str) -> None:
    file = file_of(note=written)
    volumes = volumes_of(file.description, {"b": Known(0, 75.0)}, inner=True)
    with speaking("zh"):
        assert written.strip() not in situation(file, volumes[0]).split("\n")
    assert [one.code for one in findings_of(file, volumes)] == ["forms.situation-empty"]
    assert says_nothing(written) and not says_nothing("无附件以外的材料")


def test_what_was_filed_before_it_was_closed_is_told() -> None:
    stages = [{"stage": "filing", "start": "2024-03-20", "end": "2024-03-30"}]
    file = file_of(stages=stages, number="")
    assert filed_on(file.description) == date(2024, 3, 30)
    codes = [one.code for one in findings_of(file, volumes_of(file.description, {}, inner=False))]
    assert codes == ["forms.filed-before-closed", "forms.no-number", "forms.pages-unknown"]
    late = file_of(stages=[{**stages[0], "end": "2024-04-02"}])
    assert list(findings_of(late, ())) == []


@pytest.mark.parametrize(
    ("retention", "today", "kept"),
    [
        ("30-years", date(2026, 5, 1), "1 年"),
        ("10-years", date(2050, 1, 1), "10 年"),
        ("permanent", date(2024, 5, 1), "0 年"),
    ],
)
def test_years_are_counted_from_the_year_after_closing(retention: str, today: date, kept: str) -> None:
    file = file_of(retention=retention)
    volume = volumes_of(file.description, {}, inner=False)[0]
    with speaking("zh"):
        row = case_cells(file, volume, 7, today)
    assert (row["kept"], row["order"], row["volume-number"], row["pieces"]) == (kept, "7", "001", "2")
