"""What was read back early counts only as long as nobody touched the file, and only where it was as it was written."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from storage_adapters.contract import ExpectedFile, Scope
from storage_adapters.directory import check_tree
from storage_adapters.read_early import ReadEarly, Written, read_early, sync

NAMES = [f"{number // 3}/文书{number}.txt" for number in range(10)]


def content(name: str) -> bytes:
    return name.encode() * 50


def sha(name: str) -> str:
    return hashlib.sha256(content(name)).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content(name))
    sync(str(tmp_path))
    return tmp_path


def written(*names: str) -> list[Written]:
    return [(name, len(content(name)), sha(name)) for name in names]


def early(folder: Path, *names: str) -> ReadEarly:
    known = ReadEarly()
    for start in range(0, len(names), 4):
        known.add(read_early(str(folder), written(*names[start : start + 4])))
    return known


def verdicts(folder: Path, known: ReadEarly) -> dict[str, str]:
    expected = [ExpectedFile(name, None, {"sha256": sha(name)}) for name in NAMES]
    scope = Scope(expected, seen=lambda file: known.check(folder, file))
    return {check.path: check.verdict for check in check_tree(folder, scope, lambda moved: None)}


def test_what_came_back_is_not_read_again(folder: Path) -> None:
    known = early(folder, *NAMES)
    for name in NAMES:
        check = known.check(folder, ExpectedFile(name, None, {"sha256": sha(name)}))
        assert check and (check.verdict, check.size) == ("intact", len(content(name)))
    assert verdicts(folder, known) == dict.fromkeys(NAMES, "intact")


def test_what_was_touched_or_never_read_is_read_now(folder: Path) -> None:
    known = early(folder, *NAMES[:8])
    changed, swapped, gone, unread = NAMES[0], NAMES[1], NAMES[2], NAMES[9]
    before = (folder / changed).stat()
    (folder / changed).write_bytes(b"?" * before.st_size)
    os.utime(folder / changed, ns=(before.st_atime_ns, before.st_mtime_ns))
    (folder / "other").write_bytes(b"!" * (folder / swapped).stat().st_size)
    (folder / "other").replace(folder / swapped)
    (folder / gone).unlink()
    for name in (changed, swapped, gone, unread):
        assert known.check(folder, ExpectedFile(name, None, {"sha256": sha(name)})) is None
    (folder / "more").write_bytes(b"")
    bad = {changed: "damaged", swapped: "damaged", gone: "absent", "more": "unexpected"}
    assert verdicts(folder, known) == {**dict.fromkeys(NAMES, "intact"), **bad}


def test_nothing_is_said_of_a_file_that_came_back_otherwise(folder: Path) -> None:
    (folder / NAMES[3]).write_bytes(b"something else")
    (folder / NAMES[4]).unlink()
    assert len(read_early(str(folder), written(*NAMES[3:6]))) == 1
    known = early(folder, *NAMES[3:6])
    assert verdicts(folder, known)[NAMES[3]] == "damaged"


def test_it_answers_for_the_digest_that_was_compared_and_for_no_other(folder: Path) -> None:
    known, name = early(folder, *NAMES), NAMES[0]
    size = len(content(name))
    assert known.check(folder, ExpectedFile(name, size, {"sha256": sha(name)}))
    assert known.check(folder, ExpectedFile(name, size + 1, {"sha256": sha(name)})) is None
    assert known.check(folder, ExpectedFile(name, size, {"sha256": sha(NAMES[1])})) is None
    assert known.check(folder, ExpectedFile(name, size, {"sha256": sha(name), "sm3": "0" * 64})) is None
    assert known.check(folder, ExpectedFile(name, size, {})) is None
