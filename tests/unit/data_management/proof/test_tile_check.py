"""Tiles are held against the leaves they were made of, and a tree goes on from those that are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, insert, text

from preserve.data_management import checkpoints
from preserve.data_management.merkle import Frontier, roots
from preserve.data_management.proof.tile_check import TileCheck
from preserve.data_management.tables import ledger as table
from tests.support.catalogues import new_catalogue

SIZE = 66_000
LEAVES = [hashlib.sha256(b"\x00" + str(number).encode()).digest() for number in range(SIZE)]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    catalogue = new_catalogue(tmp_path_factory.mktemp("tiles") / "c.sqlite")
    with catalogue.begin() as opened:
        rows = [{"number": number, "entry": "{}", "leaf": leaf} for number, leaf in enumerate(LEAVES, 1)]
        opened.execute(insert(table), rows)
        checkpoints.tree(opened).extend(SIZE)
        yield opened
    catalogue.close()


def _check(connection: Connection, start: int = 0, covered: int = SIZE, size: int = SIZE) -> TileCheck:
    check = TileCheck(checkpoints.tree(connection), covered)
    check.go_on(start)
    assert check.root() == Frontier().add_all(LEAVES[:start]).root()
    while start < size:
        stop = min(size, start - start % 256 + 256)
        hashes = b"".join(LEAVES[start - start % 256 : stop])
        sizes = [start % 256 + 1, stop - (start - start % 256)]
        first, last = roots(hashes, sizes)
        if start in (0, 256, 65_536):
            assert check.over(first) == Frontier().add_all(LEAVES[: start + 1]).root()
        over_all = check.over(last)
        check.take(hashes, last)
        assert check.root() == over_all
        start = stop
    check.end()
    return check


@pytest.mark.parametrize("start", [0, 1, 256, 65_535, 65_536, 65_900, SIZE])
def test_right_tiles_are_right(filled: Connection, start: int) -> None:
    check = _check(filled, start)
    assert (check.bad, check.root()) == (None, Frontier().add_all(LEAVES).root())


@pytest.mark.parametrize("where", [(0, 0), (0, 256), (0, 257), (1, 0), (1, 1), (2, 0)])
@pytest.mark.parametrize(
    "change", ["hashes = zeroblob(length(hashes))", "hashes = hashes || zeroblob(32)", "place = 9999"]
)
def test_a_wrong_one_is_named(filled: Connection, where: tuple[int, int], change: str) -> None:
    level, place = where
    with filled.begin_nested() as nested:
        filled.execute(text(f"UPDATE tiles SET {change} WHERE level = {level} AND place = {place}"))
        bad = _check(filled).bad
        assert bad is not None
        assert (bad.code, dict(bad.values)) == ("ledger.tile-differs", {"level": level, "place": place})
        nested.rollback()


@pytest.mark.parametrize(("level", "place"), [(1, 2), (2, 1), (3, 0)])
def test_one_too_many_is_named(filled: Connection, level: int, place: int) -> None:
    with filled.begin_nested() as nested:
        row = f"('ledger', {level}, {place}, zeroblob(32))"
        filled.execute(text(f"INSERT INTO tiles (log, level, place, hashes) VALUES {row}"))
        bad = _check(filled).bad
        assert bad is not None and bad.where == f"tile/{level}/{place}"
        nested.rollback()


def test_tiles_cover_what_was_signed_no_more(filled: Connection) -> None:
    bad = _check(filled, covered=SIZE - 1).bad
    assert bad is not None
    assert bad.where == "tile/0/257"
    few = _check(filled, covered=100, size=100)
    assert few.bad is not None
