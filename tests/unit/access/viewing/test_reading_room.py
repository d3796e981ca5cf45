"""The viewing room: copies held against their digests, pictures made once, and nothing that stays for long."""

from __future__ import annotations

import os
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.access.requests.selecting import HeldCase
from preserve.access.viewing.profile import looking_profile
from preserve.access.viewing.reading_room import Room, Viewed, contents, pick
from preserve.errors import NotFound, NotIntact
from storage_adapters.reading import digest_file
from tests.support.asking import PAPER, PICTURE, Counter


@pytest.fixture(scope="module")
def case(counter: Counter) -> tuple[HeldCase, list[Viewed]]:
    with counter.archive.catalogue.read() as connection:
        return contents(connection, counter.archive.home, counter.case)


@pytest.fixture
def room(counter: Counter, case: tuple[HeldCase, list[Viewed]]) -> Room:
    made = Room(counter.archive.home, "wang", case[0], looking_profile(None))
    made.open()
    return made


@pytest.fixture
def recording(tmp_path: Path, case: tuple[HeldCase, list[Viewed]]) -> Iterator[Viewed]:
    """A recording of a second beside the package, as if it lay in it."""
    path = tmp_path / "录像.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=10:d=1", "-f", "lavfi", "-i", "sine=d=1"]
    subprocess.run(["ffmpeg", "-loglevel", "error", *source, "-c:v", "libx264", "-c:a", "aac", str(path)], check=True)
    size, digests = digest_file(path, ("sha256",), from_medium=False)
    digest = digests["sha256"]
    wanted = {"name": "录像.mp4", "path": str(path), "size": size, "sha256": digest, "original_sha256": digest}
    yield replace(case[1][0], recording=True, length=1.0, representation="access", **wanted)


def test_the_files_of_a_case_stand_in_the_order_of_its_description(case: tuple[HeldCase, list[Viewed]]) -> None:
    held, viewed = case
    assert [file.name for file in viewed] == ["笔录.txt", "决定书.txt", PICTURE, PAPER, "case.json"]
    assert (viewed[0].kind, viewed[0].stage) == ("现场检查笔录", "investigation")
    assert not any(file.recording for file in viewed) and held.package.endswith("_v0001")


def test_names_are_looked_up_by_their_last_part_where_only_one_has_it(case: tuple[HeldCase, list[Viewed]]) -> None:
    first, second, *_ = (replace(case[1][0], name=name) for name in ("01/甲.pdf", "02/甲.pdf", "x"))
    alone = replace(first, name="01/乙.pdf")
    assert pick([first, second, alone], ["乙.pdf", "02/甲.pdf"]) == [alone, second]
    for name, code in (("甲.pdf", "look.several"), ("丙.pdf", "look.no-such-file")):
        with pytest.raises(NotFound) as caught:
            pick([first, second, alone], [name])
        assert caught.value.code == code


def test_a_copy_is_what_was_registered_and_nobody_else_s_to_read(
    room: Room, case: tuple[HeldCase, list[Viewed]]
) -> None:
    (paper,) = pick(case[1], [PAPER])
    (path,) = room.copy(paper).paths
    assert path.read_bytes() == room.source(paper).read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o400 and stat.S_IMODE(room.folder.stat().st_mode) == 0o700
    path.chmod(0o600)
    path.write_bytes(b"somebody wrote here")
    assert room.copy(paper).paths == (path,)
    assert path.read_bytes() == room.source(paper).read_bytes()


def test_what_was_altered_in_the_store_is_not_shown(room: Room, case: tuple[HeldCase, list[Viewed]]) -> None:
    (paper,) = pick(case[1], ["笔录.txt"])
    other = replace(paper, sha256="0" * 64)
    before = sorted(room.root.rglob("*"))
    for look in (room.copy, room.pictures):
        with pytest.raises(NotIntact, match=r"look\.altered"):
            look(other)
    assert sorted(room.root.rglob("*")) == before


def test_pictures_are_made_once_and_shown_under_the_recording_s_name(room: Room, recording: Viewed) -> None:
    first = room.pictures(recording)
    assert [path.name for path in first.paths] == ["录像.mp4.frames.jpg", "录像.mp4.wave.png"]
    assert (first.missing, first.cut, first.failed) == (0, False, "")
    kept = {path: path.stat().st_ino for path in room.kept.iterdir()}
    assert len(kept) == 2
    assert room.pictures(recording).paths == first.paths
    assert {path: path.stat().st_ino for path in room.kept.iterdir()} == kept


def test_what_is_no_recording_says_why_and_leaves_nothing(room: Room, case: tuple[HeldCase, list[Viewed]]) -> None:
    (text,) = pick(case[1], ["决定书.txt"])
    before = sorted(room.root.rglob("*"))
    placed = room.pictures(text)
    assert placed.paths == () and placed.failed
    assert sorted(room.root.rglob("*")) == before


def test_what_has_lain_there_long_enough_is_cleared_out(room: Room, case: tuple[HeldCase, list[Viewed]]) -> None:
    (old,), (new,) = (room.copy(file).paths for file in pick(case[1], [PAPER, PICTURE]))
    kept = room.kept / "0.wave.png"
    kept.write_bytes(b"x")
    hours = time.time() - timedelta(hours=room.wanted.hours).total_seconds() - 60
    for path in (old, kept):
        os.utime(path, (hours, hours))
    room.open()
    assert (old.exists(), new.exists(), kept.exists()) == (False, True, True)
    days = time.time() - timedelta(days=room.wanted.pictures_days).total_seconds() - 60
    os.utime(kept, (days, days))
    room.open()
    assert not kept.exists()
