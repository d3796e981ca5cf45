"""A description read file by file is the one that a whole reading gives, with the same findings; it takes less memory."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest

from preserve.description.large import read_simple
from preserve.description.object_table import FEW, ObjectTable
from preserve.description.reading import check_content, read_description
from preserve.description.vocabulary import read_vocabulary

FILE = {"file": "笔录.txt", "kind": "现场检查笔录", "stage": "调查"}
CASE: dict[str, Any] = {
    "case_number": "临文综罚〔2026〕77号",
    "case_type": "处罚",
    "title": " 测试案 ",
    "cause": "测试",
    "producer": {"name": "临江市文化和旅游局"},
    "start": "2026年3月1日",
    "closed": "2026-04-01",
}


@pytest.mark.parametrize(
    "files",
    [
        [FILE],
        [
            FILE,
            {**FILE, "file": "a.mp4", "shows": "执法人员、当事人", "recording_start": "2026-03-02 9:05", "pages": ""},
        ],
        [FILE, FILE, {**FILE, "file": "./笔录.txt"}, FILE],
        [{**FILE, "file": "../a"}, {**FILE, "explains": "b.txt", "file": "c"}],
        [{**FILE, "stage": "休息"}],
        [{**FILE, "shows": ["nothing"]}, {**FILE, "pages": -1}],
        [FILE, 3],
        [FILE, {**FILE, "colour": "red"}],
        [],
    ],
    ids=range(9),
)
def test_whichever_way_it_is_read_the_answer_is_the_same(files: list[Any]) -> None:
    content = {**CASE, "objects": files}
    data = json.dumps(content, ensure_ascii=False).encode()
    assert read_description("case.json", data) == check_content(content, {}, "case.json")


@pytest.mark.parametrize(
    "change", [{"case_type": "审判"}, {"closed": "2020-01-01"}, {"objects": [FILE] * 2}], ids=range(3)
)
def test_what_is_wrong_beside_the_files_is_found(change: dict[str, Any]) -> None:
    content = {**CASE, "objects": [FILE], **change}
    case, findings = read_description("case.json", json.dumps(content).encode())
    assert case is None and (case, findings) == check_content(content, {}, "case.json")


def test_the_simple_way_is_for_descriptions_without_a_mistake() -> None:
    words = read_vocabulary()
    data = json.dumps({**CASE, "objects": [FILE]}).encode()
    assert read_simple(data, words, lambda _: False) is not None
    assert read_simple(data, words, lambda _: True) is None
    assert read_simple(data[:-1], words, lambda _: False) is None


def test_more_files_of_a_large_case_take_little_more_memory() -> None:
    def peak(count: int) -> int:
        files = [{**FILE, "file": f"{number // 500:04}/文书{number:06}.txt"} for number in range(count)]
        data = json.dumps({**CASE, "objects": files}, ensure_ascii=False).encode()
        del files
        tracemalloc.start()
        try:
            case, findings = read_description("case.json", data)
            assert case is not None and isinstance(case.objects, ObjectTable) and not findings
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(FEW + 4_001) < peak(FEW + 1) + 4_000 * 400
