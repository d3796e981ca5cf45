"""However many looks there are, a few files tell them; killed at any step, joining leaves files that tell the same."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.data_management import looks_segments
from preserve.data_management.segment_joining import FAN
from storage_adapters.durable import write_file


def line(number: int) -> str:
    return f'{{"number":{number},"text":"看"}}'


def write(folder: Path, first: int, last: int) -> Path:
    path = folder / looks_segments.name_of(first, last)
    folder.mkdir(exist_ok=True)
    path.write_text("".join(f"{line(number)}\n" for number in range(first, last + 1)), encoding="utf-8")
    return path


def names(folder: Path) -> list[tuple[int, int]]:
    return [(first, last) for first, last, _ in looks_segments.segments(folder)]


def told(folder: Path) -> list[str]:
    return list(looks_segments.lines(folder))


def test_few_files_tell_many_looks(tmp_path: Path) -> None:
    count = 0
    for length in [1, 3, 1, 40, 2] * 40:
        write(tmp_path, count + 1, count + length)
        count += length
        looks_segments.join(tmp_path)
    assert told(tmp_path) == [line(number) for number in range(1, count + 1)]
    assert len(names(tmp_path)) <= (FAN - 1) * (int(math.log(count, FAN)) + 1)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=60))
def test_what_an_earlier_release_left_is_told_the_same_joined(
    tmp_path_factory: pytest.TempPathFactory, lengths: list[int]
) -> None:
    folder, count = tmp_path_factory.mktemp("looks"), 0
    for length in lengths:
        write(folder, count + 1, count + length)
        count += length
    while looks_segments.join(folder):
        assert told(folder) == [line(number) for number in range(1, count + 1)]
    assert told(folder) == [line(number) for number in range(1, count + 1)]
    assert len(names(folder)) <= (FAN - 1) * (int(math.log(count, FAN)) + 1)


def test_killed_before_the_parts_went_it_goes_on(tmp_path: Path) -> None:
    for first in range(1, 9):
        write(tmp_path, first, first)
    write(tmp_path, 1, 8)
    assert told(tmp_path) == [line(number) for number in range(1, 9)]
    looks_segments.join(tmp_path)
    assert names(tmp_path) == [(1, 8)]


def test_a_part_that_says_something_else_stays(tmp_path: Path) -> None:
    for first in range(1, 9):
        write(tmp_path, first, first)
    (tmp_path / looks_segments.name_of(3, 3)).write_text(f"{line(3).replace('看', '删')}\n", encoding="utf-8")
    write(tmp_path, 1, 8)
    looks_segments.drop_parts(tmp_path)
    assert names(tmp_path) == [(1, 8), (3, 3)]


def test_a_part_whose_last_line_was_cut_is_not_joined(tmp_path: Path) -> None:
    for first in range(1, 9):
        write(tmp_path, first, first)
    path = tmp_path / looks_segments.name_of(3, 3)
    path.write_bytes(path.read_bytes()[:-1])
    assert looks_segments.join(tmp_path) == 0
    assert len(names(tmp_path)) == 8


@pytest.mark.parametrize("content", [b"", b"a\nb\n"], ids=["empty", "longer"])
def test_a_part_that_is_not_whole_is_not_joined_and_is_named(tmp_path: Path, content: bytes) -> None:
    for first in range(1, 9):
        write(tmp_path, first, first)
    broken = looks_segments.name_of(3, 3)
    (tmp_path / broken).write_bytes(content)
    assert looks_segments.join(tmp_path) == 0
    assert len(names(tmp_path)) == 8
    with pytest.raises(ValueError, match=broken):
        told(tmp_path)


def test_nothing_is_joined_over_a_stretch_that_is_missing(tmp_path: Path) -> None:
    for first in [1, 2, 3, 4, 6, 7, 8, 9]:
        write(tmp_path, first, first)
    assert looks_segments.join(tmp_path) == 0
    with pytest.raises(ValueError, match=looks_segments.name_of(6, 6)):
        told(tmp_path)


def test_a_file_that_is_joined_while_it_is_read_is_read_on(tmp_path: Path) -> None:
    for first in range(1, 9):
        write(tmp_path, first, first)
    reading = looks_segments.lines(tmp_path)
    assert next(reading) == line(1)
    looks_segments.join(tmp_path)
    assert names(tmp_path) == [(1, 8)]
    assert list(reading) == [line(number) for number in range(2, 9)]


def test_others_files_are_left_alone(tmp_path: Path) -> None:
    write_file(tmp_path / "looks-1-2.jsonl.part", b"x", durable=True)
    looks_segments.join(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["looks-1-2.jsonl.part"]
