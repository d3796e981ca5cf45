"""What every made-up deposit has in common."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

DESCRIPTION = "# 案卷说明，此处只需要有内容\n".encode()
RECORD = "现场笔录".encode()


def folder(at: Path, files: dict[str | bytes, bytes] | None = None) -> Path:
    """A folder with a description and these files."""
    at.mkdir()
    (at / "case.toml").write_bytes(DESCRIPTION)
    for name, data in (files if files is not None else {"现场笔录.txt": RECORD}).items():
        path = at / (name if isinstance(name, str) else name.decode("utf-8", "surrogateescape"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return at


def zipped(at: Path, members: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip with a description and these members."""
    with zipfile.ZipFile(at, "w", packed) as archive:
        archive.writestr("case.toml", DESCRIPTION)
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, packed)
    return at


def tarred(at: Path, members: list[tarfile.TarInfo], mode: str = "w") -> Path:
    """A tar with a description and these members; regular ones get as many zero bytes as they say."""
    with tarfile.open(at, mode) as archive:  # type: ignore[call-overload]
        first = tarfile.TarInfo("case.toml")
        first.size = len(DESCRIPTION)
        archive.addfile(first, io.BytesIO(DESCRIPTION))
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)) if member.isreg() else None)
    return at


def link(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """A tar member that is no file."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def bag(at: Path, declared: dict[str, str] | None = None, tags: dict[str, bytes] | None = None) -> Path:
    """A bag with a description and one record; `declared` replaces the manifest's digests by path."""
    folder(at)
    (at / "data").mkdir()
    lines = {}
    for name in ("case.toml", "现场笔录.txt"):
        (at / name).rename(at / "data" / name)
        lines[f"data/{name}"] = hashlib.sha256((at / "data" / name).read_bytes()).hexdigest()
    (at / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    manifest = "".join(f"{digest}  {name}\n" for name, digest in (declared or lines).items())
    (at / "manifest-sha256.txt").write_text(manifest)
    for name, data in (tags or {}).items():
        (at / name).write_bytes(data)
    return at
