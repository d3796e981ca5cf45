"""Processes that compute digests: each job answered once, whatever its name and size, and none left behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import psutil
import pytest

from metadata import digest_workers, hashing
from metadata.digest_workers import Answer, elsewhere, here


def jobs_of(folder: Path) -> list[hashing.Job]:
    """Small files with names so long that no pipe takes a chunk of them, and large ones between."""
    jobs: list[hashing.Job] = []
    for number in range(700):
        name = f"{number:0240}"
        data = bytes([number % 251]) * (number % 7 * 100)
        if number % 400 == 50:
            data = data * 1000 + b"x" * (3 * digest_workers._BYTES)
        (folder / name).write_bytes(data)
        jobs.append((name, ("sha256", "md5"), len(data)))
    (folder / jobs[3][0]).unlink()
    return jobs


def by_name(answers: Iterable[Answer]) -> dict[str, hashing.Read]:
    found: dict[str, hashing.Read] = {}
    for chunk, answer in answers:
        for job, read in zip(chunk, answer, strict=True):
            assert job[0] not in found
            found[job[0]] = read
    return found


def test_processes_answer_what_this_one_does(tmp_path: Path) -> None:
    jobs = jobs_of(tmp_path)
    said = by_name(here(str(tmp_path), iter(jobs), False))
    assert set(said) == {name for name, *_ in jobs} and said[jobs[3][0]][1]
    data = (tmp_path / jobs[50][0]).read_bytes()
    digests = hashlib.sha256(data).hexdigest() + hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert said[jobs[50][0]] == (digests, "")
    for workers in (1, 3):
        assert by_name(elsewhere(str(tmp_path), iter(jobs), True, workers)) == said
    assert list(elsewhere(str(tmp_path), iter([]), False, 2)) == []


def test_processes_give_way_and_none_is_left_behind(tmp_path: Path) -> None:
    jobs, others = jobs_of(tmp_path), set(psutil.Process().children())  # of other tests in this process
    answers = elsewhere(str(tmp_path), iter(jobs), False, 2)
    next(answers)
    own = int(psutil.Process().nice())
    niceness = [int(child.nice()) for child in set(psutil.Process().children()) - others]
    assert len(niceness) == 2 and min(19, own + 5) in niceness
    answers.close()
    assert set(psutil.Process().children()) <= others


def test_what_asks_for_jobs_may_fail(tmp_path: Path) -> None:
    def failing() -> Iterable[hashing.Job]:
        yield from jobs_of(tmp_path)
        raise OSError("gone")

    others = set(psutil.Process().children())
    with pytest.raises(OSError, match="gone"):
        list(elsewhere(str(tmp_path), iter(failing()), False, 2))
    assert set(psutil.Process().children()) <= others
