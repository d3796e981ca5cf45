"""A checkpoint is what it was signed as, byte for byte; segments are known by their names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.data_management import checkpoints, ledger, merkle
from preserve.data_management.checkpoints import Checkpoint
from preserve.errors import NotIntact
from tests.support.ledgers import export_segments

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def _add(connection: Connection, count: int) -> None:
    for _ in range(count):
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)


@pytest.fixture
def signed(connection: Connection, tmp_path: Path) -> Checkpoint:
    checkpoints.create_keys(tmp_path / "keys")
    _add(connection, 5)
    return checkpoints.checkpoint(connection, tmp_path / "keys", "arch", MOMENT)


def test_nothing_added_nothing_signed(connection: Connection, signed: Checkpoint, tmp_path: Path) -> None:
    assert checkpoints.checkpoint(connection, tmp_path / "keys", "arch", MOMENT) == signed
    assert checkpoints.read_checkpoints(connection) == [signed]
    assert checkpoints.newest(connection) == checkpoints.checkpoint_over(connection, 5) == signed


def test_one_goes_on_from_the_one_before(connection: Connection, signed: Checkpoint, tmp_path: Path) -> None:
    _add(connection, 6)
    made = checkpoints.checkpoint(connection, tmp_path / "keys", "arch", MOMENT)
    leaves = [entry.leaf for entry in ledger.entries(connection)]
    assert made.root == checkpoints.root_of(leaves) == merkle.Frontier().add_all(leaves).root()
    assert checkpoints.roots_at(connection, [5, 11]) == {5: signed.root, 11: made.root}
    with pytest.raises(ValueError, match="not 12"):
        checkpoints.root_at(connection, 12)


def test_what_was_written_is_read_again_to_the_byte(signed: Checkpoint) -> None:
    data = signed.text().encode()
    assert replace(checkpoints.parse_exactly(data), key=signed.key) == signed
    for other in (data + b"\n", data[:-1], b"\xff", b""):
        with pytest.raises(NotIntact, match=r"ledger\.checkpoint-unreadable"):
            checkpoints.parse_exactly(other)


@pytest.mark.parametrize("change", [{"size": 6}, {"root": bytes(32)}, {"note": "x"}, {"signature": bytes(64)}])
def test_a_signature_holds_for_the_whole(signed: Checkpoint, tmp_path: Path, change: dict[str, object]) -> None:
    public = checkpoints.read_public_key(tmp_path / "keys" / "ledger.pub")
    assert checkpoints.signature_holds(signed, public)
    assert not checkpoints.signature_holds(replace(signed, **change), public)
    checkpoints.create_keys(tmp_path / "other")
    assert not checkpoints.signed_by_any(signed, [checkpoints.read_public_key(tmp_path / "other" / "ledger.pub")])


def test_another_key_signs_nothing(connection: Connection, signed: Checkpoint, tmp_path: Path) -> None:
    _add(connection, 1)
    checkpoints.create_keys(tmp_path / "other")
    with pytest.raises(NotIntact, match=r"ledger\.key-swapped"):
        checkpoints.checkpoint(connection, tmp_path / "other", "arch", MOMENT)


def test_segments_by_their_names(tmp_path: Path) -> None:
    for name in ("0000000001-0000000005", "0000000006-0000000009"):
        (tmp_path / f"segment-{name}.checkpoint").touch()
    (tmp_path / "segment-0000000001-0000000005.jsonl").touch()
    (tmp_path / "segment-1-5.jsonl").touch()
    assert [(first, last) for first, last, _ in checkpoints.segments(tmp_path)] == [(1, 5)]
    assert checkpoints.unclosed(tmp_path) == [(6, 9)]
    assert checkpoints.segments(tmp_path / "nothing") == []


@pytest.mark.parametrize("count", [999, 1000, 1001, 2000])
def test_a_segment_written_in_blocks_is_whole(connection: Connection, tmp_path: Path, count: int) -> None:
    checkpoints.create_keys(tmp_path / "keys")
    _add(connection, count)
    signed = checkpoints.checkpoint(connection, tmp_path / "keys", "arch", MOMENT)
    (written,) = export_segments(connection, tmp_path / "ledger")
    assert written.name == f"segment-0000000001-{count:010d}.jsonl"
    assert written.read_text() == "".join(f"{entry.text}\n" for entry in ledger.entries(connection))
    assert written.with_suffix(".checkpoint").read_text() == signed.text()
