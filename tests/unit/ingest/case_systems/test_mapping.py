"""Values of an export as fields of a description: by paths, codes and dates; what no field takes is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preserve.ingest.case_systems.mapping import cases_in, file_name, mapped
from preserve.ingest.case_systems.profile import System, read_systems

ICINFO = {
    "data": {
        "caseName": "某网吧接纳未成年人案",
        "caseReason": "接纳未成年人",
        "caseNumber": "临文综罚〔2026〕1号",
        "filingTime": "2026-01-05 10:00:00",
        "closingTime": 1769990400000,
        "retentionPeriod": "十五年",
        "handler": "张三、李四",
        "handlingDepartment": "某支队",
        "areaCode": "330100",
        "mainVolumeList": [
            {
                "serialNumber": 1,
                "documentName": "立案审批表",
                "documentUrl": "https://x/f/%E7%AB%8B%E6%A1%88.pdf?t=1",
                "caseStageName": "立案",
            }
        ],
        "subVolumeList": [{"documentName": "集体讨论笔录", "documentUrl": "讨论.pdf", "watermark": "无"}],
    }
}


def system(name: str) -> System:
    found = read_systems(None).named(name)
    assert found is not None
    return found


def test_a_public_field_list_is_mapped_and_the_rest_named() -> None:
    (case,) = cases_in(ICINFO, system("icinfo"))
    found = mapped(case, system("icinfo"))
    assert found.content["start"] == "2026-01-05"
    assert found.content["closed"] == "2026-02-02", "milliseconds, in the bureau's own time"
    assert found.content["officers"] == [{"name": "张三"}, {"name": "李四"}]
    assert found.content["producer"] == {"name": "某支队"}
    assert found.files == ["立案.pdf", "讨论.pdf"]
    assert [row["volume"] for row in found.content["objects"]] == ["main", "inner"]
    assert found.unknown == ["areaCode", "subVolumeList.watermark"]
    assert (found.odd, "retention" in found.content) == ({"retention": "十五年"}, False)


def test_lines_of_one_case_are_one_case_and_of_two_are_two() -> None:
    lines = [
        {"案件名称": "甲案", "案号": number, "文件名": file} for number, file in (("1", "a"), ("1", "b"), ("2", "c"))
    ]
    first, second = cases_in({"rows": lines}, system("chinese-columns"))
    assert mapped(first, system("chinese-columns")).files == ["a", "b"]
    assert mapped(second, system("chinese-columns")).files == ["c"]


@pytest.mark.parametrize("tree", [{}, [], "text", None, {"caseName": "x"}, {"data": [1, None]}])
def test_what_has_not_its_marks_is_not_of_a_system(tree: Any) -> None:
    assert cases_in(tree, system("icinfo")) == []


@pytest.mark.parametrize(
    ("written", "name"),
    [("文书\\立案.pdf", "文书/立案.pdf"), ("/a/b.pdf", "a/b.pdf"), ("http://h/p/%E7%94%B2.pdf#x", "甲.pdf")],
)
def test_a_file_is_named_by_its_path(written: str, name: str) -> None:
    assert file_name(written) == name


_TREES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["caseName", "filingTime", "closingTime", "data", "mainVolumeList", "documentUrl"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(_TREES)
@settings(max_examples=50)
def test_no_tree_breaks_it(tree: Any) -> None:
    for case in cases_in(tree, system("icinfo")):
        mapped(case, system("icinfo"))
