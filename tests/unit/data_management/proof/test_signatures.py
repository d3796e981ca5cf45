"""Roots that were signed come in order, from rows and files together."""

from __future__ import annotations

import pytest

from preserve.data_management.proof.signatures import merged

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
