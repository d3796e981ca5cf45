"""Bags as other programs write them: every part of them can be made otherwise than the standard has it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

CONTENT = {"data/bare": b"no extension\n", "data/笔录/询问.txt": "问：……\n答：……\n".encode()}


def digest(data: bytes, algorithm: str) -> str:
    """The digest as manifests have it."""
    return hashlib.new(algorithm, data).hexdigest()


def bag(
    folder: Path,
    content: Mapping[str, bytes] = CONTENT,
    *,
    version: str = "1.0",
    encoding: str = "UTF-8",
    algorithms: tuple[str, ...] = ("sha256",),
    write: Callable[[str], str] = lambda name: name,
    line: str = "{digest}  {name}\n",
    info: str = "Source-Organization: 某局\n",
    tags: bool = True,
) -> Path:
    """A bag in `folder`; `write` says how a name stands in manifests, `line` how a line does."""
    (folder / "data").mkdir(parents=True)
    for name, data in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    codec = encoding.lower()
    (folder / "bagit.txt").write_bytes(
        f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n".encode("ascii")
    )
    for algorithm in algorithms:
        lines = (line.format(digest=digest(data, algorithm), name=write(name)) for name, data in content.items())
        (folder / f"manifest-{algorithm}.txt").write_bytes("".join(lines).encode(codec))
    name = "package-info.txt" if version in ("0.93", "0.94") else "bag-info.txt"
    (folder / name).write_bytes(info.encode(codec))
    if tags:
        seal(folder, algorithms, codec)
    return folder


def seal(folder: Path, algorithms: tuple[str, ...] = ("sha256",), codec: str = "utf-8") -> Path:
    """Write the tag manifests again, after a change that they are not about."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("tagm"))
    for algorithm in algorithms:
        lines = (f"{digest((folder / name).read_bytes(), algorithm)} {name}\n" for name in names)
        (folder / f"tagmanifest-{algorithm}.txt").write_bytes("".join(lines).encode(codec))
    return folder
