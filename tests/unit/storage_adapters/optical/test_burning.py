"""Burning: one session for ever, only onto what is blank, suits and has room; and what a drive says of its medium."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage_adapters.errors import MediumAbsent, NotBlank, ToolFailed
from storage_adapters.optical.burning import burn, find_burners, look, parse_loaded
from storage_adapters.optical.tools import run_tool


def test_a_burned_disc_takes_no_second_session(image: Path, tmp_path: Path) -> None:
    disc = tmp_path / "disc"
    assert look(disc).status == "blank"
    burn(image, disc)
    assert disc.read_bytes()[: image.stat().st_size] == image.read_bytes()
    assert look(disc).status == "used"
    assert look(disc).volume_id == "DA26_0001_01"
    before = disc.read_bytes()
    with pytest.raises(NotBlank):
        burn(image, disc)
    assert disc.read_bytes() == before


def test_no_burner_and_no_program(image: Path, tmp_path: Path) -> None:
    with pytest.raises((MediumAbsent, ToolFailed)):
        burn(image, tmp_path / "none" / "sr0")
    with pytest.raises(ToolFailed):
        run_tool(["no-such-program"])


# What xorriso prints for real media (from its manual and bug reports), since no burner is at hand.
BLANK_BD = """Media current: BD-R sequential recording
Media status : is blank
Media blocks : 0 readable , 12219392 writable , 12219392 overall
"""
USED_DVD = """Media current: DVD+R
Media status : is written , is closed
Media blocks : 2295104 readable , 0 writable , 2295104 overall
Volume id    : 'OTHER'
"""
NO_DISC = "Media current: is not recognizable\n"


def test_what_the_drive_says_of_its_medium() -> None:
    blank = parse_loaded(BLANK_BD)
    assert (blank.kind, blank.status, blank.writable) == ("BD-R sequential recording", "blank", 25_025_314_816)
    used = parse_loaded(USED_DVD)
    assert (used.status, used.volume_id) == ("used", "OTHER")
    assert parse_loaded(NO_DISC).status == "none"
    assert parse_loaded("").status == "none"


def test_a_file_stands_for_no_burner_of_this_machine() -> None:
    assert all(burner.device.is_absolute() and "'" not in burner.model for burner in find_burners())


def test_a_file_stands_for_a_disc_of_any_kind_and_no_more_is_told_than_was_written(image: Path, tmp_path: Path) -> None:
    moved: list[int] = []
    assert burn(image, tmp_path / "disc", kinds=("BD-R",), speed="4", progress=moved.append).status == "blank"
    assert sum(moved) <= (tmp_path / "disc").stat().st_size >= image.stat().st_size
