"""Folders of attempts outside of the archive: each has its own, and a late one touches nothing of the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from preserve.access import attempts
from preserve.errors import Busy

NAME = "QZ-2026-0001"


@contextmanager
def lost() -> Iterator[None]:
    """Another attempt has the work."""
    raise Busy("lease.lost", NAME)
    yield


def test_what_was_left_goes_on_under_another_name_and_older_ones_go(tmp_path: Path) -> None:
    earlier_release = tmp_path / f".{NAME}.part"
    earlier_release.mkdir()
    first = attempts.take_over(tmp_path, NAME, nullcontext)
    (first / "case").write_text("written by the first")
    (tmp_path / f".{NAME}0.part").mkdir()  # of another work
    second = attempts.take_over(tmp_path, NAME, nullcontext)
    assert first != second and not first.exists() and (second / "case").read_text() == "written by the first"
    with pytest.raises(FileNotFoundError):
        (first / "case").write_text("late")
    between = attempts.own(tmp_path, NAME)
    between.mkdir()
    third = attempts.take_over(tmp_path, NAME, nullcontext)
    assert {each.name for each in tmp_path.iterdir()} == {third.name, f".{NAME}0.part"}
    assert list(third.iterdir()) == [], "the newest is gone on with"


def test_a_late_one_takes_over_nothing(tmp_path: Path) -> None:
    there = attempts.take_over(tmp_path, NAME, nullcontext)
    (there / "case").write_text("x")
    with pytest.raises(Busy):
        attempts.take_over(tmp_path, NAME, lost)
    assert [*tmp_path.iterdir()] == [there] and (there / "case").read_text() == "x"


def test_lists_beside_it_have_names_of_their_own(tmp_path: Path) -> None:
    staging = attempts.take_over(tmp_path, NAME, nullcontext)
    lists = attempts.take_over(tmp_path, NAME, nullcontext, ".sums")
    assert attempts.left(tmp_path, NAME) == [staging] and attempts.left(tmp_path, NAME, ".sums") == [lists]


def test_of_a_link_only_the_link_is_removed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("x")
    link = tmp_path / f".{NAME}.part"
    link.symlink_to(tmp_path / "elsewhere")
    attempts.remove(attempts.left(tmp_path, NAME), tmp_path)
    assert not link.is_symlink() and (tmp_path / "elsewhere" / "file").exists()
