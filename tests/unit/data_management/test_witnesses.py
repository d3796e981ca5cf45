"""What bears witness to the ledger: each that is missing, altered or strange is a finding of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from preserve.administration.founding import found as found_archive
from preserve.data_management import ledger, sealing, witnesses
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.home import Home

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


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


def _codes(home: Home, catalogue: Catalogue) -> list[str]:
    folder, findings = home.store / "ledger", []
    beside = witnesses.read_witnesses(folder, findings)
    with catalogue.read() as connection:
        count = ledger.size(connection)
        findings += witnesses.missing(connection, folder, count, beside)
        findings += witnesses.uncovered(connection, count)
        findings += witnesses.keys(connection, folder, home.keys / "ledger.pub")
    return [finding.code for finding in (*findings, *witnesses.strangers(folder))]


def test_of_a_sealed_archive_nothing_is_missing(home: Home, catalogue: Catalogue) -> None:
    assert _codes(home, catalogue) == []


def test_a_segment_without_its_checkpoint(home: Home, catalogue: Catalogue) -> None:
    (segment,) = (home.store / "ledger").glob("segment-*.checkpoint")
    segment.unlink()
    assert _codes(home, catalogue) == ["ledger.checkpoint-missing"]


def test_a_head_that_is_gone(home: Home, catalogue: Catalogue) -> None:
    (home.store / "ledger" / sealing.HEAD).unlink()
    assert _codes(home, catalogue) == ["ledger.head-missing"]


def test_a_head_that_cannot_be_read(home: Home, catalogue: Catalogue) -> None:
    (home.store / "ledger" / sealing.HEAD).write_text("x")
    assert "ledger.checkpoint-unreadable" in _codes(home, catalogue)


def test_the_public_key_beside_the_ledger(home: Home, catalogue: Catalogue) -> None:
    key = home.store / "ledger" / "ledger.pub"
    key.write_text("x")
    assert len(_codes(home, catalogue)) == 1
    key.unlink()
    assert _codes(home, catalogue) == ["ledger.public-key-missing"]


@pytest.mark.parametrize(
    ("name", "level"), [("notes.txt", "error"), (".DS_Store", "note"), ("segment-1.jsonl", "error")]
)
def test_strangers(home: Home, name: str, level: str) -> None:
    (home.store / "ledger" / name).touch()
    assert [(one.code, one.where, one.severity) for one in witnesses.strangers(home.store / "ledger")] == [
        ("ledger.stranger", name, level)
    ]


def test_segments_are_closed_after_the_commit(home: Home, catalogue: Catalogue) -> None:
    with catalogue.begin() as connection:
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
    closed = sealing.close_segment(home, catalogue)
    assert [path.name for path in closed.segments] == [
        f"segment-{closed.checkpoint.size:010d}-{closed.checkpoint.size:010d}.jsonl"
    ]
    assert sealing.close_segment(home, catalogue).segments == ()  # nothing was added
