"""The fonts that everything is printed with: all there, each asked for what it has, links only to those of the table."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from preserve.errors import ToolMissing
from preserve.typesetting import fonts
from preserve.typesetting.fonts import (
    FAMILIES,
    HAN,
    MONO,
    face,
    font_files,
    missing,
    present,
    put_fonts,
    shown_by,
    shows,
)
from preserve.visible_text import _PLAIN


def test_nothing_is_missing_on_this_machine_and_no_other_font_is_asked() -> None:
    assert missing() == ()
    assert len(present()) == len(FAMILIES)
    assert {file.name for file in font_files()} == {file for family in FAMILIES for file in family.files}


def test_every_font_has_what_is_taken_for_granted() -> None:
    plain = [chr(code) for code in range(0x110000) if _PLAIN.fullmatch(chr(code))]
    assert len(plain) > 20_000
    assert [one for one in plain if not shows(one)] == []


def test_a_letter_and_its_mark_come_from_one_font() -> None:
    assert shows("\u0f40\u0f71") and shows("\u0905\u0902")  # Tibetan, Devanagari
    assert not shows("\u0f40\u0902")  # a letter of one with a mark of the other
    assert not shows("\U0010fffd")


def test_who_draws_with_one_face_is_asked_for_that_face_only() -> None:
    shown = shown_by()
    assert shown("无证经营") and not shown("\u0f40") and shows("\u0f40")
    assert face()[0] == face(MONO)[0] and face()[1] != face(MONO)[1]


def test_a_face_that_nobody_has(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing) as refusal:
        face("No Such Sans")
    assert (refusal.value.code, refusal.value.where) == ("tool.font-missing", "No Such Sans")


def test_without_the_chinese_font_nothing_is_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for file in font_files()[2:4]:
        (tmp_path / file.name).symlink_to(file)
    remembered = (fonts._found, fonts._names, fonts.present)
    try:
        for function in remembered:
            function.cache_clear()
        monkeypatch.setattr(fonts, "_TOPS", (tmp_path,))
        with pytest.raises(ToolMissing) as refusal:
            present()
        assert refusal.value.where == HAN and len(missing()) == len(FAMILIES) - 2
    finally:
        monkeypatch.undo()
        for function in remembered:
            function.cache_clear()
    assert present()


def test_a_folder_of_links_to_just_these(tmp_path: Path) -> None:
    put_fonts(tmp_path, font_files()[:3])
    assert {path.resolve() for path in tmp_path.iterdir()} == {file.resolve() for file in font_files()[:3]}


def test_the_loaded_fonts_go_with_the_process_and_leave_no_folder(tmp_path: Path) -> None:
    """Also where another process was forked from it, which ends first and must leave them to it."""
    program = (
        "import os, sys\n"
        "from preserve.typesetting.fonts import loaded\n"
        "loaded()\n"
        "if os.fork() == 0:\n"
        "    sys.exit()\n"
        "os.wait()\n"
        "print(len(os.listdir(os.environ['TMPDIR'])))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, check=True
    )
    assert (done.stdout.strip(), list(tmp_path.iterdir())) == (b"1", [])
