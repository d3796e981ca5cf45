"""Awkward deposits that must be taken in: each generator gives the deposit and the payload paths to be found."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.support.sips.parts import DESCRIPTION, RECORD, bag, folder, tarred, zipped

Made = tuple[Path, set[str]]


def _names(at: Path, *names: str) -> Made:
    return folder(at / "d", dict.fromkeys(names, RECORD)), {"case.toml", *names}


def names_odd(at: Path) -> Made:
    return _names(at, "换\n行.txt", "百%0A.txt", "尾随空格 ", "行\u2028分.txt", "con", "响\x07铃", "甲/同名", "乙/同名")


def name_255_bytes(at: Path) -> Made:
    return _names(at, "长" * 85)


def name_gbk_bytes(at: Path) -> Made:
    return _names(at, "笔录.txt".encode("gbk").decode("utf-8", "surrogateescape"))


def name_gbk_zip(at: Path) -> Made:
    """As Chinese Windows packs it: GBK bytes and no UTF-8 flag."""
    data = zipped(at / "a.zip", {"xxxx.txt": RECORD}).read_bytes()
    (at / "a.zip").write_bytes(data.replace(b"xxxx.txt", "笔录".encode("gbk") + b".txt"))
    return at / "a.zip", {"case.toml", "笔录.txt"}


def zip_top_folder(at: Path) -> Made:
    with zipfile.ZipFile(at / "a.zip", "w") as archive:
        archive.writestr("案件/case.toml", DESCRIPTION)
        archive.writestr("案件/笔录.txt", RECORD)
    return at / "a.zip", {"案件/case.toml", "案件/笔录.txt"}


def zip_dots_and_empty_parts(at: Path) -> Made:
    return zipped(at / "a.zip", {"./a.txt": RECORD, "b//c.txt": RECORD, "d/./e.txt": RECORD}), {
        "case.toml",
        "a.txt",
        "b/c.txt",
        "d/e.txt",
    }


def names_nfc_nfd(at: Path) -> Made:
    return _names(at, "caf\u00e9.txt", "cafe\u0301.txt")


def names_case(at: Path) -> Made:
    return _names(at, "IMG.JPG", "img.jpg")


def tar_gz(at: Path) -> Made:
    member = tarfile.TarInfo("./照片/一.jpg")
    member.size = 10
    return tarred(at / "a.tar.gz", [member], "w:gz"), {"case.toml", "照片/一.jpg"}


def bag_whole(at: Path) -> Made:
    return bag(at / "b"), {"data/case.toml", "data/现场笔录.txt"}


def litter_left_out(at: Path) -> Made:
    path, found = _names(at, "笔录.txt")
    (path / ".DS_Store").write_bytes(b"x")
    return path, found


TRICKS: dict[str, Callable[[Path], Made]] = {
    make.__name__: make
    for make in (
        names_odd,
        name_255_bytes,
        name_gbk_bytes,
        name_gbk_zip,
        zip_top_folder,
        zip_dots_and_empty_parts,
        names_nfc_nfd,
        names_case,
        tar_gz,
        bag_whole,
        litter_left_out,
    )
}
