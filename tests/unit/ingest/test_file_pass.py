"""One pass over each file: the archive's time zone is where the cameras' clocks run."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from preserve.clock import CHINA
from preserve.ingest.facts import Character, from_json
from preserve.ingest.file_pass import Batch, Job, Taken, examine_batch, take_batch, take_file
from preserve.ingest.rules.profile import read_rules
from tests.support.material.corpus import made_once

_NAME = "IMG_20260312_093015.txt"
_HERE = ZoneInfo("Asia/Urumqi")  # 03:30:15 UTC, where China's time would be 01:30:15


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / _NAME).write_text("现场记录", encoding="utf-8")
    return folder


def test_a_batch_and_a_single_file_read_the_clock_in_that_zone(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    job = Job(1, _NAME, _NAME, (source / _NAME).stat().st_size)
    batch = Batch(str(source), str(target), "", _HERE, ("sha256",), (job,))
    (in_batch,) = take_batch(batch)
    (target / _NAME).unlink()
    alone = take_file(batch, lambda moved: None)
    for taken in (in_batch, alone):
        started = from_json(Character, taken.characterised).started
        assert started is not None
        assert started.isoformat() == "2026-03-12T03:30:15+00:00"


_TEXTS = {
    "空.txt": b"",
    "零.txt": bytes(300),
    "半.txt": "半份笔录".encode() + bytes(100),
    "国标.txt": ("现场检查笔录，当事人在场。" * 9).encode("gb18030"),
    "宽.txt": "有标记".encode("utf-16"),
    "网页": b"  <!DOCTYPE html><html><body>\xe6\xa1\x88</body></html>",
    "混.txt": "甲\n".encode() + "乙".encode("gb18030") + b"\xff\xfe\n",
    "密.txt": "机密★10年，处 罚 决 定".encode(),
    "长.txt": ("长" * 300_000).encode(),
    "名为图.png": "其实是文字".encode(),
}


def test_the_same_is_found_out_from_the_bytes_in_memory_as_from_the_copies(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name, data in _TEXTS.items():
        (source / name).write_bytes(data)
    for path in made_once(tmp_path_factory).values():
        if path.suffix not in (".mp4", ".mkv", ".avi", ".mov", ".ts"):
            (source / f"原{path.name}").write_bytes(path.read_bytes())
    names = sorted(path.name for path in source.iterdir())
    jobs = tuple(Job(number, name, name, (source / name).stat().st_size) for number, name in enumerate(names, 1))
    target, rule = tmp_path / "target", read_rules(tmp_path).secrecy_marks
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (target, first, second):
        folder.mkdir()
    taken = take_batch(Batch(str(source), str(target), str(first), CHINA, ("sha256",), jobs, secrecy=rule))
    bare = tuple(Taken(file.number, file.size, file.copied) for file in taken)
    again = examine_batch(Batch("", str(target), str(second), CHINA, ("sha256",), jobs, bare, secrecy=rule))
    assert again == taken
    assert [path.read_bytes() for path in second.iterdir()] == [path.read_bytes() for path in first.iterdir()]
    assert [names[file.number - 1] for file in taken if "secrecy-mark" in file.characterised] == ["密.txt"]
