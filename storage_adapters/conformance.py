"""What every adapter must do, as functions that raise AssertionError; a third party's tests call `check_adapter`.

The adapter given must be empty and writable; packages are made in the folder given.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path, PurePosixPath

from storage_adapters.contract import CopyRef, ExpectedFile, Package, Scope, StorageAdapter
from storage_adapters.errors import CopyExists, CopyUnknown, StorageError

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
    assert [there.name for there in adapter.copies()] == [package.name], "the copy is not found from the medium"
    assert set(_verdicts(adapter, copy, expected).values()) == {"intact"}, "a fresh copy is not intact"
    with adapter.read(copy, PurePosixPath("data/空.txt")) as stream:
        assert stream.read() == b"", "an empty file does not read as empty"
    _raises(CopyExists, lambda: adapter.write(make_package(folder / "again", package.name)[0], lambda _: None))
    _raises(CopyUnknown, lambda: adapter.read(CopyRef("aip-none_v0001"), PurePosixPath("bagit.txt")))
    for outside in ("../secret", "/etc/passwd", "data/absent"):
        _raises(CopyUnknown, lambda outside=outside: adapter.read(copy, PurePosixPath(outside)))  # type: ignore[misc]
    assert _verdicts(adapter, copy, expected[1:])["bagit.txt"] == "unexpected", "an extra file goes unseen"
    answers = iter([True, True])
    part = list(adapter.verify(copy, Scope(expected, more=lambda size: next(answers, False)), lambda _: None))
    assert {(check.path, check.verdict) for check in part} == {(file.path, "intact") for file in expected[:2]}, (
        "a check that is ended early does not finish what it began, or goes on"
    )
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


Fresh = Callable[[], StorageAdapter]
"""Gives an empty, writable medium of the kind under test each time it is called."""

NAMES = (
    "data/现场录像 2026-11-24 (1).mp4",
    "data/空 格 +&%#;=@!$,~.txt",
    "data/a'b.txt",
    "data/é.txt",
    "data/-rf",
    "data/.hidden",
    "data/" + "字" * 80 + ".pdf",
    "data/" + "n" * 96 + ".txt",
    "data/con sole.txt",
    "data/ 首尾",
    "data/" + "深/" * 15 + "末.txt",
    "data/[x]{y}.txt",
    "data/manifest-sha256.txt",
    "data/PACKAGES/medium.json",
)


def _write_tree(folder: Path, name: str, contents: dict[str, bytes]) -> tuple[Package, list[ExpectedFile]]:
    expected = []
    for path, data in contents.items():
        target = folder / name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        expected.append(ExpectedFile(path, len(data), {"sha256": hashlib.sha256(data).hexdigest()}))
    digests = {file.path: file.digests["sha256"] for file in expected}
    return Package(name, folder / name, sum(map(len, contents.values())), digests), expected


def check_names(fresh: Fresh, folder: Path) -> None:
    """Chinese and hostile names come back as they were, each with its own bytes."""
    adapter = fresh()
    contents = {name: name.encode() for name in NAMES}
    package, expected = _write_tree(folder, "aip-names_v0001", contents)
    copy = adapter.write(package, lambda _: None).copy
    assert set(_verdicts(adapter, copy, expected).values()) == {"intact"}, "a name did not survive"
    for name in NAMES:
        with adapter.read(copy, PurePosixPath(name)) as stream:
            assert stream.read() == contents[name], f"another file's bytes under {name}"


def check_many(fresh: Fresh, folder: Path, count: int) -> None:
    """So many small files, each found again."""
    adapter = fresh()
    contents = {f"data/{number % 97:02d}/{number:06d}.txt": f"{number}".encode() for number in range(count)}
    package, expected = _write_tree(folder, "aip-many_v0001", contents)
    receipt = adapter.write(package, lambda _: None)
    assert receipt.files == count, "the receipt counts other files"
    verdicts = _verdicts(adapter, receipt.copy, expected)
    assert len(verdicts) == count and set(verdicts.values()) == {"intact"}, "files are lost among many"


def check_large(fresh: Fresh, folder: Path, size: int) -> None:
    """One file of so many bytes, sparse at its source; its first, middle and last bytes are marked."""
    adapter = fresh()
    path = folder / "aip-large_v0001" / "data" / "large.bin"
    path.parent.mkdir(parents=True)
    running = hashlib.sha256()
    with path.open("wb") as out:
        out.truncate(size)
        for place in (0, size // 2, size - 4):
            out.seek(place)
            out.write(b"mark")
    with path.open("rb") as stream:
        while block := stream.read(1 << 22):
            running.update(block)
    package = Package("aip-large_v0001", folder / "aip-large_v0001", size)
    copy = adapter.write(package, lambda _: None).copy
    expected = [ExpectedFile("data/large.bin", size, {"sha256": running.hexdigest()})]
    assert set(_verdicts(adapter, copy, expected).values()) == {"intact"}, "a large file did not come back"
    with adapter.read(copy, PurePosixPath("data/large.bin")) as large:
        assert large.read(4) == b"mark", "a large file begins otherwise"


def check_stopped(fresh: Fresh, folder: Path) -> None:
    """A write that is stopped leaves no copy, and the next one succeeds."""
    adapter = fresh()
    contents = {f"data/{number}.bin": os.urandom(3_000_000) for number in range(4)}
    package, expected = _write_tree(folder, "aip-stopped_v0001", contents)

    class Stop(Exception):
        """Raised by the progress, as a person's wish to stop is."""

    calls: list[int] = []

    def stop(moved: int) -> None:
        calls.append(moved)
        if len(calls) == 2:
            raise Stop

    try:
        adapter.write(package, stop)
    except Stop:
        if adapter.probe().present:
            left = []
            with suppress(StorageError):
                left = [copy.name for copy in adapter.copies()]
            assert not left, "a stopped write left a copy"
        copy = adapter.write(package, lambda _: None).copy
    else:
        copy = CopyRef(package.name)  # too quick to be stopped
    assert set(_verdicts(adapter, copy, expected).values()) == {"intact"}, "what followed a stop is not intact"


def check_readers(fresh: Fresh, folder: Path, readers: int = 8) -> None:
    """Many at once read and verify, and each sees the right bytes."""
    adapter = fresh()
    package, expected = make_package(folder, "aip-readers_v0001")
    copy = adapter.write(package, lambda _: None).copy

    def read(number: int) -> bool:
        if number % 2:
            return set(_verdicts(adapter, copy, expected).values()) == {"intact"}
        with adapter.read(copy, PurePosixPath("data/现场录像 (1).mp4")) as stream:
            return stream.read() == _CONTENTS["data/现场录像 (1).mp4"]

    with ThreadPoolExecutor(readers) as pool:
        assert all(pool.map(read, range(readers * 2))), "a reader among many saw other bytes"


def check_kind(fresh: Fresh, folder: Path, *, many: int = 2000, large: int = 64 << 20) -> None:
    """All of it, for a kind of medium; `many` files and `large` bytes as the occasion allows."""
    check_names(fresh, folder / "names")
    check_many(fresh, folder / "many", many)
    check_large(fresh, folder / "large", large)
    check_stopped(fresh, folder / "stopped")
    check_readers(fresh, folder / "readers")
