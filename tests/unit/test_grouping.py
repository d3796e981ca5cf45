"""One mistake is one line with its places, the worst first, and no finding is lost from the count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.findings import Finding
from preserve.grouping import each_alone, grouped, places
from preserve.messages import speaking


def cell(row: int, column: str = "P", written: str = "现场环境？") -> Finding:
    """A wrong word in a cell of the sheet of files."""
    values = {"field": f"文件 {row - 1} · 记录内容", "written": written, "choices": "现场环境"}
    return Finding("case.name-unknown", f"案卷.xlsx 文件!{column}{row}", "refuse", values)


def test_a_mistake_made_in_ten_rows_is_one_line() -> None:
    (group,) = grouped(cell(row) for row in range(2, 12))
    assert group.where() == "案卷.xlsx 文件!P2–P11（10 处）"
    assert group.sentence().startswith("“文件 · 记录内容”写的是“现场环境？”")
    assert len(group.findings) == 10


def test_rows_apart_are_ranges_and_other_mistakes_lines_of_their_own() -> None:
    first, second = grouped([cell(2), cell(3), cell(7), cell(4, written="别的")])
    assert first.where() == "案卷.xlsx 文件!P2–P3、案卷.xlsx 文件!P7（3 处）"
    assert (second.where(), second.values()["field"]) == ("案卷.xlsx 文件!P4", "文件 3 · 记录内容")


def test_errors_come_before_warnings_before_notes() -> None:
    findings = [
        Finding("rule.filed-late", "", "note", {}),
        Finding("rule.preamble-missing", "a.mp4", "warning", {}),
        Finding("rule.document-missing", "送达回证", "error", {}),
        Finding("case.field-missing", "b", "refuse", {}),
    ]
    assert [group.severity for group in grouped(findings)] == ["refuse", "error", "warning", "note"]
    assert [group.severity for group in each_alone(findings)] == ["refuse", "error", "warning", "note"]


def test_the_parts_of_one_recording_are_one_place() -> None:
    names = [f"执法记录仪/DSJ-A20031_110233_2026091519{minute:02}00_{minute:04}.mp4" for minute in range(1, 9)]
    (group,) = grouped(Finding("rule.evidence-not-explained", name, "warning", {"article": "17"}) for name in names)
    assert group.where() == (
        "执法记录仪/DSJ-A20031_110233_20260915190100_0001.mp4 至 DSJ-A20031_110233_20260915190800_0008.mp4（8 个文件）"
    )


def test_what_lies_in_one_folder_is_said_once() -> None:
    names = [f"照片/{name}.jpg" for name in ("门头", "大厅", "包厢", "收银台", "后门", "走廊")]
    (group,) = grouped(Finding("case.draft-kind", name, "note", {"kind": "现场照片"}) for name in names)
    assert group.where() == "照片/ 下 6 个文件"


def test_a_sentence_that_names_the_file_names_all_of_them() -> None:
    (group,) = grouped(Finding("case.file-missing", name, "refuse", {"file": name}) for name in ("甲.pdf", "乙.pdf"))
    assert (group.where(), group.sentence()) == ("", "清单中有，但归档的文件中没有：甲.pdf、乙.pdf")


def test_every_missing_document_of_a_stage_is_named_in_one_line() -> None:
    values = {"article": "7", "stage": "决定"}
    (group,) = grouped(
        Finding("rule.document-missing", f"文书{n}", "error", {**values, "document": f"文书{n}"})
        for n in "一二三四五六七"
    )
    assert group.sentence().endswith("缺少文书一、文书二、文书三、文书四、文书五、文书六、文书七")


def test_what_one_code_says_too_often_is_counted() -> None:
    late = [Finding("rule.filed-late", f"案{n}", "warning", {"days": n}) for n in range(8)]
    groups = grouped(late)
    assert [group.counted for group in groups] == [False] * 5 + [True]
    assert groups[-1].sentence() == "同类问题另有 3 处"
    assert (groups[-1].where(), groups[-1].hint()) == ("案5 至 案7（3 个文件）", "")


def test_in_english() -> None:
    with speaking("en"):
        (group,) = grouped(cell(row) for row in (2, 3))
        assert group.where() == "案卷.xlsx 文件!P2–P3 (2 places)"


@pytest.mark.parametrize("wheres", [["a"], ["a", "a"], ["a", "b"]])
def test_few_places_are_named(wheres: list[str]) -> None:
    assert places(wheres) == "、".join(dict.fromkeys(wheres))


@given(
    st.lists(
        st.builds(
            Finding,
            st.sampled_from(["case.a", "rule.b", "rule.c"]),
            st.sampled_from(["", "a/1.mp4", "a/2.mp4", "x!B2", "x!B3", "\u202e"]),
            st.sampled_from(["refuse", "error", "warning", "note"]),
            st.dictionaries(
                st.sampled_from(["file", "field", "written"]), st.sampled_from(["", "a/1.mp4", "表 1 · 列"])
            ),
        ),
        max_size=40,
    )
)
def test_no_finding_is_lost(findings: list[Finding]) -> None:
    groups = grouped(findings)
    assert sum(len(group.findings) for group in groups) == len(findings)
    assert all(isinstance(group.where(), str) and group.sentence() for group in groups)
