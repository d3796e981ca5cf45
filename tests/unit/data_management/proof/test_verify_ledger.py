"""Altered ledgers are caught at their first bad entry."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from preserve.data_management import checkpoints, ledger, sealing
from preserve.data_management.database import Catalogue
from preserve.data_management.proof import verify_ledger
from preserve.home import Home
from preserve.settings import Settings
from tests.support.catalogues import new_catalogue
from tests.support.ledgers import export_segments

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path) -> Catalogue:
    checkpoints.create_keys(tmp_path / "keys")
    catalogue = new_catalogue(tmp_path / "c.sqlite")
    for _ in range(2):
        with catalogue.begin() as connection:
            for number in range(5):
                ledger.append(connection, action="a", subject=f"s{number}", actor="z", details={}, moment=MOMENT)
            checkpoints.checkpoint(connection, tmp_path / "keys", "arch", MOMENT)
    return catalogue


def _prove(kept: Catalogue, tmp_path: Path) -> verify_ledger.LedgerReport:
    return verify_ledger.verify_ledger(kept, tmp_path / "store" / "ledger", tmp_path / "keys" / "ledger.pub")


def test_sound(kept: Catalogue, tmp_path: Path) -> None:
    with kept.begin() as connection:
        assert len(export_segments(connection, tmp_path / "store" / "ledger")) == 1
        assert export_segments(connection, tmp_path / "store" / "ledger") == []
        last = checkpoints.read_checkpoints(connection)[-1]
    sealing.write_head(Home(tmp_path, Settings(archive_id="arch", institution="x", store="store")), last)
    (tmp_path / "store" / "ledger" / "ledger.pub").write_bytes((tmp_path / "keys" / "ledger.pub").read_bytes())
    report = _prove(kept, tmp_path)
    assert report == verify_ledger.LedgerReport(10, 10, 2, 1, ())


@pytest.mark.parametrize(
    ("statements", "code", "where"),
    [
        (["UPDATE ledger SET entry = replace(entry, 's2', 's9') WHERE number = 3"], "ledger.entry-changed", "3"),
        (["DELETE FROM ledger WHERE number = 4"], "ledger.entry-missing", "4"),
        (["DELETE FROM ledger WHERE number > 8"], "ledger.entry-missing", "9"),
        (
            [
                "UPDATE ledger SET number = 99 WHERE number = 2",
                "UPDATE ledger SET number = 2 WHERE number = 3",
                "UPDATE ledger SET number = 3 WHERE number = 99",
            ],
            "ledger.entry-misplaced",
            "2",
        ),
        (
            [
                "UPDATE ledger SET number = -number - 1 WHERE number >= 6",
                "UPDATE ledger SET number = -number",
                "INSERT INTO ledger (number, entry, leaf) SELECT 6, entry, leaf FROM ledger WHERE number = -1",
            ],
            "ledger.entry-missing",
            "1",
        ),
    ],
)
def test_alterations(kept: Catalogue, tmp_path: Path, statements: list[str], code: str, where: str) -> None:
    with kept.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    first = _prove(kept, tmp_path).findings[0]
    assert (first.code, first.where) == (code, where)


@pytest.mark.parametrize("with_segments", [False, True])
def test_a_rewritten_hash_contradicts_what_was_signed(kept: Catalogue, tmp_path: Path, with_segments: bool) -> None:
    with kept.begin() as connection:
        if with_segments:
            export_segments(connection, tmp_path / "store" / "ledger")
        entry = next(ledger.entries(connection, 7, 7))
        changed = entry.text.replace('"z"', '"y"')
        connection.execute(
            text("UPDATE ledger SET entry = :e, leaf = :l WHERE number = 7"),
            {"e": changed, "l": ledger.leaf_hash(changed)},
        )
    found = _prove(kept, tmp_path).findings[0]
    if with_segments:
        assert (found.code, found.where) == ("ledger.entry-contradicts-segment", "7")
    else:
        assert (found.code, dict(found.values)) == ("ledger.contradicts-checkpoint", {"first": 6, "last": 10})
