"""Hashes come out the same, whoever reckons them, and whatever happens to the process that should."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import insert, text

from preserve.data_management import checkpoints, ledger, merkle
from preserve.data_management.database import Catalogue
from preserve.data_management.proof import beside
from preserve.data_management.proof.verify_ledger import LedgerReport, Start, verify_ledger
from preserve.data_management.proof.walking import Part
from preserve.data_management.tables import ledger as table
from tests.support.catalogues import new_catalogue
from tests.unit.data_management.proof.test_verify_ledger import MOMENT
from tests.unit.data_management.proof.test_walking import entry

SIZE = 3_000
SIGNED = (1, 700, 768, 769, 770, 1_024, SIZE)


def _parts(large: int = 0) -> Iterator[Part]:
    """Tiles that begin anywhere and of which any roots are asked, with texts that do not fit into a pipe."""
    moved = 0
    for start in range(0, SIZE, 256):
        texts = [b"%d" % number * (1 + number % 7 * large) for number in range(start, min(start + 256, SIZE))]
        begun = bytes(range(32)) * (start % 3)
        sizes = [1, len(texts) // 2, len(texts)][: start % 4]
        moved += sum(map(len, texts))
        yield Part(start, (), texts, (), (), begun, sizes, (), moved)


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "processors", lambda: 2)


def _children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if merkle.__file__ in child.cmdline()]


@pytest.mark.usefixtures("two_processors")
@pytest.mark.parametrize("large", [0, 100, 3_000])
def test_a_process_beside_reckons_as_we_do(large: int) -> None:
    expected = list(beside.reckoned(_parts(large), 0))
    assert expected == [(part, *merkle.tile(part.texts, part.begun, part.sizes)) for part in _parts(large)]
    seen = 0
    for found in beside.reckoned(_parts(large), beside.MANY):
        assert found == expected[seen]
        assert len(_children()) == 1
        seen += 1
    assert (seen, _children()) == (len(expected), [])


@pytest.mark.parametrize(("count", "processors"), [(beside.MANY - 1, 2), (beside.MANY, 1)])
def test_where_it_would_not_help_there_is_none(count: int, processors: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "processors", lambda: processors)
    for _ in beside.reckoned(_parts(), count):
        assert _children() == []


@pytest.mark.usefixtures("two_processors")
@pytest.mark.parametrize("when", [0, 3, 11])
def test_what_it_did_not_answer_when_it_died_we_reckon(when: int) -> None:
    found = []
    for place, one in enumerate(beside.reckoned(_parts(3_000), beside.MANY)):
        found.append(one)
        if place == when:
            os.kill(_children()[0].pid, signal.SIGKILL)
    assert found == list(beside.reckoned(_parts(3_000), 0))
    assert _children() == []


@pytest.mark.usefixtures("two_processors")
def test_where_it_cannot_be_started_we_reckon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    expected = list(beside.reckoned(_parts(), 0))
    for executable in (tmp_path / "none", Path("/bin/false")):
        monkeypatch.setattr(sys, "executable", str(executable))
        assert list(beside.reckoned(_parts(), beside.MANY)) == expected


@pytest.mark.usefixtures("two_processors")
def test_whoever_stops_leaves_no_process() -> None:
    parts = beside.reckoned(_parts(3_000), beside.MANY)
    next(parts)
    assert len(_children()) == 1
    parts.close()
    assert _children() == []


@pytest.fixture
def signed(tmp_path: Path) -> Iterator[Catalogue]:
    checkpoints.create_keys(tmp_path / "keys")
    catalogue = new_catalogue(tmp_path / "c.sqlite")
    before = 0
    for size in SIGNED:
        with catalogue.begin() as connection:
            rows = [ledger.row_of(entry(number)) for number in range(before + 1, size + 1)]
            connection.execute(insert(table), rows)
            checkpoints.checkpoint(connection, tmp_path / "keys", "arch", MOMENT)
        before = size
    yield catalogue
    catalogue.close()


OTHER = entry(765, '{"x":1}')
REWRITTEN = "UPDATE ledger SET entry = :entry, leaf = :leaf WHERE number = 765"


@pytest.mark.usefixtures("two_processors")
@pytest.mark.parametrize(
    "changes",
    [
        [],
        ["UPDATE ledger SET entry = replace(entry, 's', 't') WHERE number IN (765, 900)"],
        ["UPDATE ledger SET leaf = zeroblob(32) WHERE number = 1500"],
        [REWRITTEN],
        [REWRITTEN, "DELETE FROM ledger WHERE number = 769"],
        ["DELETE FROM ledger WHERE number > 2999"],
        ["UPDATE checkpoints SET root = zeroblob(32) WHERE size = 768"],
        ["UPDATE tiles SET hashes = zeroblob(8192) WHERE place = 3"],
    ],
)
def test_what_is_found_in_a_ledger_is_the_same(
    signed: Catalogue, changes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with signed.begin() as connection:
        starts = [Start(size, checkpoints.root_at(connection, size)) for size in (0, 1, 700, 770)]
        for change in changes:
            values = {"entry": OTHER, "leaf": ledger.leaf_hash(OTHER)} if change == REWRITTEN else {}
            connection.execute(text(change), values)

    def verified(many: int, since: Start) -> tuple[LedgerReport, list[tuple[int, int]]]:
        monkeypatch.setattr(beside, "MANY", many)
        told: list[tuple[int, int]] = []
        report = verify_ledger(
            signed,
            tmp_path / "segments",
            tmp_path / "keys" / "ledger.pub",
            progress=lambda *said: told.append(said),
            since=since,
        )
        return report, told

    for start in starts:
        here, elsewhere = verified(SIZE + 1, start), verified(1, start)
        assert here == elsewhere
        if not start.size:
            assert here[0].sound == (not changes or "tiles" in changes[0])
