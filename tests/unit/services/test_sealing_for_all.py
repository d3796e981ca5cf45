"""One process signs for all: soon, continuing what was signed; without it nothing is added for long."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.access.dip.assembling import Handover
from preserve.access.requests.entering import Asked, Entry, open_request
from preserve.access.requests.model import Consumer
from preserve.access.requests.steps import Opinion, decide, examine
from preserve.administration import health
from preserve.administration.actor import Actor
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.clock import now, running_on, stamp
from preserve.data_management import checkpoints, ledger, sealer, sealing
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.proof.verify_ledger import verify_ledger
from preserve.errors import Busy, NotIntact, Refused
from preserve.ingest.runner import Answerer, run
from preserve.progress import Silent
from preserve.services.requests import deliver
from preserve.services.sealing_for_all import seal_for_all
from preserve.work import hold
from tests.support import full_disk, postgresql
from tests.support.on_postgresql import lasting_server, staffed_on
from tests.support.people import session, staffed
from tests.support.program import Archive as Program
from tests.support.program import kill
from tests.support.started import Started
from tests.support.tiny_case import write_case

__all__ = ["lasting_server"]


@pytest.fixture
def archive(tmp_path: Path, lasting_server: postgresql.Server) -> Iterator[Archive]:
    """An archive whose entries one process signs, as a machine has it that has no key."""
    opened = with_a_sealer(lasting_server, tmp_path)
    yield opened
    opened.close()


def with_a_sealer(server: postgresql.Server, folder: Path) -> Archive:
    """A new archive in which one process signs for all."""
    founded = staffed_on(server, folder, wu=Role.ARCHIVIST)
    founded.close()
    settings = founded.home.path / "preserve.toml"
    settings.write_text(settings.read_text().replace("[catalogue]\n", "[catalogue]\nsealer = true\n"))
    return open_archive(founded.home.path)


def until(so: Callable[[], bool], signing: Started | subprocess.Popen[str]) -> None:
    """Look until it is so, while the sealer is at work."""
    end = time.monotonic() + 30
    while not so():
        assert signing.poll() is None, signing.communicate()
        assert time.monotonic() < end, "nobody signs"


def add(archive: Archive) -> int:
    """Add an entry; how many there are then."""
    with archive.catalogue.begin() as connection:
        ledger.note(archive.home, connection, "catalogue.checked", {})
        return ledger.size(connection)


def covered(archive: Archive) -> int:
    """How many entries are signed."""
    with archive.catalogue.read() as connection:
        newest = checkpoints.newest(connection)
    assert newest is not None
    return newest.size


def test_what_others_wrote_is_signed_by_the_one_process_and_proved(archive: Archive) -> None:
    before = add(archive)
    assert covered(archive) < before, "a machine that is not the sealer signed"
    program = Program(archive.home.path)
    (archive.home.keys / "ledger.key").rename(aside := archive.home.path / "key")
    add(archive)  # whoever writes needs no key
    aside.rename(archive.home.keys / "ledger.key")
    signing = program.start("sealer")
    try:
        until(lambda: covered(archive) >= before + 1, signing)
        closed = sealing.close_segment(archive.home, archive.catalogue)
        assert closed.checkpoint.size >= before + 1
        assert program.json("sealer")["error"]["code"] == "ledger.sealer-there"
        assert program.json("ledger", "verify")["ok"] is True
        signing.terminate()
        assert signing.wait(30) == 0, signing.communicate()
    finally:
        kill(signing)


def test_a_full_disk_does_not_end_it_and_the_store_is_told_later(
    tmp_path: Path, lasting_server: postgresql.Server
) -> None:
    (tmp_path / "disks").mkdir()
    with full_disk.disk(tmp_path / "disks", "shared", "300M") as disk:
        archive = with_a_sealer(lasting_server, disk.top)
        head = archive.home.store / "ledger" / "checkpoint.txt"
        before = head.read_text()
        signing = Program(archive.home.path).start("sealer")
        try:
            disk.fill()
            for _ in range(2):  # before it signs the second one it has tried to tell the store of the first
                size = add(archive)
                until(lambda size=size: covered(archive) >= size, signing)  # type: ignore[misc]
            assert head.read_text() == before
            disk.free()
            until(lambda: head.read_text() != before, signing)
            signing.terminate()
            said = signing.communicate()
            assert signing.returncode == 0, said
            assert "storage.medium-full" in said[1], said
        finally:
            kill(signing)
            archive.close()


def test_a_delivery_waits_until_its_evidence_is_signed(tmp_path: Path, lasting_server: postgresql.Server) -> None:
    roles = {"wu": Role.ARCHIVIST, "wang": Role.EXAMINER, "head": Role.HEAD}
    founded = staffed_on(lasting_server, tmp_path, signs=True, **roles)
    case = write_case(tmp_path / "case")
    run(founded.home, founded.catalogue, case, person=Answerer("wu", may=True), jobs=1, watcher=Silent())
    actors = {account: Actor(founded, Person(account, account, frozenset({role}))) for account, role in roles.items()}
    notice = tmp_path / "notice.pdf"
    notice.write_bytes(b"%PDF-1.4\n")
    court = Consumer(capacity="court", name="张法官")
    entry = Entry(court, [Asked("临文综罚〔2026〕77号")], "举证", [("调取证据通知书", notice)])
    number = open_request(actors["wu"], entry).number
    examine(actors["wang"], number, Opinion())
    decide(actors["head"], number, approve=True)
    founded.close()
    settings = founded.home.path / "preserve.toml"
    settings.write_text(settings.read_text().replace("[catalogue]\n", "[catalogue]\nsealer = true\n"))
    archive = open_archive(founded.home.path)
    signing = Program(archive.home.path).start("sealer")
    try:
        given = deliver(session(archive, "wu"), number, Handover(tmp_path))
        told = subprocess.run([sys.executable, "-I", given.place / "verify.py", given.place], check=False)
        assert told.returncode == 0
    finally:
        kill(signing)
        archive.close()


def test_what_waits_for_it_is_no_finding_for_a_while(archive: Archive) -> None:
    program = Program(archive.home.path)
    before = covered(archive)
    assert add(archive) > before
    told = program.json("ledger", "verify")
    assert (told["ok"], [each["code"] for each in told["findings"]]) == (True, ["ledger.waits-for-sealer"])
    paths = archive.home.store / "ledger", archive.home.keys / "ledger.pub"
    later = now() + sealer.UNSIGNED + timedelta(seconds=1)
    with running_on(lambda: later):
        old = verify_ledger(archive.catalogue, *paths, waits=True)
    assert [each.code for each in old.findings] == ["ledger.uncovered"]
    strict = verify_ledger(archive.catalogue, *paths)
    assert [each.code for each in strict.findings] == ["ledger.uncovered"]


def test_without_it_nothing_is_added_after_a_while(archive: Archive) -> None:
    add(archive)
    add(archive)
    later = now() + sealer.UNSIGNED + timedelta(seconds=1)
    with running_on(lambda: later), pytest.raises(Busy) as refused:
        add(archive)
    assert refused.value.code == "ledger.sealer-absent"


def test_an_archive_whose_writers_sign_has_none(tmp_path: Path) -> None:
    opened = staffed(tmp_path / "home")
    try:
        with pytest.raises(Refused) as refused:
            seal_for_all(session(opened))
        assert refused.value.code == "ledger.no-sealer"
    finally:
        opened.close()


def _sent(archive: Archive) -> int | None:
    """A lone entry, as it is sent with its COMMIT; None where it has to go another way."""
    text = ('{"action":"a","actor":"wu","details":{},"number":', f',"subject":"s","time":"{stamp(now())}"}}')
    return archive.catalogue.append_alone(text)


def test_a_lone_entry_is_sent_whole_where_nothing_else_is_to_be_done(archive: Archive) -> None:
    size = add(archive)
    assert _sent(archive) == size + 1
    assert _sent(archive) == size + 2
    with hold(archive.home.work / "x.lock", Busy("catalogue.busy", ""), 0):
        assert _sent(archive) is None, "who holds a lease is asked whether it still does"
    settings = archive.home.path / "preserve.toml"
    there = settings.read_text()
    settings.write_text(there.replace("sealer = true", "sealer = true\nkept_days = 7"))
    with pytest.raises(Busy) as moved:
        _sent(archive)
    assert moved.value.code == "catalogue.replaced"
    settings.write_text(there)
    with archive.catalogue.read() as connection:
        assert ledger.size(connection) == size + 2


def test_a_lone_entry_is_not_sent_past_one_that_was_changed(archive: Archive) -> None:
    size = add(archive)
    with archive.catalogue.engine.begin() as connection:
        unsigned = "number > (SELECT max(size) FROM checkpoints)"
        changed = f"UPDATE ledger SET entry = replace(entry, 'checked', 'changed') WHERE {unsigned}"
        assert connection.exec_driver_sql(changed).rowcount
    assert _sent(archive) is None
    with pytest.raises(NotIntact) as found:
        ledger.append_alone(archive.catalogue, action="a", subject="s", actor="wu", details={}, moment=now())
    assert found.value.code == "ledger.entry-changed"
    with archive.catalogue.read() as connection:
        assert ledger.size(connection) == size


def test_a_lone_entry_is_not_written_where_the_sealer_is_away(archive: Archive) -> None:
    alone = {"action": "catalogue.checked", "subject": "s", "actor": "wu"}
    first = ledger.append_alone(archive.catalogue, **alone, details={}, moment=now())  # holds to the witnesses before
    second = ledger.append_alone(archive.catalogue, **alone, details={}, moment=now())
    assert second == first + 1
    later = now() + sealer.UNSIGNED + timedelta(minutes=1)
    with running_on(lambda: later):
        assert _sent(archive) is None
    with running_on(lambda: later), pytest.raises(Busy) as refused:
        ledger.append_alone(archive.catalogue, **alone, details={}, moment=now())
    assert refused.value.code == "ledger.sealer-absent"
    with archive.catalogue.read() as connection:
        assert ledger.size(connection) == second


def test_doctor_holds_this_clock_against_the_database_s(archive: Archive) -> None:
    wrong = now() + timedelta(days=1)
    assert "health.clock-apart" not in {check.code for check in health.examine(archive.home.path)}
    with running_on(lambda: wrong):
        assert "health.clock-apart" in {check.code for check in health.examine(archive.home.path)}


def test_doctor_says_where_nobody_signs(archive: Archive) -> None:
    add(archive)
    told = {check.code: check for check in health.examine(archive.home.path)}
    assert told["health.sealer-absent"].state == "wrong"
    assert told["health.sealer-absent"].values["count"] and "health.sealer" not in told
    with hold(archive.home.work / sealer.LOCK, Busy("ledger.sealer-there", "")):
        told = {check.code: check for check in health.examine(archive.home.path)}
    assert told["health.sealer"].state == "good" and "health.sealer-absent" not in told
