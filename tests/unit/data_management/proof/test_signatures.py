"""Roots that were signed come in order, from rows and files together."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from preserve.data_management import checkpoints, ledger
from preserve.data_management.proof.signatures import Rows, merged
from tests.support.catalogues import new_catalogue

A, B, C = b"a" * 32, b"b" * 32, b"c" * 32


@pytest.mark.parametrize(
    ("rows", "files", "start", "expected"),
    [
        ([], {}, 0, []),
        ([(1, A), (5, B)], {5: {B}, 3: {C}}, 0, [(1, {A}), (3, {C}), (5, {B})]),
        ([(1, A)], {0: {C}, 1: {B}, 9: {C}}, 0, [(0, {C}), (1, {A, B}), (9, {C})]),
        ([(4, A)], {2: {B}, 3: {C}}, 2, [(3, {C}), (4, {A})]),
    ],
)
def test_merged(
    rows: list[tuple[int, bytes]], files: dict[int, set[bytes]], start: int, expected: list[tuple[int, set[bytes]]]
) -> None:
    assert list(merged(iter(rows), files, start)) == expected


@pytest.mark.parametrize(
    "change", ["made = '2026'", "signature = zeroblob(68)", "root = zeroblob(32)", "note = note || 'x'"]
)
@pytest.mark.parametrize("size", [1, 3, 5])
def test_a_row_that_was_changed_is_named_wherever_it_stands(tmp_path: Path, change: str, size: int) -> None:
    checkpoints.create_keys(tmp_path)
    public = [checkpoints.read_public_key(tmp_path / "ledger.pub")]
    catalogue = new_catalogue(tmp_path / "c.sqlite")
    moment = datetime(2026, 11, 23, 8, tzinfo=UTC)
    with catalogue.begin() as connection:
        for _ in range(5):
            ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=moment)
            checkpoints.checkpoint(connection, tmp_path, "arch", moment)
        rows = Rows(connection, public)
        assert (rows.forged, rows.count, rows.last) == ([], 5, 5)
        connection.execute(text(f"UPDATE checkpoints SET {change} WHERE size = {size}"))
        assert [finding.where for finding in Rows(connection, public).forged] == [str(size)]
        connection.execute(text("DELETE FROM checkpoints WHERE size IN (2, 4)"))
        assert [finding.where for finding in Rows(connection, public).forged] == [str(size)], "a gap is no fault"
    catalogue.close()
