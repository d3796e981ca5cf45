"""A station's recordings come into the archive's keeping whole, once, and with the station's folder as it was."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration import index_check
from preserve.administration.duties import Role
from preserve.data_management import pool, pool_records
from preserve.data_management.archive import Archive, open_archive
from preserve.errors import Busy, MediumProblem, NotPermitted, Refused
from preserve.progress import Silent
from preserve.services import catalogue
from preserve.services.pool import PoolWish, list_pool, show
from preserve.services.pool_collecting import collect, verify, watch
from preserve.work import hold
from tests.support.people import entries, session, staffed
from tests.support.stations import NAMES, tree, write_side, write_sound, write_station


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive with an empty pool."""
    opened = staffed(tmp_path / "home", wang=Role.EXAMINER)
    yield opened
    opened.close()


def _names(archive: Archive) -> list[str]:
    return sorted(row.name for row in list_pool(session(archive), PoolWish(state="all")).recordings)


def test_recordings_come_in_once_and_nothing_at_the_station_changes(archive: Archive, tmp_path: Path) -> None:
    station = write_station(tmp_path / "station")
    before = tree(station)
    done = collect(session(archive), station, settled=0)
    assert (done.collected, done.again, done.known, done.failed) == (len(NAMES), 0, 0, 0)
    assert tree(station) == before
    assert _names(archive) == sorted(NAMES)
    kept = {row.sha256 for row in list_pool(session(archive), PoolWish(state="all")).recordings}
    assert kept == {sha256 for name, (_, sha256) in before.items() if name.endswith(".wav")}
    again = collect(session(archive), station, settled=0)
    assert (again.collected, again.again, again.known) == (0, 0, len(NAMES))
    assert len(entries(archive, "pool.collected")) == len(NAMES)


def test_the_same_recording_in_two_places_is_kept_once_and_both_are_noted(archive: Archive, tmp_path: Path) -> None:
    station = write_station(tmp_path / "station")
    collect(session(archive), station, settled=0)
    (station / "card").mkdir()
    shutil.copy(station / "20260301" / NAMES[0], station / "card" / "copy.wav")
    done = collect(session(archive), station, settled=0)
    assert (done.collected, done.again) == (0, 1)
    row = next(row for row in list_pool(session(archive)).recordings if row.name == NAMES[0])
    places = {place.path for place in show(session(archive), row.id).places}
    assert places == {f"20260301/{NAMES[0]}", "card/copy.wav"}


def test_what_the_station_says_stands_beside_what_the_file_says(archive: Archive, tmp_path: Path) -> None:
    station = tmp_path / "station"
    sound = write_sound(station / "20260301" / NAMES[0])
    side = {
        "wjbm": NAMES[0],
        "PSSJ": "2026-03-01 11:30:00",
        "jybh": "999999",
        "md5": "0" * 32,
        "bzlx": "1",
        "extra": "x",
    }
    write_side(station / "20260301" / "info.json", [side])
    done = collect(session(archive), station, settled=0)
    assert {one.code for one in done.findings} == {"pool.moments-differ", "pool.officer-differs", "pool.digest-differs"}
    shown = show(session(archive), list_pool(session(archive)).recordings[0].id)
    assert (shown.recording.officer, shown.recording.taken, shown.mark) == ("012345", "2026-03-01T01:30:00Z", "1")
    assert shown.words[0].rest == {"extra": "x"}
    kept = list((archive.home.store / "pool" / pool_records.SIDES).iterdir())
    assert [path.read_bytes() for path in kept] == [(station / "20260301" / "info.json").read_bytes()]
    assert sound.exists()


def test_what_is_still_written_waits(archive: Archive, tmp_path: Path) -> None:
    station = write_station(tmp_path / "station")
    for path in station.rglob("*.wav"):
        os.utime(path, (1, 1))  # a share keeps old times, whenever a file came
    assert collect(session(archive), station, settled=600).filling == len(NAMES)
    assert _names(archive) == []


def test_an_empty_recording_is_kept_and_told_while_the_station_still_has_it(archive: Archive, tmp_path: Path) -> None:
    station = tmp_path / "station"
    station.mkdir()
    (station / "20260301093000.mp4").write_bytes(b"")
    done = collect(session(archive), station, settled=0)
    assert done.collected == 1
    assert [(one.code, one.severity) for one in done.findings] == [("format.empty", "warning")]


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_round(archive: Archive, tmp_path: Path) -> None:
    station = tmp_path / "station"
    sound = write_sound(station / NAMES[0])

    class Growing(Silent):
        """Something is written to the file after its first bytes were read."""

        def __call__(self, moved: int, files: int = 0) -> None:
            if moved and sound.stat().st_size < 4000:
                with sound.open("ab") as file:
                    file.write(b"\0" * 4000)

    done = collect(session(archive, progress=Growing()), station, settled=0)
    assert (done.collected, done.filling, [one.code for one in done.findings]) == (0, 1, ["pool.changed-meanwhile"])
    assert _names(archive) == [] and not list(pool_records.left_over(archive.home))
    assert collect(session(archive), station, settled=0).collected == 1


def test_where_there_is_no_room_nothing_half_is_left(archive: Archive, tmp_path: Path) -> None:
    station = write_station(tmp_path / "station")
    full = archive.home.settings.model_copy(update={"reserve": 1 << 60})
    object.__setattr__(archive.home, "settings", full)
    with pytest.raises(MediumProblem):
        collect(session(archive), station, settled=0)
    assert not list(archive.home.store.rglob("*.wav")) and not list(pool_records.left_over(archive.home))


@pytest.mark.parametrize("at", ["copied", "published"])
def test_a_run_that_was_killed_is_finished_by_the_next(archive: Archive, tmp_path: Path, at: str) -> None:
    station = write_station(tmp_path / "station")
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(archive.home.path), str(station), at], timeout=60)
    assert killed.returncode == -signal.SIGKILL
    whole = list(archive.home.store.glob("pool/rec-*/record.json"))
    assert len(whole) == (0 if at == "copied" else 1)
    done = collect(session(archive), station, settled=0)
    assert done.collected + len(whole) == len(NAMES)
    assert _names(archive) == sorted(NAMES) and not list(pool_records.left_over(archive.home))
    assert verify(session(archive)).damaged == ()


_KILLED = """
import os, sys
from pathlib import Path
from preserve.data_management.archive import open_archive
from preserve.progress import Silent
from preserve.services.pool_collecting import collect
from tests.support.people import session
home, station, at = sys.argv[1:]
class Killing(Silent):
    def __call__(self, moved, files=0):
        if (at == "copied") == bool(moved) and not files:
            os.kill(os.getpid(), 9)
collect(session(open_archive(Path(home)), progress=Killing()), Path(station), settled=0)
"""
"""A process that ends by SIGKILL while it copies, or when a recording has its place and no entry yet."""


def test_links_and_what_cannot_be_read_are_told_and_left(archive: Archive, tmp_path: Path) -> None:
    station = write_station(tmp_path / "station", NAMES[0])
    (station / "out.wav").symlink_to("/etc/passwd")
    os.mkfifo(station / "pipe.wav")
    (station / "deep.json").write_text("[" * 50, encoding="utf-8")
    (station / "evil.xml").write_text(
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a b="&b;"/>', encoding="utf-8"
    )
    done = collect(session(archive), station, settled=0)
    assert done.collected == 1
    told = sorted((one.code, one.where) for one in done.findings)
    assert told == [
        ("pool.not-a-file", "out.wav"),
        ("pool.not-a-file", "pipe.wav"),
        ("pool.side-file-unread", "deep.json"),
        ("pool.side-file-unread", "evil.xml"),
    ]


def test_damage_is_found_by_reading_back(archive: Archive, tmp_path: Path) -> None:
    collect(session(archive), write_station(tmp_path / "station"), settled=0)
    first, second, *_ = list_pool(session(archive)).recordings
    path = archive.home.store / first.file
    path.chmod(0o600)
    path.write_bytes(b"x" + path.read_bytes()[1:])
    (archive.home.store / second.file).unlink()
    done = verify(session(archive))
    assert done.checked == len(NAMES)
    assert {(one.where, one.values["reason"]) for one in done.damaged} == {(first.id, "altered"), (second.id, "absent")}


def test_the_table_follows_from_ledger_and_records(archive: Archive, tmp_path: Path) -> None:
    station = write_station(tmp_path / "station")
    collect(session(archive), station, settled=0)
    (station / "card").mkdir()
    shutil.copy(station / "20260301" / NAMES[0], station / "card" / "copy.wav")
    collect(session(archive), station, settled=0)
    with archive.catalogue.read() as connection:
        before = pool.page(connection, pool.Wish(state=""), "", 100)[0]
        places = {row.id: pool.places_of(connection, row.id) for row in before}
        assert index_check.compare(archive.home, connection) == []
    with archive.catalogue.begin() as connection:
        assert list(pool.replay(connection, archive.home)) == []
        assert pool.page(connection, pool.Wish(state=""), "", 100)[0] == before
        assert {row.id: pool.places_of(connection, row.id) for row in before} == places
        connection.exec_driver_sql("UPDATE pool SET officer = 'x' WHERE id = '" + before[0].id + "'")
        assert [one.where for one in pool.compare(connection, archive.home)] == [before[0].id]
    assert catalogue  # the room is imported: its rebuild calls `replay`


def test_who_may_and_what_is_refused(archive: Archive, tmp_path: Path) -> None:
    station = write_station(tmp_path / "station")
    with pytest.raises(NotPermitted):
        collect(session(archive, "wang"), station)
    with pytest.raises(Refused):
        collect(session(archive), archive.home.store, settled=0)
    with pytest.raises(Refused):
        collect(session(archive), tmp_path / "nowhere", settled=0)
    with hold(archive.home.work / "pool.lock", Busy("pool.busy")), pytest.raises(Busy):
        collect(session(archive), station, settled=0)


def test_the_stations_of_the_settings_are_watched(tmp_path: Path) -> None:
    staffed(tmp_path / "home").close()
    station = write_station(tmp_path / "station")
    with (tmp_path / "home" / "preserve.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[pool]\nstations = ["{station}", "{tmp_path / "away"}"]\n')
    opened = open_archive(tmp_path / "home")
    try:
        done = watch(session(opened), settled=0)
        assert ([one.collected for one in done.stations], done.absent) == ([len(NAMES)], ("away",))
        assert watch(session(opened), settled=0).stations[0].known == len(NAMES)
    finally:
        opened.close()
