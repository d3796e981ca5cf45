"""Deposits: who may hand in, and what each of those who did may see of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from metadata.findings import Value
from preserve.administration.duties import Role
from preserve.archival_storage.policy import read_policy, standing, standings
from preserve.clock import now
from preserve.data_management import holdings
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted, Refused, Stopped
from preserve.progress import Silent
from preserve.services.deposits import ingest, list_own
from preserve.services.documents import as_document
from tests.support.people import entries, session, staffed
from tests.support.tiny_case import write_case, write_whole_case

NUMBER = "临文综罚〔2026〕77号"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = staffed(tmp_path / "home", zhou=Role.DEPOSITOR, ye=Role.DEPOSITOR, wang=Role.EXAMINER)
    yield opened
    opened.close()


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return write_whole_case(tmp_path / "case")


class StopAt(Silent):
    """Somebody stops the work where a step begins."""

    def __init__(self, step: str) -> None:
        super().__init__()
        self._step = step

    def begin(self, code: str, total: int | None = None, files: int = 0, **values: Value) -> None:
        if code == self._step:
            raise Stopped("work.stopped")


def test_a_depositor_hands_in_and_sees_what_became_of_it(archive: Archive, case: Path) -> None:
    done = ingest(session(archive, "zhou"), case, jobs=1)
    assert (done.case_number, done.resumed, done.sealed) == (NUMBER, False, True)
    assert as_document(done)["sip"] == str(case)
    (own,) = list_own(session(archive, "zhou")).deposits
    assert (own.case_number, own.objid, own.state, own.sealed) == (NUMBER, done.objid, "kept", True)
    assert own.files == len(list(case.iterdir()))
    assert set(own.reasons) == {finding.code for finding in own.findings} != set()
    assert entries(archive)[-1]["action"] == "deposits.viewed"
    assert {entry["actor"] for entry in entries(archive, "ingest.started", "case.registered")} == {"zhou"}


def test_what_others_handed_in_is_not_shown_and_not_told_of(archive: Archive, case: Path) -> None:
    done = ingest(session(archive), case, jobs=1)
    assert list_own(session(archive, "zhou")).deposits == ()
    for name in (NUMBER, done.objid, "临文综罚〔2026〕1号"):
        with pytest.raises(Refused, match=r"ingest\.none-of-yours"):
            list_own(session(archive, "zhou"), name)
    (own,) = list_own(session(archive), NUMBER).deposits
    assert own.objid == done.objid
    looks = [(entry["actor"], entry["subject"]) for entry in entries(archive, "deposits.viewed")]
    assert looks[-1][1] == done.objid
    assert {subject for _, subject in looks[:-1]} == {archive.home.settings.archive_id}


def test_what_was_refused_is_shown_with_the_reasons(archive: Archive, case: Path, tmp_path: Path) -> None:
    unreadable = write_case(tmp_path / "wrong", closed="2026-01-01")
    with pytest.raises(Refused):
        ingest(session(archive, "zhou"), unreadable, jobs=1)
    unexplained = write_case(tmp_path / "unexplained", acceptances=[])
    with pytest.raises(Refused):
        ingest(session(archive, "zhou"), unexplained, jobs=1)
    later, first = list_own(session(archive, "zhou")).deposits
    assert (first.source, first.state, first.objid) == ("wrong", "refused", "")
    assert "case.closed-before-start" in first.reasons
    assert (later.case_number, later.state, later.sealed) == (NUMBER, "refused", None)
    assert "rule.document-missing" in {finding.code for finding in later.findings}


def test_an_unfinished_ingest_is_shown_and_goes_on(archive: Archive, case: Path) -> None:
    with pytest.raises(Stopped):
        ingest(session(archive, "zhou", StopAt("ingest.step-describe")), case, jobs=1)
    (own,) = list_own(session(archive, "zhou")).deposits
    assert (own.state, own.ended) == ("under-way", "")
    assert ingest(session(archive, "zhou"), case, jobs=1).resumed
    (own,) = list_own(session(archive, "zhou")).deposits
    assert own.state == "kept"


def test_who_went_on_with_it_handed_it_in_as_well(
    archive: Archive, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Stopped):
        ingest(session(archive, "zhou", StopAt("ingest.step-describe")), case, jobs=1)
    ingest(session(archive, "ye"), case, jobs=1)
    refused = write_case(case.parent / "later", closed="2026-01-01")
    for user in ("zhou", "ye"):
        with pytest.raises(Refused):
            ingest(session(archive, user), refused, jobs=1)
    monkeypatch.setattr("preserve.services.deposits.MOST", 1)
    for user in ("zhou", "ye"):
        newest = list_own(session(archive, user))
        assert [own.state for own in newest.deposits] == ["refused"]
        assert newest.more
        assert [own.state for own in list_own(session(archive, user), NUMBER).deposits] == ["kept"]


def test_an_unfinished_ingest_is_given_up_by_who_takes_in(archive: Archive, case: Path) -> None:
    with pytest.raises(Stopped):
        ingest(session(archive, "zhou", StopAt("ingest.step-describe")), case, jobs=1)
    with pytest.raises(NotPermitted):
        ingest(session(archive, "ye"), case, jobs=1, restart=True)
    done = ingest(session(archive), case, jobs=1, restart=True)
    (own,) = list_own(session(archive, "zhou")).deposits
    assert own.state == "abandoned"
    assert own.objid != done.objid


@pytest.mark.parametrize("user", ["wang", "security", "nobody-known"])
def test_who_may_not_hand_in_is_refused_on_record(archive: Archive, case: Path, user: str) -> None:
    before = len(entries(archive))
    with pytest.raises(NotPermitted):
        ingest(session(archive, user), case, jobs=1)
    with pytest.raises(NotPermitted):
        list_own(session(archive, user))
    assert [entry["action"] for entry in entries(archive)[before:]] == ["access.denied"] * 2


def test_what_is_asked_of_many_is_what_is_asked_of_each(archive: Archive, tmp_path: Path) -> None:
    """One whole, one that has lost its copy, one that was stopped, one of which nothing was begun."""
    whole, lost = (
        ingest(session(archive), write_case(tmp_path / str(number), case_number=f"{number}号"), jobs=1)
        for number in (1, 2)
    )
    with pytest.raises(Stopped):
        ingest(session(archive).watched(StopAt("ingest.step-seal")), write_case(tmp_path / "3", case_number="3号"))
    with pytest.raises(Refused):
        ingest(session(archive), write_case(tmp_path / "4", closed="2026-01-01"), jobs=1)
    with archive.catalogue.begin() as connection:
        (copy,) = holdings.copies_of(connection, lost.objid)
        holdings.set_copy(connection, replace(copy, state="lost"), actor="li", moment=now())
    listed = list_own(session(archive)).deposits
    assert [(one.source or one.case_number, one.state, one.sealed) for one in listed] == [
        ("4", "refused", None),
        ("3号", "under-way", None),
        ("2号", "kept", False),
        ("1号", "kept", True),
    ]
    assert [list_own(session(archive), f"{number}号").deposits for number in (1, 2, 3)] == [
        (listed[3],),
        (listed[2],),
        (listed[1],),
    ]
    newest, profile = {whole.objid: 1, lost.objid: 1}, read_policy(archive.home.profiles)
    with archive.catalogue.read() as connection:
        together = standings(connection, newest, profile)
        assert together == {objid: standing(connection, objid, 1, profile) for objid in newest}
    assert [together[done.objid].sealed for done in (whole, lost)] == [True, False]
