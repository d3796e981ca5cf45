"""A long list in JSON is read part by part, and what is wrong with it is noticed."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import pytest

from preserve.long_json import LongList, NotSimple


def _read(text: str | bytes) -> tuple[list[Any], dict[str, Any]]:
    reader = LongList(io.BytesIO(text.encode() if isinstance(text, str) else text), "objects")
    parts = list(reader)
    return parts, reader.rest


@pytest.mark.parametrize("indent", [None, 1, 7])
@pytest.mark.parametrize("count", [0, 1, 2, 5000])
def test_the_parts_and_the_rest_are_what_a_whole_reading_gives(indent: int | None, count: int) -> None:
    parts = [{"file": f"{number}/笔录.txt", "pages": number, "shows": ["a", None]} for number in range(count)]
    whole = {"title": "一案" * 9, "objects": parts, "seconds": 12.5, "stages": [{"end": None}] * 3, "last": 17}
    written = json.dumps(whole, ensure_ascii=False, indent=indent)
    assert _read(written) == (parts, {**whole, "objects": []})
    assert _read(b"\xef\xbb\xbf" + written.encode()) == (parts, {**whole, "objects": []})


def test_a_value_that_goes_on_behind_what_was_read_is_whole() -> None:
    for blank in range(65_500, 65_545):
        assert _read(" " * blank + '{"objects": [123456789, "文书", 12.5e3, true]}')[0] == [
            123456789,
            "文书",
            12.5e3,
            True,
        ]
    long = {"objects": ["文" * 300_000], "title": "书" * 300_000}
    assert _read(json.dumps(long)) == (long["objects"], {**long, "objects": []})


@pytest.mark.parametrize(
    "written",
    [
        "",
        "[]",
        "{}",
        '{"title": "a"}',
        '{"objects": {}}',
        '{"objects": [1, 2}',
        '{"objects": [1 2]}',
        '{"objects": [1,]}',
        '{"objects": [1],}',
        '{"objects": [1]} x',
        '{"objects": [1], "objects": [2]}',
        '{"objects": [1], "title": 1, "title": 2}',
        '{"objects": [{"file": 1, "file": 2}]}',
        '{"objects": [NaN]}',
        '{"objects": [1], "a": -Infinity}',
        '{"objects": [' + "[" * 100_000,
        '{"objects": ["\n"]}',
        '{3: 4, "objects": []}',
        '{"objects": [' + "9" * 5000 + "]}",
        b'{"objects": ["\xff"]}',
        b'{"objects": ["\xe6"',
    ],
    ids=range(21),
)
def test_what_is_wrong_is_left_to_who_reads_it_whole(written: str | bytes) -> None:
    with pytest.raises(NotSimple):
        _read(written)


def test_a_longer_list_takes_no_more_memory() -> None:
    def peak(count: int) -> int:
        file = io.BytesIO(
            json.dumps({"objects": [{"file": str(number), "kind": "文书"} for number in range(count)]}).encode()
        )
        tracemalloc.start()
        try:
            assert sum(1 for _ in LongList(file, "objects")) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(20_000) < peak(5_000) + 50_000
