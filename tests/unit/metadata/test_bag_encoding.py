"""The encoding of a bag's own files: as declared, or the single other one in which the names are those of its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.bag_encoding import codec_of, encoding_of, starts_marked

NAME = "data/现场笔录.txt"
LINE = f"{'0' * 32}  {NAME}\n"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        *(("UTF-8", "utf-8"), ("utf8", "utf-8"), ("GBK", "gb18030"), ("gb2312", "gb18030"), ("CP936", "gb18030")),
        *(("ISO-8859-1", "iso8859-1"), ("latin1", "iso8859-1"), ("UTF-16BE", "utf-16-be"), ("Big5", "big5")),
        *(("zip", None), ("rot13", None), ("unicode_escape", None), ("idna", None), ("x" * 5000, None), ("", None)),
    ],
)
def test_only_encodings_of_text_are_known(label: str, codec: str | None) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    ("declared", "written", "taken", "as_declared"),
    [
        ("utf-8", "utf-8", "utf-8", True),
        ("utf-8", "gbk", "gb18030", False),
        ("utf-8", "utf-16", "utf-16", False),
        ("gb18030", "gbk", "gb18030", True),
        ("gb18030", "utf-8", "utf-8", False),
        ("utf-16", "utf-16", "utf-16", True),
        ("utf-16", "utf-16-be", "utf-16-be", True),
        ("utf-16", "utf-16-le", "utf-16-le", True),
        ("big5", "utf-8", "utf-8", False),
    ],
)
def test_the_names_decide(declared: str, written: str, taken: str, as_declared: bool, tmp_path: Path) -> None:
    path = tmp_path / "manifest-md5.txt"
    path.write_bytes(LINE.encode(written))
    assert encoding_of(path, declared, NAME.__eq__) == (taken, as_declared)


def test_where_no_reading_names_files_the_declared_one_stands(tmp_path: Path) -> None:
    path = tmp_path / "manifest-md5.txt"
    path.write_bytes(LINE.encode("gbk"))
    assert encoding_of(path, "utf-8", lambda name: False) == ("utf-8", True)
    assert encoding_of(tmp_path / "absent", "utf-8", lambda name: True) == ("utf-8", True)


def test_a_byte_order_mark_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "manifest-md5.txt"
    path.write_bytes(LINE.encode("utf-8-sig"))
    assert starts_marked(path) and not starts_marked(tmp_path / "absent")
