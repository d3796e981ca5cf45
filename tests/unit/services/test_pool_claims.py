"""Recordings of the pool are proposed beside a deposit, claimed for it, and come into the case bit for bit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management import pool as rows
from preserve.data_management.archive import Archive
from preserve.errors import Conflict, NotFound, Refused
from preserve.services.pool import PoolWish, list_pool, show
from preserve.services.pool_claims import claim, propose, release
from preserve.services.pool_collecting import collect, watch
from preserve.services.waiting import waiting
from preserve.services.waiting_deeds import examine, take_in
from tests.support.people import entries, session
from tests.support.stations import MEASURE, NAMES, OFFICER, write_station
from tests.support.tiny_case import write_whole_case
from tests.support.waiting import archive_with_inbox


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive with a case that waits, and a station's recordings in its pool."""
    opened = archive_with_inbox(tmp_path)
    write_whole_case(
        tmp_path / "share" / "录像案", case_number="临文综罚〔2026〕90号", measures=[MEASURE], officers=[OFFICER]
    )
    collect(session(opened), write_station(tmp_path / "station"), settled=0)
    yield opened
    opened.close()


def _deposit(archive: Archive, name: str = "录像案") -> str:
    return next(one.id for one in waiting(session(archive)).deposits if one.name == name)


def test_what_fits_a_measure_is_proposed_with_its_reasons(archive: Archive) -> None:
    found = propose(session(archive), _deposit(archive))
    told = {one.recording.name: (one.certainty, [reason.code for reason in one.reasons]) for one in found.proposed}
    # Not the one of other officers at the same hour, nor the one of another day.
    assert told == {name: ("likely", ["measure", "officer"]) for name in NAMES[:2]}
    assert not found.claimed and not found.more


def test_claimed_recordings_come_into_the_case_bit_for_bit(archive: Archive, tmp_path: Path) -> None:
    deposit = _deposit(archive)
    wanted = [one.recording.id for one in propose(session(archive), deposit).proposed]
    done = claim(session(archive), deposit, wanted, reason="检查录像")
    assert claim(session(archive), deposit, wanted) == done  # said again it is the same
    assert examine(session(archive), deposit).ok
    taken = take_in(session(archive), deposit)
    held = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (tmp_path / "home").rglob("representations/original/**/*.wav")
    }
    station = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "station").rglob("*.wav")
    }
    assert held == {station[name] for name in NAMES[:2]}
    note = next((tmp_path / "home").rglob("documentation/submission/pool-recordings.json"))
    told = json.loads(note.read_text(encoding="utf-8"))["recordings"]
    assert [one["record"]["id"] for one in told] == wanted
    assert [one["file"] for one in told] == list(done.files)
    assert told[0]["record"]["said"][0]["facts"]["station"] == "44010401901281918586"
    for name in wanted:
        row = show(session(archive), name).recording
        assert (row.state, row.objid) == ("in-case", taken.objid)
    with pytest.raises(Conflict):
        release(session(archive), wanted[:1], reason="错")
    actions = [entry["action"] for entry in entries(archive, "pool.claimed", "pool.in-case")]
    assert actions == ["pool.claimed"] * 2 + ["pool.in-case"] * 2


def test_what_is_claimed_for_one_deposit_is_no_others(archive: Archive) -> None:
    deposit, other = _deposit(archive), _deposit(archive, "整案")
    wanted = [one.recording.id for one in propose(session(archive), deposit).proposed]
    claim(session(archive), deposit, wanted[:1])
    with pytest.raises(Conflict):
        claim(session(archive), other, wanted)
    assert [one.id for one in list_pool(session(archive), PoolWish(state="claimed")).recordings] == wanted[:1]
    with pytest.raises(NotFound):
        claim(session(archive), other, ["rec-none"])
    with pytest.raises(Refused):
        release(session(archive), wanted[:1], reason=" ")
    release(session(archive), wanted[:1], reason="另一案")
    assert propose(session(archive), deposit).claimed == ()
    assert claim(session(archive), other, wanted).recordings == tuple(wanted)


def test_claims_of_a_deposit_that_is_gone_wait_again(archive: Archive, tmp_path: Path) -> None:
    deposit = _deposit(archive)
    claim(session(archive), deposit, [one.recording.id for one in propose(session(archive), deposit).proposed])
    for path in sorted((archive.home.waiting / deposit).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert watch(session(archive), settled=0).released == 2
    with archive.catalogue.read() as connection:
        assert rows.count(connection, rows.Wish(state="waiting"))[0] == len(NAMES)
