"""Programs that take names for UTF-8 and go by the ending open every file; what can be opened by itself is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from preserve.ingest.aliases import aliases
from preserve.ingest.identifiers import siegfried

GBK = os.fsdecode("录像/现场.txt".encode("gbk"))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (GBK, "录像/现场.txt"),
        ("现场.txt ", "现场.txt"),
        ("-a/换\n行.txt.", "-a/换[U+000A]行.txt"),
        ("\udcff.txt", "[0xFF].txt"),
        ("红\x1b[31m/甲\x1f.txt", "红[U+001B][31m/甲[U+001F].txt"),
    ],
    ids=["gbk", "blank", "dot", "unread", "control"],
)
def test_a_file_is_opened_under_a_name_with_its_ending(path: str, name: str, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("现场检查笔录\n" * 9, encoding="utf-8")
    with aliases(tmp_path) as alias:
        opened, again = alias(path, name), alias(path, name)
        assert opened.suffix == ".txt" and opened.read_bytes() == (tmp_path / path).read_bytes()
        assert opened.parent != again.parent, "numbered files beside each other are taken for one"
        assert siegfried.answers_of_many([opened])[0][0].puid == "x-fmt/111"
    assert not opened.exists() and (tmp_path / path).exists()


def test_a_plain_name_needs_none(tmp_path: Path) -> None:
    with aliases(tmp_path) as alias:
        assert alias("录像/现场.mp4", "录像/现场.mp4") == tmp_path / "录像/现场.mp4"
    for root in (os.fsdecode("案".encode("gbk")), "案\x1b"):
        with aliases(tmp_path / root) as alias:
            assert str(alias("a.txt", "a.txt")).isprintable(), "below a strange name"
