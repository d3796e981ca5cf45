"""The benchmark's truth is what it says: numbers that check, and signs counted as wrong where they are."""

from __future__ import annotations

from random import Random

from benchmarks.reading_material import identity_number, page_of


def test_identity_numbers_have_their_check_sign() -> None:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
    for seed in range(200):
        number = identity_number(Random(seed))
        values = [10 if sign == "X" else int(sign) for sign in number]
        assert sum(value * weight for value, weight in zip(values, weights, strict=True)) % 11 == 1


def test_fields_stand_in_lines() -> None:
    truth = page_of(Random(1))
    assert len(truth.lines) == 25
    assert all(any(one in line for line in truth.lines) for one in truth.fields)
