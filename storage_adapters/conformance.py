"""What every adapter must do, as functions that raise AssertionError; a third party's tests call `check_adapter`.

The adapter given must be empty and writable; packages are made in the folder given.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from storage_adapters.contract import CopyRef, ExpectedFile, Package, Scope, StorageAdapter
from storage_adapters.errors import CopyExists, CopyUnknown

Spoil = Callable[[CopyRef, str], Path]
"""Where the bytes of a file of a copy lie, for adapters whose media can be damaged on purpose."""

_CONTENTS = {
    "bagit.txt": b"BagIt-Version: 1.0\n",
    "data/现场录像 (1).mp4": bytes(range(256)) * 9000,
    "data/空.txt": b"",
    "data/a/b/询问笔录.pdf": "询问".encode() * 500,
}


def make_package(folder: Path, name: str) -> tuple[Package, list[ExpectedFile]]:
    """A small package with a large, an empty and a nested file."""
    for path, data in _CONTENTS.items():
        target = folder / name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    expected = [
        ExpectedFile(path, len(data), {"sha256": hashlib.sha256(data).hexdigest()}) for path, data in _CONTENTS.items()
    ]
    return Package(name, folder / name, sum(map(len, _CONTENTS.values()))), expected


def _verdicts(adapter: StorageAdapter, copy: CopyRef, expected: list[ExpectedFile]) -> dict[str, str]:
    return {check.path: check.verdict for check in adapter.verify(copy, Scope(expected), lambda _: None)}


def _raises(error: type[Exception], action: Callable[[], object]) -> None:
    try:
        action()
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")


def check_adapter(adapter: StorageAdapter, folder: Path, spoil: Spoil | None = None) -> None:
    """Write, list, read, verify, refuse; and, where `spoil` tells how, find every kind of damage."""
    assert adapter.probe().present, "probe says that the medium is absent"
    package, expected = make_package(folder, "aip-conformance_v0001")
    moved: list[int] = []
    receipt = adapter.write(package, moved.append)
    assert (receipt.files, receipt.size) == (len(expected), package.size), "the receipt tells other numbers"
    assert receipt.written.tzinfo is not None, "the receipt's time has no zone"
    copy = receipt.copy
    assert [found.name for found in adapter.copies()] == [package.name], "the copy is not found from the medium"
    assert set(_verdicts(adapter, copy, expected).values()) == {"intact"}, "a fresh copy is not intact"
    with adapter.read(copy, PurePosixPath("data/空.txt")) as stream:
        assert stream.read() == b"", "an empty file does not read as empty"
    _raises(CopyExists, lambda: adapter.write(make_package(folder / "again", package.name)[0], lambda _: None))
    _raises(CopyUnknown, lambda: adapter.read(CopyRef("aip-none_v0001"), PurePosixPath("bagit.txt")))
    for outside in ("../secret", "/etc/passwd", "data/absent"):
        _raises(CopyUnknown, lambda outside=outside: adapter.read(copy, PurePosixPath(outside)))  # type: ignore[misc]
    assert _verdicts(adapter, copy, expected[1:])["bagit.txt"] == "unexpected", "an extra file goes unseen"
    if spoil is not None:
        _check_damage(adapter, copy, expected, spoil)


def _check_damage(adapter: StorageAdapter, copy: CopyRef, expected: list[ExpectedFile], spoil: Spoil) -> None:
    video = "data/现场录像 (1).mp4"
    place = spoil(copy, video)
    whole = place.read_bytes()
    place.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    os.sync()
    assert _verdicts(adapter, copy, expected)[video] == "damaged", "one flipped bit goes unseen"
    place.write_bytes(whole[:-1])
    assert _verdicts(adapter, copy, expected)[video] == "damaged", "a lost byte goes unseen"
    place.unlink()
    assert _verdicts(adapter, copy, expected)[video] == "absent", "a lost file goes unseen"
    place.write_bytes(whole)
    assert set(_verdicts(adapter, copy, expected).values()) == {"intact"}, "a restored copy is not intact"
