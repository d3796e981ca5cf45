"""The list that publishes: what it says of each file, and that a broken one is told and not believed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from storage_adapters.errors import MediumFailing
from storage_adapters.s3_listing import Contents, Listed, ListedSegment, parse, published_key, segment_key

CONTENTS = Contents(
    "aip-x_v0001",
    "2026-11-29T20:00:00+00:00",
    {"large.mp4": Listed(5_000_000, "aa"), "b.txt": Listed(3, "bb", 0, 2048), "a.txt": Listed(4, "cc", 0, 512)},
    (ListedSegment("segments/aip-x_v0001/00000.tar", 4096, "dd"),),
)


def test_it_comes_back_as_it_was_written() -> None:
    again = parse(CONTENTS.document(), "x")
    assert again == CONTENTS
    assert again.key("large.mp4") == ("packages/aip-x_v0001/large.mp4", 0)
    assert again.key("b.txt") == ("segments/aip-x_v0001/00000.tar", 2048)
    assert [list(one) for one in again.members()] == [["a.txt", "b.txt"]]
    assert (published_key("n"), segment_key("n", 12)) == ("published/n.json", "segments/n/00012.tar")


def test_another_folder_is_said() -> None:
    again = parse(replace(CONTENTS, folder="aip-x_v0001.ab").document(), "x")
    assert again.key("large.mp4") == ("packages/aip-x_v0001.ab/large.mp4", 0)


def test_a_list_of_an_earlier_release() -> None:
    old = {"name": "aip-x_v0001", "written": "", "files": {"a": {"size": 1, "sha256": "ee"}}}
    read = parse(json.dumps(old).encode(), "x")
    assert read.key("a") == ("packages/aip-x_v0001/a", 0) and not read.members()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"name": "n", "files": {"a": {"size": 1}}}',
        b'{"name": "n", "files": {"a": {"size": 1, "sha256": "e", "segment": 0}}}',
        b'{"name": "n", "files": {"a": {"size": 1, "sha256": "e", "offset": -1}}}',
        CONTENTS.document()[:-7],
    ],
)
def test_what_is_no_list(data: bytes) -> None:
    with pytest.raises(MediumFailing):
        parse(data, "x")
