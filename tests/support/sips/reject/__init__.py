"""Deposits that must be refused: each generator's trick, and the one code it must be refused with."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.support.sips.parts import DESCRIPTION, RECORD, bag, folder, link, tarred, zipped

Make = Callable[[Path], Path]
TRICKS: dict[str, tuple[str, Make]] = {}


def refused_with(code: str) -> Callable[[Make], Make]:
    """Enter a generator with the code it must be refused with."""

    def enter(make: Make) -> Make:
        TRICKS[make.__name__] = (code, make)
        return make

    return enter


@refused_with("sip.none")
def nothing_there(at: Path) -> Path:
    return at / "没有"


@refused_with("sip.empty")
def folder_empty(at: Path) -> Path:
    (at / "d").mkdir()
    return at / "d"


@refused_with("sip.unknown-kind")
def seven_zip(at: Path) -> Path:
    (at / "案卷.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100))
    return at / "案卷.7z"


@refused_with("sip.link")
def deposit_is_link(at: Path) -> Path:
    (at / "l").symlink_to(folder(at / "d"))
    return at / "l"


@refused_with("sip.no-description")
def description_missing(at: Path) -> Path:
    path = folder(at / "d")
    (path / "case.toml").unlink()
    return path


@refused_with("sip.many-descriptions")
def description_twice(at: Path) -> Path:
    return folder(at / "d", {"case.json": b"{}"})


@refused_with("sip.description-empty")
def description_empty(at: Path) -> Path:
    return folder(at / "d", {"case.toml": b" \n"})


@refused_with("sip.traversal")
def zip_traversal_dotdot(at: Path) -> Path:
    return zipped(at / "a.zip", {"../../外面.txt": RECORD})


@refused_with("sip.traversal")
def zip_absolute(at: Path) -> Path:
    return zipped(at / "a.zip", {"/etc/外面.txt": RECORD})


@refused_with("sip.traversal")
def zip_drive_letter(at: Path) -> Path:
    return zipped(at / "a.zip", {"C:/外面.txt": RECORD})


@refused_with("sip.traversal")
def zip_backslash_dotdot(at: Path) -> Path:
    return zipped(at / "a.zip", {"..\\外面.txt": RECORD})


@refused_with("sip.traversal")
def tar_traversal(at: Path) -> Path:
    return tarred(at / "a.tar", [tarfile.TarInfo("a/../../外面.txt")])


@refused_with("sip.symlink")
def tar_symlink_out(at: Path) -> Path:
    return tarred(at / "a.tar", [link("l", tarfile.SYMTYPE, "/etc")])


@refused_with("sip.hardlink")
def tar_hardlink_out(at: Path) -> Path:
    return tarred(at / "a.tar", [link("l", tarfile.LNKTYPE, "/etc/passwd")])


@refused_with("sip.fifo")
def tar_fifo(at: Path) -> Path:
    return tarred(at / "a.tar", [link("p", tarfile.FIFOTYPE)])


@refused_with("sip.device")
def tar_device(at: Path) -> Path:
    return tarred(at / "a.tar", [link("d", tarfile.CHRTYPE)])


@refused_with("sip.symlink")
def zip_symlink(at: Path) -> Path:
    with zipfile.ZipFile(zipped(at / "a.zip", {}), "a") as archive:
        member = zipfile.ZipInfo("l")
        member.create_system, member.external_attr = 3, 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    return at / "a.zip"


@refused_with("sip.symlink")
def folder_symlink(at: Path) -> Path:
    path = folder(at / "d")
    (path / "l").symlink_to("/etc")
    return path


@refused_with("sip.hardlink")
def folder_hardlink_out(at: Path) -> Path:
    path = folder(at / "d")
    (at / "外面").write_bytes(RECORD)
    os.link(at / "外面", path / "l")
    return path


@refused_with("sip.fifo")
def folder_fifo(at: Path) -> Path:
    path = folder(at / "d")
    os.mkfifo(path / "p")
    return path


@refused_with("sip.socket")
def folder_socket(at: Path) -> Path:
    path = folder(at / "d")
    here = os.getcwd()
    os.chdir(path)  # a socket's path may have 108 bytes only
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("s")
    finally:
        os.chdir(here)
    return path


@refused_with("sip.too-deep")
def folder_too_deep(at: Path) -> Path:
    return folder(at / "d", {"/".join("a" * 40): RECORD})


@refused_with("sip.too-deep")
def folder_endless(at: Path) -> Path:
    """Deeper than handles should be held open; made level by level."""
    path = folder(at / "d")
    handle = os.open(path, os.O_RDONLY)
    for _ in range(400):
        os.mkdir("深", dir_fd=handle)
        inner = os.open("深", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inner
    os.close(handle)
    return path


@refused_with("sip.bomb")
def zip_bomb_ratio(at: Path) -> Path:
    return zipped(at / "a.zip", {"零.bin": bytes(16 << 20)})


@refused_with("sip.bomb")
def zip_bomb_many(at: Path) -> Path:
    """No member is large enough for suspicion, all together are."""
    return zipped(at / "a.zip", {f"{number}.bin": bytes(4 << 20) for number in range(4)})


@refused_with("sip.bomb")
def tar_bomb(at: Path) -> Path:
    member = tarfile.TarInfo("零.bin")
    member.size = 16 << 20
    return tarred(at / "a.tar.xz", [member], "w:xz")


@refused_with("sip.archive-overlaps")
def zip_overlapping(at: Path) -> Path:
    """Two entries of the list that point at the same bytes."""
    data = bytearray(zipped(at / "a.zip", {"一.txt": RECORD, "二.txt": RECORD}, zipfile.ZIP_STORED).read_bytes())
    third = data.rindex(b"PK\1\2")
    second = data.rindex(b"PK\1\2", 0, third)
    data[third + 42 : third + 46] = data[second + 42 : second + 46]
    (at / "a.zip").write_bytes(data)
    return at / "a.zip"


@refused_with("sip.member-encrypted")
def zip_encrypted(at: Path) -> Path:
    data = bytearray(zipped(at / "a.zip", {"一.txt": RECORD}).read_bytes())
    data[data.rindex(b"PK\1\2") + 8] |= 1
    (at / "a.zip").write_bytes(data)
    return at / "a.zip"


@refused_with("sip.archive-damaged")
def tar_truncated(at: Path) -> Path:
    member = tarfile.TarInfo("长.bin")
    member.size = 100_000
    path = tarred(at / "a.tar", [member])
    path.write_bytes(path.read_bytes()[:50_000])
    return path


@refused_with("sip.archive-damaged")
def tar_gz_truncated(at: Path) -> Path:
    member = tarfile.TarInfo("长.bin")
    member.size = 100_000
    path = tarred(at / "a.tar.gz", [member], "w:gz")
    path.write_bytes(path.read_bytes()[:-30])
    return path


@refused_with("sip.member-damaged")
def zip_description_crc(at: Path) -> Path:
    data = bytearray(zipped(at / "a.zip", {}, zipfile.ZIP_STORED).read_bytes())
    entry = data.rindex(b"PK\1\2")
    data[entry + 16 : entry + 20] = struct.pack("<I", 1)
    (at / "a.zip").write_bytes(data)
    return at / "a.zip"


@refused_with("sip.names-collide")
def tar_same_name_twice(at: Path) -> Path:
    return tarred(at / "a.tar", [tarfile.TarInfo("一.txt"), tarfile.TarInfo("一.txt")])


@refused_with("sip.bag-no-manifest")
def bag_without_manifest(at: Path) -> Path:
    path = bag(at / "b")
    (path / "manifest-sha256.txt").unlink()
    return path


@refused_with("sip.bag-file-missing")
def bag_file_missing(at: Path) -> Path:
    path = bag(at / "b")
    (path / "data" / "现场笔录.txt").unlink()
    return path


@refused_with("sip.bag-file-unlisted")
def bag_file_unlisted(at: Path) -> Path:
    path = bag(at / "b")
    (path / "data" / "多.txt").write_bytes(RECORD)
    return path


@refused_with("sip.bag-manifest-unreadable")
def bag_manifest_gbk(at: Path) -> Path:
    path = bag(at / "b")
    (path / "manifest-sha256.txt").write_bytes(b"0" * 64 + b"  data/" + "笔录".encode("gbk") + b"\n")
    return path


@refused_with("sip.bag-tag-differs")
def bag_tag_altered(at: Path) -> Path:
    path = bag(at / "b")
    digest = hashlib.sha256((path / "manifest-sha256.txt").read_bytes()).hexdigest()
    (path / "tagmanifest-sha256.txt").write_text(f"{'0' * 64}  bagit.txt\n{digest}  manifest-sha256.txt\n")
    return path


@refused_with("sip.bag-fetch")
def bag_fetch(at: Path) -> Path:
    return bag(at / "b", tags={"fetch.txt": b"https://example.org/x 1 data/x\n"})


NESTED: dict[str, tuple[str, Make]] = {}


def _packed(data: bytes, name: str = "内.bin") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return made.getvalue()


def zip_bomb_nested(at: Path) -> Path:
    """An archive in the deposit that swells; the deposit itself does not."""
    return folder(at / "d", {"附件.zip": _packed(bytes(16 << 20))})


def zip_nested_deep(at: Path) -> Path:
    data = DESCRIPTION
    for _ in range(5):
        data = _packed(data, "内.zip")
    return folder(at / "d", {"附件.zip": data})


NESTED.update(zip_bomb_nested=("sip.bomb", zip_bomb_nested), zip_nested_deep=("sip.nested-too-deep", zip_nested_deep))
