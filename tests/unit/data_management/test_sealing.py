"""A checkpoint costs what was added; what was begun is finished; an archive of an earlier release is taken along."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from sqlalchemy import event, text

from preserve.administration.founding import found as found_archive
from preserve.data_management import checkpoints, ledger, sealing
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.merkle import Frontier
from preserve.data_management.proof import verify_ledger
from preserve.data_management.tables import ledger as ledger_table
from preserve.errors import NotIntact
from preserve.home import Home
from preserve.settings import Settings
from tests.support.catalogues import new_catalogue
from tests.support.earlier import to_0007
from tests.support.ledgers import export_segments

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
MANY = 20_000


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return found_archive(
        tmp_path / "home", institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh"
    ).home


@pytest.fixture
def catalogue(home: Home) -> Iterator[Catalogue]:
    opened = open_catalogue(home)
    yield opened
    opened.close()


def add(catalogue: Catalogue, count: int = 1) -> None:
    with catalogue.begin() as connection:
        for _ in range(count):
            ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)


def verify(home: Home) -> verify_ledger.LedgerReport:
    opened = open_catalogue(home)
    report = verify_ledger.verify_ledger(opened, home.store / "ledger", home.keys / "ledger.pub")
    opened.close()
    return report


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(str(number).encode()).digest() for number in range(count)]


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_tree_goes_on_from_its_peaks_as_if_it_had_never_stopped(first: int, more: int) -> None:
    known = leaves(first + more)
    begun = Frontier().add_all(known[:first])
    going = Frontier(first, begun.peaks()).add_all(known[first:])
    assert going.root() == Frontier().add_all(known).root()
    assert len(going.peaks()) == 32 * (first + more).bit_count()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 100, 255])
def test_the_root_is_the_one_that_others_reckon(size: int) -> None:
    data = [str(number).encode() for number in range(size)]
    tree = InmemoryTree(algorithm="sha256")
    for one in data:
        tree.append_entry(one)
    ours = Frontier().add_all(hashlib.sha256(b"\x00" + one).digest() for one in data)
    assert ours.root() == tree.get_root()


@given(st.integers(1, 1000), st.integers(0, 40))
def test_another_number_of_peaks_is_refused(size: int, count: int) -> None:
    if count != size.bit_count():
        with pytest.raises(ValueError, match="peaks"):
            Frontier(size, bytes(32 * count))


@pytest.mark.sqlite
def test_sealing_reads_only_what_was_added(home: Home, catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        start = ledger.size(connection)
        rows = []
        for number in range(start + 1, MANY + 1):
            entry = f'{{"action":"a","actor":"z","details":{{}},"number":{number},"subject":"s","time":"t"}}'
            rows.append(ledger.row_of(entry))
        connection.execute(ledger_table.insert(), rows)
    fetched = 0
    again = open_catalogue(home)

    def count(cursor: object, row: tuple[Any, ...]) -> tuple[Any, ...]:
        nonlocal fetched
        fetched += 1
        return row

    @event.listens_for(again.engine, "connect")
    def watch(connection: Any, record: object) -> None:
        connection.row_factory = count

    again.engine.dispose()
    for added in (1, 10):
        fetched = 0
        add(again, added)
        sealing.seal(home)
        assert 0 < fetched < 60 + 3 * added, f"{fetched} rows were read to sign {added} entries after {MANY}"
    again.close()
    with again.read() as connection:
        made = checkpoints.newest(connection)
        assert made is not None
        assert made.size == MANY + 11
        assert made.root == checkpoints.root_at(connection, made.size)


def test_each_transaction_is_signed_as_it_is_committed_and_none_that_is_not(home: Home, catalogue: Catalogue) -> None:
    add(catalogue, 3)
    with pytest.raises(RuntimeError), catalogue.begin() as connection:
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
        raise RuntimeError
    with catalogue.read() as connection:
        made = checkpoints.newest(connection)
        assert made is not None
        assert made.size == ledger.size(connection) == 5
    assert verify(home).covered == 5  # nobody sealed: as after a kill


def test_peaks_that_were_damaged_are_reckoned_anew_and_a_forged_root_is_refused(
    home: Home, catalogue: Catalogue
) -> None:
    add(catalogue, 6)
    for damage in (b"", b"x", bytes(32 * 8)):
        with catalogue.begin() as connection:
            connection.execute(text("UPDATE checkpoints SET peaks = :p"), {"p": damage})
        add(catalogue)
        assert verify(home).intact
    with catalogue.begin() as connection:
        connection.execute(text("UPDATE checkpoints SET root = :r"), {"r": bytes(32)})
    with pytest.raises(NotIntact) as told:
        add(catalogue)
    assert told.value.code == "ledger.checkpoint-forged"


def test_a_segment_of_which_only_the_checkpoint_was_written_is_finished(home: Home, catalogue: Catalogue) -> None:
    add(catalogue, 4)
    with catalogue.begin() as connection:
        (made,) = export_segments(connection, home.store / "ledger")
        connection.execute(text("UPDATE checkpoints SET first_entry = NULL WHERE size = 6"))
    whole = made.read_bytes()
    made.unlink()  # as a kill leaves it between the two files
    sealing.seal(home)
    report = verify(home)
    assert report.intact
    assert [one.code for one in report.findings] == ["ledger.segment-unclosed"]
    add(catalogue, 2)
    with catalogue.begin() as connection:
        assert len(export_segments(connection, home.store / "ledger")) == 2
    assert made.read_bytes() == whole
    sealing.seal(home)
    assert verify(home).findings == ()


def test_a_store_that_is_not_there_is_not_made(home: Home, catalogue: Catalogue, tmp_path: Path) -> None:
    shutil.move(home.store, tmp_path / "elsewhere")
    add(catalogue)
    sealing.seal(home)
    assert not home.store.exists()
    shutil.move(tmp_path / "elsewhere", home.store)
    add(catalogue)
    sealing.seal(home)
    assert verify(home).findings == ()


def earlier_release(home: Home) -> None:
    """The archive as the release before left it: no columns, no head, looks without a checkpoint."""
    (home.store / "ledger" / "checkpoint.txt").unlink()
    with closing(sqlite3.connect(home.catalogue)) as base:
        base.execute("DELETE FROM checkpoints WHERE first_entry IS NULL")
        to_0007(base)
        base.commit()


@pytest.mark.sqlite
def test_an_archive_of_an_earlier_release_is_intact_and_is_signed_from_now_on(tmp_path: Path) -> None:
    home = Home(tmp_path, Settings(archive_id="a1", institution="总队"))
    key = checkpoints.create_keys(home.keys)
    (home.store / "ledger").mkdir(parents=True)
    shutil.copy(home.keys / "ledger.pub", home.store / "ledger")
    new_catalogue(home.catalogue).close()
    opened = open_catalogue(home)
    with opened.begin() as connection:
        details = {"public_key_sha256": key}
        ledger.append(connection, action="archive.founded", subject="a1", actor="z", details=details, moment=MOMENT)
    with opened.begin() as connection:
        export_segments(connection, home.store / "ledger")
    sealing.seal(home)
    add(opened, 3)
    with opened.begin() as connection:
        export_segments(connection, home.store / "ledger")
    add(opened, 2)  # looks
    opened.close()
    sealing.seal(home)
    earlier_release(home)
    report = verify(home)
    assert report.intact
    assert [one.code for one in report.findings] == ["ledger.uncovered-yet"]
    opened = open_catalogue(home)
    add(opened)
    sealing.seal(home)
    report = verify(home)
    assert report.intact
    assert [one.code for one in report.findings] == ["ledger.witnessed-noted"]
    with opened.begin() as connection:
        export_segments(connection, home.store / "ledger")
        rows = connection.execute(text("SELECT first_entry, size FROM checkpoints WHERE first_entry NOT NULL")).all()
    assert [tuple(row) for row in rows] == [(1, 1), (2, 4), (5, 8)]
    opened.close()
    assert verify(home).intact
