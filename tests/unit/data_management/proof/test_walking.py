"""What is wrong with an entry is noticed while all are read once, and named as what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text

from metadata.findings import Finding
from preserve.data_management import ledger
from preserve.data_management.merkle import DIGEST, tile
from preserve.data_management.proof.walking import Walk, first_bad
from preserve.data_management.segment_cover import read_raw
from preserve.data_management.tables import ledger as table
from tests.support.catalogues import new_catalogue


def entry(number: int, details: str = "{}", subject: str = "s") -> str:
    return (
        f'{{"action":"a","actor":"z","details":{details},"number":{number},"subject":"{subject}",'
        '"time":"2026-11-23T08:00:00Z"}'
    )


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    catalogue = new_catalogue(tmp_path / "c.sqlite")
    with catalogue.begin() as opened:
        opened.execute(insert(table), [ledger.row_of(entry(number)) for number in range(1, 601)])
        yield opened
    catalogue.close()


def _read(connection: Connection, lines: Iterable[bytes] = (), start: int = 0) -> tuple[int, Finding | None]:
    walk = Walk(connection, iter(lines), start)
    begun = bytes(start % 256 * DIGEST)
    found = [part.first_bad(tile(part.texts, part.begun, part.sizes)[0]) for part in walk.parts(begun)]
    return walk.count, next(filter(None, found), None)


@pytest.mark.parametrize("start", [0, 1, 255, 256, 600])
def test_all_are_read_from_wherever_it_begins(connection: Connection, start: int) -> None:
    assert _read(connection, start=start) == (600, None)


@pytest.mark.parametrize(
    "nested", ['{"number":9,"subject":"x"}', '{"a":{"number":300,"subject":"s"}}', '{"z":",\\"number\\":1"}']
)
@pytest.mark.parametrize("number", [300, 301])
def test_an_entry_stands_at_its_own_number_whatever_is_in_it(connection: Connection, nested: str, number: int) -> None:
    put = entry(number, nested, 'x\\",\\"number\\":300,\\"subject\\":\\"')
    row = {"n": 300, "e": put, "l": ledger.leaf_hash(put)}
    connection.execute(text("UPDATE ledger SET entry = :e, leaf = :l WHERE number = :n"), row)
    count, bad = _read(connection)
    assert (count, bad and (bad.code, bad.where)) == (600, None if number == 300 else ("ledger.entry-misplaced", "300"))


@pytest.mark.parametrize(
    ("statement", "code", "where"),
    [
        ("UPDATE ledger SET entry = replace(entry, 's', 't') WHERE number = 257", "ledger.entry-changed", "257"),
        ("UPDATE ledger SET leaf = zeroblob(32) WHERE number = 600", "ledger.entry-changed", "600"),
        ("UPDATE ledger SET entry = CAST(x'ff' AS TEXT) WHERE number = 2", "ledger.entry-changed", "2"),
        ("INSERT INTO ledger (number, entry, leaf) VALUES (0, '', '')", "ledger.entry-missing", "1"),
        ("DELETE FROM ledger WHERE number = 256", "ledger.entry-missing", "256"),
    ],
)
def test_the_first_bad_entry_is_named(connection: Connection, statement: str, code: str, where: str) -> None:
    connection.execute(text(statement))
    _, bad = _read(connection)
    assert bad is not None
    assert (bad.code, bad.where) == (code, where)


@pytest.mark.parametrize("put", ["{", "[]", '{"number": 5}', entry(5).replace(":5", ":5.0"), "[" * 100_000])
def test_a_text_that_is_no_entry_is_found_where_roots_do_not_agree(connection: Connection, put: str) -> None:
    row = {"n": 5, "e": put, "l": ledger.leaf_hash(put)}
    connection.execute(text("UPDATE ledger SET entry = :e, leaf = :l WHERE number = :n"), row)
    bad = first_bad(connection, 2, 600)
    assert bad is not None
    assert (bad.code, bad.where) == ("ledger.entry-changed", "5")
    assert first_bad(connection, 6, 600) is None


def _segment(folder: Path, first: int, last: int) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"segment-{first:010d}-{last:010d}.jsonl"
    path.write_text("".join(entry(number) + "\n" for number in range(first, last + 1)), encoding="utf-8")
    return path


def test_lines_of_segments_are_held_against_entries(connection: Connection, tmp_path: Path) -> None:
    _segment(tmp_path, 1, 250)
    second = _segment(tmp_path, 251, 500)
    broken: list[str] = []
    for start in (0, 100, 250, 300, 550):
        assert _read(connection, read_raw(tmp_path, broken.append, start), start) == (600, None)
    assert broken == []
    whole = second.read_bytes()
    for bad, where in ((whole.replace(b'"number":260', b'"number":261'), 260), (b"\n" + whole, 251)):
        second.write_bytes(bad)
        _, found = _read(connection, read_raw(tmp_path, lambda name: None))
        assert found is not None
        assert (found.code, found.where) == ("ledger.entry-contradicts-segment", str(where))


@pytest.mark.parametrize("after", [0, 100, 260])
def test_segments_that_are_not_whole_are_told(after: int, tmp_path: Path) -> None:
    _segment(tmp_path / "hole", 1, 250)
    lost = [_segment(tmp_path / "hole", 301, 500)]
    _segment(tmp_path / "short", 1, 250)
    lost.append(_segment(tmp_path / "short", 251, 500))
    lost[1].write_bytes(b"\n".join(lost[1].read_bytes().split(b"\n")[:-2]) + b"\n")
    for path in lost:
        broken: list[str] = []
        list(read_raw(path.parent, broken.append, after))
        assert broken == [path.name]
