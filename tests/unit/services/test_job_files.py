"""All that a job made as one file: every byte of it, under names that any zip reader takes, however large."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from preserve.services.job_files import JobBundle, zipped


def bundle(root: Path) -> JobBundle:
    places = tuple((path.relative_to(root).as_posix(), path) for path in sorted(root.rglob("*")) if path.is_file())
    return JobBundle("x.zip", len(places), sum(path.stat().st_size for _, path in places), places)


def test_each_file_comes_out_as_it_went_in(tmp_path: Path) -> None:
    (tmp_path / "文件夹").mkdir()
    given = {"a.txt": b"one", "文件夹/空.txt": b"", "文件夹/大.bin": os.urandom(3 << 20)}
    for name, data in given.items():
        (tmp_path / name).write_bytes(data)
    os.utime(tmp_path / "a.txt", (0, 0))
    pieces = list(zipped(bundle(tmp_path)))
    assert max(map(len, pieces)) < 2 << 20, "it is never held whole"
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as read:
        assert read.testzip() is None
        assert {name: read.read(name) for name in read.namelist()} == given
        assert read.getinfo("a.txt").date_time[0] == 1980, "older than a zip can say"


def test_a_file_that_went_meanwhile_breaks_the_answer_off(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "b").write_bytes(b"two")
    found = bundle(tmp_path)
    (tmp_path / "b").unlink()
    with pytest.raises(FileNotFoundError):
        list(zipped(found))
