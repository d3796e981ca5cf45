"""Tiles give the roots that RFC 9162 has, however they grew, and read a few rows of a log of any length."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, update

from preserve.data_management import checkpoints, ledger, merkle
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.proof.inclusion import Proofs
from preserve.data_management.tables import ledger as ledger_table
from preserve.data_management.tables import tiles as table
from preserve.data_management.tiles import Tiles
from preserve.errors import NotIntact
from tests.support.counted import steps

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
LEAVES = [hashlib.sha256(b"\x00" + str(number).encode()).digest() for number in range(66_500)]


def _tiles(connection: Connection, leaves: list[bytes] = LEAVES, log: str = "other") -> Tiles:
    return Tiles(connection, log, lambda start, stop: leaves[start:stop])


@pytest.mark.parametrize("sizes", [(0, 1, 255, 256, 257, 511, 512, 1000), (66_500,), (65_535, 65_536, 65_537)])
def test_roots_as_the_standard_has_them(connection: Connection, sizes: tuple[int, ...]) -> None:
    tiles = _tiles(connection)
    for size in sizes:
        tiles.extend(size)
        assert tiles.size() == size
        assert tiles.root(0, size) == merkle.Frontier().add_all(LEAVES[:size]).root()


@pytest.mark.parametrize("steps_of", [(66_500,), (1, 300, 65_535, 65_536, 66_500), (66_000, 66_000, 66_500)])
def test_what_grew_in_steps_is_what_grew_at_once(connection: Connection, steps_of: tuple[int, ...]) -> None:
    for size in steps_of:
        _tiles(connection).extend(size)
    rows = {(level, place): hashes for level, place, hashes in _tiles(connection).all()}
    assert {key: len(hashes) // 32 for key, hashes in rows.items() if len(hashes) != 8192} == {
        (0, 259): 196,
        (1, 1): 3,
        (2, 0): 1,
    }
    assert (len(rows), rows[2, 0]) == (260 + 2 + 1, merkle.Frontier().add_all(LEAVES[:65_536]).root())
    assert b"".join(rows[0, place] for place in range(260)) == b"".join(LEAVES)


def test_logs_do_not_mix_and_a_shorter_one_is_made_anew(connection: Connection) -> None:
    _tiles(connection).extend(300)
    _tiles(connection, LEAVES[::-1], "third").extend(600)
    assert (_tiles(connection).size(), _tiles(connection, log="fourth").size()) == (300, 0)
    _tiles(connection).extend(10)
    assert [(level, place) for level, place, _ in _tiles(connection).all()] == [(0, 0)]
    assert _tiles(connection, LEAVES[::-1], "third").size() == 600


def test_beyond_its_end_a_log_has_no_root(connection: Connection) -> None:
    few = _tiles(connection, LEAVES[:300])
    few.extend(300)
    for work in (lambda: few.root(0, 301), lambda: few.extend(301), lambda: few.root(300, 301)):
        with pytest.raises(ValueError, match="log"):
            work()


@pytest.mark.parametrize("lost", [(0, 3), (1, 0), (2, 0)])
def test_a_tile_that_is_missing_is_reckoned(connection: Connection, lost: tuple[int, int]) -> None:
    _tiles(connection).extend(66_500)
    connection.execute(table.delete().where(table.c.level == lost[0], table.c.place == lost[1]))
    tiles = _tiles(connection)
    assert tiles.root(0, 66_500) == merkle.Frontier().add_all(LEAVES).root()
    assert merkle.includes(
        LEAVES[900], 900, 66_500, merkle.inclusion_path(tiles.root, 900, 66_500), tiles.root(0, 66_500)
    )


# The ledger's tiles


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    checkpoints.create_keys(tmp_path / "keys")
    return tmp_path / "keys"


def _grow(connection: Connection, size: int) -> None:
    texts = (
        f'{{"action":"a","actor":"z","details":{{}},"number":{number},"subject":"s","time":"2026-11-23T08:00:00Z"}}'
        for number in range(ledger.size(connection) + 1, size + 1)
    )
    rows = [ledger.row_of(text) for text in texts]
    if rows:
        connection.execute(insert(ledger_table), rows)


def _sign(connection: Connection, keys: Path, size: int) -> Checkpoint:
    _grow(connection, size)
    return checkpoints.checkpoint(connection, keys, "arch", MOMENT)


def _work(connection: Connection, keys: Path, earlier: Checkpoint) -> Iterator[tuple[str, int]]:
    """What each thing costs that is done while cases come in, in steps of the database."""
    ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
    yield "checkpoint", steps(connection, lambda: checkpoints.checkpoint(connection, keys, "arch", MOMENT))
    signed = checkpoints.newest(connection)
    assert signed is not None
    entry = next(ledger.entries(connection, 77, 77))
    yield "inclusion", steps(connection, lambda: Proofs(connection, signed).proved(entry))
    yield "consistency", steps(connection, lambda: Proofs(connection, signed).beginning(earlier))
    yield "root", steps(connection, lambda: checkpoints.roots_at(connection, [earlier.size, signed.size]))
    yield "medium", steps(connection, lambda: checkpoints.inclusion(connection, 77, signed.size))


@pytest.mark.sqlite
def test_fifty_times_the_entries_cost_hardly_more(connection: Connection, keys: Path) -> None:
    earlier = _sign(connection, keys, 700)
    _sign(connection, keys, 1_000)
    young = dict(_work(connection, keys, earlier))
    _sign(connection, keys, 50_000)
    old = dict(_work(connection, keys, earlier))
    assert {name: count for name, count in old.items() if count > 1.5 * young[name] + 10} == {}


def test_a_wrong_tile_never_gives_a_wrong_proof(connection: Connection, keys: Path) -> None:
    earlier = _sign(connection, keys, 700)
    signed = _sign(connection, keys, 1_000)
    entries = [next(ledger.entries(connection, number, number)) for number in (1, 300, 1_000)]
    right = [Proofs(connection, signed).proved(entry) for entry in entries]
    beginning = Proofs(connection, signed).beginning(earlier)
    on_media = [checkpoints.inclusion(connection, number, 1_000) for number in (1, 300)]
    for level, place in ((0, 1), (1, 0)):
        connection.execute(
            update(table).where(table.c.level == level, table.c.place == place).values(hashes=bytes(8192))
        )
        assert [Proofs(connection, signed).proved(entry) for entry in entries] == right
        assert Proofs(connection, signed).beginning(earlier) == beginning
        assert checkpoints.roots_at(connection, [700, 1_000]) == {700: earlier.root, 1_000: signed.root}
        assert [checkpoints.inclusion(connection, number, 1_000) for number in (1, 300)] == on_media
    connection.execute(update(ledger_table).where(ledger_table.c.number == 2).values(leaf=bytes(32)))
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-checkpoint"):
        Proofs(connection, signed).proved(entries[0])
    connection.execute(ledger_table.delete().where(ledger_table.c.number == 2))
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-checkpoint"):
        Proofs(connection, signed).proved(entries[0])
    others = Checkpoint(700, bytes(32), signed.made, signed.note, signed.signature, signed.key)
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-checkpoint"):
        Proofs(connection, signed).beginning(others)


def test_tiles_that_were_lost_are_there_again_with_the_next_signature(connection: Connection, keys: Path) -> None:
    _sign(connection, keys, 600)
    connection.execute(table.delete().where(table.c.level == 0, table.c.place == 2))
    signed = _sign(connection, keys, 601)
    tiles = checkpoints.tree(connection)
    assert (tiles.size(), tiles.root(0, 601)) == (601, signed.root)
    leaves = connection.execute(select(ledger_table.c.leaf).order_by(ledger_table.c.number)).scalars()
    assert b"".join(hashes for level, _, hashes in tiles.all() if not level) == b"".join(leaves)
