"""What is read behind its writer is what lies on the medium, and counts only as long as nobody touched the file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from storage_adapters.contract import ExpectedFile, FileCheck, Scope
from storage_adapters.copying import copy_file_checked
from storage_adapters.directory import check_tree
from storage_adapters.errors import Changed, StorageError
from storage_adapters.read_behind import ReadBehind

STRETCH = 1 << 20
DATA = b"." + os.urandom(STRETCH) * 3 + b"and a rest"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def expected(data: bytes = DATA, size: int | None = None) -> ExpectedFile:
    return ExpectedFile("film.mp4", size, {"sha256": sha(data)})


@pytest.fixture
def copied(tmp_path: Path) -> tuple[Path, ReadBehind]:
    """A folder with the copy of a recording, and who read it back."""
    behind = ReadBehind(STRETCH)
    (tmp_path / "source").write_bytes(DATA)
    moved: list[int] = []
    size, digests = copy_file_checked(
        tmp_path / "source", tmp_path / "copy" / "film.mp4", ("sha256", "sha512"), moved.append, behind
    )
    assert (size, sum(moved), digests["sha256"]) == (len(DATA), len(DATA), sha(DATA))
    return tmp_path / "copy", behind


def verdicts(folder: Path, behind: ReadBehind, moved: list[int]) -> list[tuple[str, str]]:
    scope = Scope([expected()], seen=lambda file: behind.check(folder, file))
    return [(check.path, check.verdict) for check in check_tree(folder, scope, moved.append)]


def test_a_copy_is_read_back_once_and_is_what_was_written(copied: tuple[Path, ReadBehind]) -> None:
    folder, behind = copied
    assert behind.check(folder, expected()) == FileCheck("film.mp4", "intact", len(DATA), {"sha256": sha(DATA)})
    moved: list[int] = []
    assert verdicts(folder, behind, moved) == [("film.mp4", "intact")]
    assert moved == [len(DATA)]
    (folder / "more").write_bytes(b"")
    assert verdicts(folder, behind, []) == [("film.mp4", "intact"), ("more", "unexpected")]


def _alter(film: Path) -> None:
    before = film.stat()
    with film.open("r+b") as stream:
        stream.write(b"!")
    os.utime(film, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replace(film: Path) -> None:
    other = film.with_name("other")
    other.write_bytes(b"!" + DATA[1:])
    other.replace(film)


def _shorten(film: Path) -> None:
    os.truncate(film, len(DATA) - 1)


@pytest.mark.parametrize("change", [_alter, _replace, _shorten], ids=["altered", "replaced", "shortened"])
def test_what_was_touched_since_is_read_again(copied: tuple[Path, ReadBehind], change: Callable[[Path], None]) -> None:
    folder, behind = copied
    change(folder / "film.mp4")
    assert behind.check(folder, expected()) is None
    assert verdicts(folder, behind, []) == [("film.mp4", "damaged")]


def test_what_is_gone_is_absent(copied: tuple[Path, ReadBehind]) -> None:
    folder, behind = copied
    (folder / "film.mp4").unlink()
    assert verdicts(folder, behind, []) == [("film.mp4", "absent")]


def test_what_lies_there_counts_and_not_what_was_said(copied: tuple[Path, ReadBehind]) -> None:
    folder, behind = copied
    other = behind.check(folder, expected(b"something else"))
    assert other is not None
    assert (other.verdict, other.seen, other.detail) == ("damaged", {"sha256": sha(DATA)}, "sha256")


@pytest.mark.parametrize(
    "wanted",
    [ExpectedFile("film.mp4", None, {"sha512": ""}), ExpectedFile("film.mp4", 3, {"sha256": sha(DATA)})],
    ids=["another digest", "another size"],
)
def test_what_it_cannot_answer_is_read(copied: tuple[Path, ReadBehind], wanted: ExpectedFile) -> None:
    folder, behind = copied
    assert behind.check(folder, wanted) is None


def test_small_files_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(DATA[: STRETCH - 1])
    behind = ReadBehind(STRETCH)
    copy_file_checked(tmp_path / "source", tmp_path / "film.mp4", ("sha256",), lambda moved: None, behind)
    assert behind.check(tmp_path, expected(DATA[: STRETCH - 1])) is None


def test_several_files_one_after_the_other(tmp_path: Path) -> None:
    behind = ReadBehind(STRETCH)
    for number in range(3):
        data = bytes([number]) + DATA
        (tmp_path / "source").write_bytes(data)
        copy_file_checked(tmp_path / "source", tmp_path / f"{number}.mp4", (), lambda moved: None, behind)
    for number in range(3):
        wanted = ExpectedFile(f"{number}.mp4", None, {"sha256": sha(bytes([number]) + DATA)})
        check = behind.check(tmp_path, wanted)
        assert check is not None
        assert check.verdict == "intact"


def test_a_copy_that_was_given_up_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(DATA)
    behind = ReadBehind(STRETCH)

    def grow(moved: int) -> None:
        with (tmp_path / "source").open("ab") as stream:
            stream.write(DATA)

    with pytest.raises(Changed):
        copy_file_checked(tmp_path / "source", tmp_path / "film.mp4", ("sha256",), grow, behind)
    assert behind.check(tmp_path, expected()) is None
    assert not (tmp_path / "film.mp4").exists()


def test_a_name_that_is_taken_by_a_folder_ends_the_reading(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(DATA)
    (tmp_path / "film.mp4").mkdir()
    behind = ReadBehind(STRETCH)
    with pytest.raises(StorageError):
        copy_file_checked(tmp_path / "source", tmp_path / "film.mp4", ("sha256",), lambda moved: None, behind)
    assert behind.check(tmp_path, expected()) is None


def test_less_on_the_medium_than_was_told_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(DATA)
    behind = ReadBehind(STRETCH)
    follower = behind.begin(tmp_path / "part", tmp_path / "part")
    follower.written(len(DATA) + 1)
    follower.end(tmp_path / "part", len(DATA) + 1)
    assert behind.check(tmp_path, ExpectedFile("part", None, {"sha256": sha(DATA)})) is not None
    os.truncate(tmp_path / "part", 1)
    assert behind.check(tmp_path, ExpectedFile("part", None, {"sha256": sha(DATA)})) is None


def test_what_cannot_be_made_durable_is_not_known() -> None:
    """A device that takes everything and keeps nothing refuses to be synced."""
    behind = ReadBehind(STRETCH)
    follower = behind.begin(Path("/dev/null"), Path("/dev/null"))
    follower.written(STRETCH)
    follower.end(Path("/dev/null"), STRETCH)
    assert behind.check(Path("/dev"), ExpectedFile("null", None, {"sha256": sha(b"")})) is None
