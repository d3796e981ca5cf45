"""Many files are read by other processes, large ones by threads, and nothing is missed or named falsely by either."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from preserve.work import executor
from storage_adapters.contract import ExpectedFile
from storage_adapters.reading import check_files, digest_file

COUNT = 4000


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with executor(2) as made:
        yield made


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[ExpectedFile]]:
    folder = tmp_path_factory.mktemp("tree")
    expected = []
    for number in range(COUNT):
        data = f"文书 {number}".encode() * (number % 50)
        if number % 1000 == 7:
            data = os.urandom(12_000_000)
        (folder / f"{number:05d}").write_bytes(data)
        expected.append(ExpectedFile(f"{number:05d}", len(data), {"sha256": hashlib.sha256(data).hexdigest()}))
    return folder, expected


def test_processes_and_threads_say_the_same(tree: tuple[Path, list[ExpectedFile]], pool: Executor) -> None:
    folder, expected = tree
    moved: list[int] = []
    plain = {one.path: one for one in check_files(folder, expected, from_medium=False, progress=lambda n: None)}
    helped = {
        one.path: one for one in check_files(folder, expected, from_medium=True, progress=moved.append, pool=pool)
    }
    assert plain == helped
    assert {one.verdict for one in helped.values()} == {"intact"}
    assert sum(moved) == sum(file.size or 0 for file in expected)


def test_damage_among_many_is_named(tree: tuple[Path, list[ExpectedFile]], pool: Executor) -> None:
    folder, expected = tree
    kept = {name: (folder / name).read_bytes() for name in ("00030", "03001", "03333", "03007")}
    try:
        (folder / "00030").write_bytes(b"x")
        (folder / "03001").unlink()
        (folder / "03333").write_bytes(kept["03333"][:-1] + b"?")
        large = bytearray(kept["03007"])
        large[6_000_000] ^= 1
        (folder / "03007").write_bytes(large)
        checks = list(check_files(folder, expected, from_medium=False, progress=lambda n: None, pool=pool))
        assert len(checks) == COUNT
        assert {one.path: one.verdict for one in checks if one.verdict != "intact"} == {
            "00030": "damaged",
            "03001": "absent",
            "03333": "damaged",
            "03007": "damaged",
        }
    finally:
        for name, data in kept.items():
            (folder / name).write_bytes(data)


def test_what_the_progress_raises_ends_it(tree: tuple[Path, list[ExpectedFile]], pool: Executor) -> None:
    folder, expected = tree

    class Stop(Exception):
        pass

    seen = 0

    def stop(moved: int) -> None:
        nonlocal seen
        seen += moved
        if seen > 13_000_000:
            raise Stop

    with pytest.raises(Stop):
        list(check_files(folder, expected, from_medium=False, progress=stop, pool=pool))


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 40_000_001])
@pytest.mark.parametrize("from_medium", [True, False])
def test_sizes_around_the_block(size: int, from_medium: bool, tmp_path: Path) -> None:
    data = os.urandom(size)
    (tmp_path / "a").write_bytes(data)
    os.sync()
    moved: list[int] = []
    seen = digest_file(tmp_path / "a", ("sha256", "sm3", "sha512"), from_medium=from_medium, progress=moved.append)
    assert seen[0] == sum(moved) == size
    assert seen[1]["sha256"] == hashlib.sha256(data).hexdigest()
    assert seen[1]["sha512"] == hashlib.sha512(data).hexdigest()


class Counting(ThreadPoolExecutor):
    """Counts the files that it is handed."""

    files = 0

    def submit(self, work: Any, /, *arguments: Any, **named: Any) -> Future[Any]:  # type: ignore[override]
        """As the executor does."""
        self.files += len(arguments[1])
        return super().submit(work, *arguments, **named)


def test_of_files_that_are_known_to_be_many_none_waits_for_a_single_thread(
    tree: tuple[Path, list[ExpectedFile]],
) -> None:
    folder, expected = tree
    small = [file for file in expected if (file.size or 0) < 1_000_000]
    with Counting(2) as pool:
        checks = list(check_files(folder, small, from_medium=False, progress=lambda n: None, pool=pool))
    assert pool.files == len(checks) == len(small)


def test_where_it_may_not_begin_another_those_begun_are_finished(tree: tuple[Path, list[ExpectedFile]]) -> None:
    folder, expected = tree
    asked: list[tuple[str, int]] = []

    def begin(file: ExpectedFile, size: int) -> bool:
        asked.append((file.path, size))
        return len(asked) <= 300

    checks = list(check_files(folder, expected, from_medium=False, progress=lambda n: None, begin=begin))
    assert sorted(check.path for check in checks) == [file.path for file in expected[:300]]
    assert asked == [(file.path, file.size) for file in expected[:301]]


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_a_file_of_any_size_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    assert digest_file(tmp_path / "file", ("sha256", "md5")) == (
        size,
        {"sha256": hashlib.sha256(data).hexdigest(), "md5": hashlib.md5(data).hexdigest()},
    )
