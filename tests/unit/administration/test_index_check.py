"""Where the last proof of the ledger ended is told by the ledger, and nobody moves it forward without the key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from preserve.administration.duties import Role
from preserve.administration.index_check import last_proved
from preserve.clock import now
from preserve.data_management import ledger, looks
from preserve.data_management.archive import Archive
from preserve.data_management.merkle import Frontier
from preserve.data_management.proof.verify_ledger import BEGINNING
from preserve.data_management.proof.walking import TOGETHER
from preserve.errors import NotIntact, Stopped
from preserve.home import acting_person
from preserve.progress import Silent
from preserve.services.ledger import checkpoint, verify
from preserve.services.session import Session, SystemUser
from tests.support.counted import steps
from tests.support.people import entries, session, staffed


class Impatient(Silent):
    """Somebody who stops the work as soon as they are asked."""

    def __call__(self, moved: int, files: int = 0) -> None:
        raise Stopped("work.stopped")


class Stopping(Silent):
    """Somebody who stops the work when more was read than this."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left, self.read = after, 0

    def __call__(self, moved: int, files: int = 0) -> None:
        self.read += bool(moved)
        if self.read > self.left:
            raise Stopped("work.stopped")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = staffed(tmp_path / "home", song=Role.AUDITOR, shi=Role.SYSTEM_ADMINISTRATOR)
    checkpoint(session(opened))
    yield opened
    opened.close()


def _at_home(archive: Archive, progress: Silent | None = None) -> Session:
    found = Session(SystemUser(acting_person()), "en", opened_home=archive.home)
    return found.watched(progress) if progress else found


def _add(archive: Archive, count: int) -> None:
    with archive.catalogue.begin() as connection:
        for _ in range(count):
            ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=now())


def test_only_what_was_added_is_read_again(archive: Archive) -> None:
    _add(archive, 700)
    first = verify(_at_home(archive), since_checkpoint=True)
    assert (first.status, first.since, first.since_when) == (0, 0, ""), "nothing was proved before: it is the whole"
    _add(archive, 10)
    watching = Stopping(1)
    second = verify(_at_home(archive, watching), since_checkpoint=True)
    assert (second.status, second.since, second.entries) == (0, first.entries, first.entries + 11)
    assert (watching.read, bool(second.since_when)) == (1, True)
    third = verify(_at_home(archive), since_checkpoint=True)
    assert third.since == second.entries
    assert verify(_at_home(archive)).since == 0


def test_a_proof_that_was_stopped_is_gone_on_with(archive: Archive) -> None:
    _add(archive, 1)
    for _ in range(4):
        _add(archive, TOGETHER)
    with pytest.raises(Stopped):
        verify(_at_home(archive, Stopping(2)))
    (entry,) = entries(archive, "ledger.proved")
    reached = entry["details"]["proved"]
    with archive.catalogue.read() as connection:
        leaves = [kept.leaf for kept in ledger.entries(connection, 1, reached)]
    assert 0 < reached < 4 * TOGETHER
    assert entry["details"]["root"] == Frontier().add_all(leaves).root().hex()
    assert verify(_at_home(archive), since_checkpoint=True).since == reached


def test_what_was_altered_since_shows_and_what_was_altered_before_waits_for_the_whole(archive: Archive) -> None:
    _add(archive, 5)
    last = verify(_at_home(archive)).entries
    _add(archive, 5)
    change = text("UPDATE ledger SET entry = replace(entry, '\"z\"', '\"y\"') WHERE number = :n")
    with archive.catalogue.engine.begin() as connection:
        connection.execute(change, {"n": last + 3})
    report = verify(_at_home(archive), since_checkpoint=True)
    assert (report.status, report.since, report.findings[0].code) == (4, last, "ledger.entry-changed")
    with archive.catalogue.engine.begin() as connection:
        connection.execute(text("UPDATE ledger SET entry = replace(entry, '\"y\"', '\"z\"') WHERE number > 2"))
        connection.execute(change, {"n": last - 1})
    assert verify(_at_home(archive), since_checkpoint=True).status == 0
    report = verify(_at_home(archive))
    assert (report.findings[0].code, report.findings[0].where) == ("ledger.entry-changed", str(last - 1))
    again = verify(_at_home(archive), since_checkpoint=True)
    assert (again.status, again.since) == (4, 0), "what a whole proof found is not passed over by the next partial one"
    with archive.catalogue.engine.begin() as connection:
        connection.execute(text("UPDATE ledger SET entry = replace(entry, '\"y\"', '\"z\"') WHERE number > 2"))
    whole = verify(_at_home(archive))
    assert verify(_at_home(archive), since_checkpoint=True).since == whole.entries


def test_looks_that_a_stopped_proof_did_not_reach_do_not_pass_for_proved(archive: Archive) -> None:
    with archive.catalogue.begin() as connection:
        for _ in range(3):
            looks.append(connection, action="case.viewed", subject="s", actor="z", details={}, moment=now())
    checkpoint(session(archive))
    for _ in range(4):
        _add(archive, TOGETHER)
    forged = text("UPDATE looks SET entry = replace(entry, '\"z\"', '\"y\"') WHERE number = 2")
    with archive.catalogue.engine.begin() as connection:
        connection.execute(forged)
    with pytest.raises(Stopped):
        verify(_at_home(archive, Stopping(2)))
    assert entries(archive, "ledger.proved") == []
    report = verify(_at_home(archive), since_checkpoint=True)
    assert (report.status, report.since) == (4, 0)
    assert "looks.changed" in {finding.code for finding in report.findings}


def test_who_stops_is_heard_among_the_looks_too(archive: Archive) -> None:
    with archive.catalogue.begin() as connection:
        for _ in range(TOGETHER):
            looks.append(connection, action="case.viewed", subject="s", actor="z", details={}, moment=now())
    with pytest.raises(Stopped):
        verify(_at_home(archive, Impatient()))
    assert entries(archive, "ledger.proved") == []


@pytest.mark.parametrize("forged", ['"proved":9', '"proved":1'])
def test_who_has_not_the_key_cannot_move_it(archive: Archive, forged: str) -> None:
    verify(_at_home(archive))
    _add(archive, 5)
    with archive.catalogue.read() as connection:
        start, _ = last_proved(connection)
        entry = next(entry for entry in ledger.entries(connection, start.size + 1) if entry.action == "ledger.verified")
    put = entry.text.replace(f'"proved":{start.size}', forged + "0000")
    with archive.catalogue.engine.begin() as connection:
        row = {"e": put, "l": ledger.leaf_hash(put), "n": entry.number}
        connection.execute(text("UPDATE ledger SET entry = :e, leaf = :l WHERE number = :n"), row)
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-checkpoint"), archive.catalogue.read() as connection:
        last_proved(connection)


def test_tiles_that_tell_of_another_tree_have_the_whole_read(archive: Archive) -> None:
    _add(archive, 700)
    verify(_at_home(archive))
    with archive.catalogue.engine.begin() as connection:
        connection.execute(text("UPDATE tiles SET hashes = zeroblob(8192) WHERE level = 0 AND place = 1"))
        connection.execute(text("UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE level = 1"))
    report = verify(_at_home(archive), since_checkpoint=True)
    assert (report.status, report.since) == (4, 0)
    assert [finding.code for finding in report.findings] == ["ledger.tile-differs"]


@pytest.mark.sqlite
def test_a_night_after_years_of_nights_reads_as_much(archive: Archive) -> None:
    def asked() -> int:
        with archive.catalogue.read() as connection:
            return steps(connection, lambda: last_proved(connection))

    verify(_at_home(archive))
    for _ in range(3):
        verify(_at_home(archive), since_checkpoint=True)
    few = asked()
    for _ in range(30):
        verify(_at_home(archive), since_checkpoint=True)
    assert asked() <= 1.5 * few + 10


def test_where_nothing_was_proved_it_is_the_beginning(archive: Archive) -> None:
    with archive.catalogue.read() as connection:
        assert last_proved(connection) == (BEGINNING, "")
