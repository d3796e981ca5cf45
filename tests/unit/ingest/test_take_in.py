"""Files taken in from folders and archives: copied, identified, characterised; what is damaged is found again."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from metadata.findings import Value
from preserve.data_management.journal import FileRow
from preserve.ingest import file_pass
from preserve.ingest.declared import Wanted
from preserve.ingest.facts import Copied, Identification, from_json, to_json
from preserve.ingest.file_pass import Job, Taken
from preserve.ingest.opening import open_source
from preserve.ingest.receive import DepositProfile, receive
from preserve.ingest.take_in import Intake, damaged_rows, jobs_of, take_all
from preserve.profiles import read_profile
from preserve.progress import Silent, Unit
from tests.support.sips.parts import bag

TEXTS = {"笔录.txt": "现场检查笔录".encode(), "下/决定.txt": "行政处罚决定书".encode(), "空.bin": b""}


class _Counted(Silent):
    """A progress that adds up."""

    def __init__(self) -> None:
        super().__init__()
        self.moved = self.files = 0

    def begin(
        self, code: str, total: int | None = None, files: int = 0, *, unit: Unit = "bytes", **values: Value
    ) -> None:
        """Nothing is shown."""

    def __call__(self, moved: int, files: int = 0) -> None:
        self.moved += moved
        self.files += files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The deposit as a folder."""
    for name, data in TEXTS.items():
        path = tmp_path / "deposit" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "deposit"


def _jobs(**wanted: str) -> Iterator[Job]:
    for number, (name, data) in enumerate(TEXTS.items(), 1):
        digests = (Wanted("sha512", wanted[name]),) if name in wanted else ()
        yield Job(number, name, f"{number}.txt", len(data), digests)


def _take(source: Path, target: Path, jobs: Iterator[Job], watcher: _Counted, prefix: str = "") -> dict[int, Taken]:
    target.mkdir()
    intake = Intake(open_source(source), prefix, target, None, ZoneInfo("Asia/Shanghai"), ("sha256",))
    return {file.number: file for batch in take_all(intake, jobs, len(TEXTS), 1, watcher) for file in batch}


def _row(number: int, stored: str, copied: Copied | None) -> FileRow:
    return FileRow(number, b"a", stored, 1, None, to_json(copied) if copied else None, None, None, None)


@pytest.mark.parametrize("kind", ["folder", "zip", "gztar"])
def test_whatever_holds_them_files_come_out_alike(kind: str, folder: Path, tmp_path: Path) -> None:
    source = folder
    if kind != "folder":
        source = Path(shutil.make_archive(str(tmp_path / "packed"), kind, folder))
    watcher = _Counted()
    taken = _take(source, tmp_path / "target", _jobs(), watcher)
    assert (watcher.moved, watcher.files) == (sum(map(len, TEXTS.values())), len(TEXTS))
    for number, data in enumerate(TEXTS.values(), 1):
        assert (tmp_path / "target" / f"{number}.txt").read_bytes() == data
        assert from_json(Copied, taken[number].copied) == Copied(
            len(data), {"sha256": hashlib.sha256(data).hexdigest()}
        )
    assert from_json(Identification, taken[1].identified).mime == "text/plain"


def test_a_tar_with_a_prefix_is_read_below_it_and_nothing_else_is_taken(folder: Path, tmp_path: Path) -> None:
    (folder / "无关.txt").write_bytes(b"x")
    source = tmp_path / "a.tar"
    with tarfile.open(source, "w") as archive:
        archive.add(folder, "案")
    _take(source, tmp_path / "target", _jobs(), _Counted(), prefix="案/")
    assert {path.name for path in (tmp_path / "target").iterdir()} == {"1.txt", "2.txt", "3.txt"}


def test_a_large_file_comes_after_the_small_ones_and_counts_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("preserve.ingest.take_in.LARGE", len(TEXTS["笔录.txt"]))
    assert file_pass.LARGE == 8 << 20
    watcher = _Counted()
    taken = _take(folder, tmp_path / "target", _jobs(), watcher)
    assert list(taken) == [3, 1, 2]
    assert (watcher.moved, watcher.files) == (sum(map(len, TEXTS.values())), len(TEXTS))


def test_a_wrong_digest_refuses_that_file_alone(folder: Path, tmp_path: Path) -> None:
    right = hashlib.sha512(TEXTS["空.bin"]).hexdigest().upper()
    taken = _take(folder, tmp_path / "target", _jobs(**{"笔录.txt": "00", "空.bin": right}), _Counted())
    refusals = {number: file.refusal.code for number, file in taken.items() if file.refusal}
    assert refusals == {1: "ingest.digest-differs"}
    assert not taken[1].copied
    assert set(from_json(Copied, taken[3].copied).digests) == {"sha256"}, "only the archive's own digests are kept"


def test_jobs_carry_what_a_bag_declares(tmp_path: Path) -> None:
    deposit = receive(bag(tmp_path / "bag"), read_profile("deposit.toml", DepositProfile))
    path = "现场笔录.txt"
    (job,) = jobs_of([FileRow(4, path.encode(), "s", 9, None, None, None, None, None)], deposit, {path: "笔录.txt"})
    digest = hashlib.sha256((tmp_path / "bag" / "data" / path).read_bytes()).hexdigest()
    assert job == Job(4, path, "s", 9, (Wanted("sha256", digest, "manifest-sha256.txt"),), "笔录.txt")


def test_what_is_not_there_as_it_should_be_is_found(tmp_path: Path) -> None:
    good = Copied(4, {"sha256": hashlib.sha256(b"good").hexdigest()})
    for name, data in (("whole", b"good"), ("short", b"goo"), ("other", b"evil")):
        (tmp_path / name).write_bytes(data)
    rows = [_row(number, name, good) for number, name in enumerate(("whole", "short", "other", "absent"), 1)]
    rows.append(_row(5, "absent", None))
    assert list(damaged_rows(tmp_path, rows, thorough=False)) == [2, 4]
    assert list(damaged_rows(tmp_path, rows, thorough=True)) == [2, 3, 4]
