"""The table of a large case's files says of each what was put in, in little memory."""

from __future__ import annotations

import pickle
import tracemalloc
from collections.abc import Iterator

import pytest

from preserve.description.object_table import ObjectTable, gathered
from preserve.description.schema import CaseDescription, CaseObject

WORDS = {"kind": "现场检查笔录", "stage": "investigation"}


def _files(count: int) -> Iterator[CaseObject]:
    for number in range(count):
        yield CaseObject.model_validate({**WORDS, "file": f"{number // 500:04}/文书{number:06}.txt"})


def _various(count: int) -> list[CaseObject]:
    return [
        CaseObject.model_validate(
            {
                **WORDS,
                "file": f"{number}.mp4",
                "title": f"录像{number}",
                "pages": number % 7 + 1 if number % 3 else None,
                "doc_number": f"〔2026〕{number}号" if number % 2 else "",
                "recording_start": f"2026-03-{number % 27 + 1:02}T{number % 24:02}:{number // 27 % 60:02}:00",
                "shows": ["measure-place"] if number % 5 else [],
                "evidence": number % 4 == 0,
                "preamble": None if number % 11 else number % 2 == 0,
                "volume": "inner" if number == 9 else None,
            }
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 6000])
def test_every_file_comes_back_with_all_that_is_said_of_it(count: int) -> None:
    objects = _various(count)
    table = ObjectTable(objects)
    assert [item.model_dump_json() for item in table] == [item.model_dump_json() for item in objects]
    assert list(table) == objects and table == tuple(objects) and len(table) == count
    assert pickle.loads(pickle.dumps(table)) == table


def test_it_is_asked_as_a_tuple_is() -> None:
    objects = _various(20)
    table = ObjectTable(objects)
    assert (table[-1], table[3:6], table[0]) == (objects[-1], tuple(objects[3:6]), objects[0])
    assert objects[7] in table and table != ObjectTable(objects[:-1]) and hash(table) == hash(tuple(objects))
    for place in (20, -21):
        with pytest.raises(IndexError):
            table[place]


def test_equal_moments_keep_their_own_zones() -> None:
    moments = ["2026-03-01T10:00:00+08:00", "2026-03-01T02:00:00+00:00", "2026-03-01T10:00:00+08:00"]
    objects = [CaseObject.model_validate({**WORDS, "file": str(n), "stored": m}) for n, m in enumerate(moments)]
    assert [item.stored.isoformat() for item in ObjectTable(objects) if item.stored] == moments


def test_few_are_a_tuple_and_many_a_table() -> None:
    assert gathered(_files(3), few=3) == tuple(_files(3))
    assert isinstance(gathered(_files(3), few=3), tuple)
    many = gathered(_files(9), few=3)
    assert isinstance(many, ObjectTable) and many == tuple(_files(9))


def test_a_description_with_a_table_is_written_as_with_a_tuple() -> None:
    case = CaseDescription.model_validate(
        {
            "case_number": "1",
            "case_type": "penalty",
            "title": "a",
            "cause": "b",
            "producer": {"name": "c"},
            "start": "2026-03-01",
            "closed": "2026-03-02",
            "objects": _various(40),
        }
    )
    table = case.model_copy(update={"objects": ObjectTable(case.objects)})
    assert table.model_dump_json(indent=1) == case.model_dump_json(indent=1)
    assert table.model_dump() == case.model_dump() and table == case and table.strictest == case.strictest


def test_a_file_of_a_large_case_takes_less_than_two_hundred_bytes() -> None:
    def size(count: int) -> int:
        tracemalloc.start()
        try:
            table = gathered(_files(count), few=100)
            assert len(table) == count
            return tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()

    assert size(8_000) - size(4_000) < 4_000 * 200
