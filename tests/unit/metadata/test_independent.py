"""A second opinion on bags: it agrees with a whole one and sees what is wrong with others."""

from __future__ import annotations

from pathlib import Path

from metadata.independent import second_opinion
from tests.support.packages import make_package


def test_a_whole_package_is_valid_to_it(tmp_path: Path) -> None:
    opinion = second_opinion(make_package(tmp_path))
    assert opinion.valid
    assert opinion.program.startswith("bagit 1.")


def test_a_byte_that_changed_is_seen_and_named(tmp_path: Path) -> None:
    bag = make_package(tmp_path)
    file = next(path for path in (bag / "data").rglob("data/*") if path.is_file())
    data = bytearray(file.read_bytes())
    data[0] ^= 1
    file.write_bytes(data)
    opinion = second_opinion(bag)
    assert not opinion.valid
    assert file.name in opinion.words


def test_what_is_no_bag_is_not_valid(tmp_path: Path) -> None:
    assert not second_opinion(tmp_path).valid
