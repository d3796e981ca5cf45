"""The ledger and the catalogue as a whole: proved, signed, exported, made again, by whom it may be."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted, Refused
from preserve.home import acting_person
from preserve.services.catalogue import rebuild
from preserve.services.documents import as_document
from preserve.services.ledger import checkpoint, export, prove, verify
from preserve.services.session import Session, SystemUser
from tests.support.people import entries, session, staffed


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = staffed(
        tmp_path / "home", song=Role.AUDITOR, shi=Role.SYSTEM_ADMINISTRATOR, zhou=Role.DEPOSITOR, wang=Role.EXAMINER
    )
    yield opened
    opened.close()


def at_home(archive: Archive, user: str = "") -> Session:
    """As the command line comes to what must work on a damaged catalogue: with the home alone."""
    return Session(SystemUser(user or acting_person()), "en", opened_home=archive.home)


def test_an_export_names_people_and_is_recorded_within_itself(archive: Archive) -> None:
    stream = io.StringIO()
    exported = export(session(archive, "song"), stream)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert exported.entries == len(lines)
    last = lines[-1]
    assert (last["action"], last["actor"], last["subject"]) == (
        "ledger.viewed",
        "song",
        archive.home.settings.archive_id,
    )
    assert last["details"] == {"entries": len(lines) - 1}


def test_an_export_goes_into_a_new_file(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    assert export(session(archive), file).entries == len(file.read_text(encoding="utf-8").splitlines())
    with pytest.raises(Refused):
        export(session(archive), file)


@pytest.mark.parametrize("user", ["zhou", "shi", "nobody-known"])
def test_who_may_not_report_gets_nothing(archive: Archive, user: str, tmp_path: Path) -> None:
    stream = io.StringIO()
    with pytest.raises(NotPermitted):
        export(session(archive, user), stream)
    with pytest.raises(NotPermitted):
        prove(session(archive, user), "aip-x", tmp_path / "proof")
    with pytest.raises(NotPermitted):
        verify(at_home(archive, user))
    assert stream.getvalue() == ""
    assert len(entries(archive, "access.denied")) == 3
    assert entries(archive, "ledger.viewed") == []


def test_a_checkpoint_is_for_who_keeps_or_reports(archive: Archive) -> None:
    for user in ("shi", "song", ""):
        signed = checkpoint(session(archive, user))
        assert signed.text.startswith(signed.note)
    with pytest.raises(NotPermitted):
        checkpoint(session(archive, "zhou"))
    assert list((archive.home.store / "ledger").glob("segment-*.jsonl"))


def test_verifying_is_written_down(archive: Archive) -> None:
    report = verify(at_home(archive, "song"))
    assert (report.status, report.findings) == (0, ())
    assert as_document(report)["time_stamps"] == []
    (entry,) = entries(archive, "ledger.verified")
    assert (entry["actor"], entry["details"]["findings"]) == ("song", 0)


def test_the_catalogue_is_made_again_by_who_keeps(archive: Archive) -> None:
    with pytest.raises(NotPermitted):
        rebuild(at_home(archive, "wang"))
    checkpoint(session(archive))
    before = len(entries(archive))
    archive.close()
    report = rebuild(at_home(archive, "shi"))
    assert report.entries >= before
    assert report.ledger_from_old_catalogue


@pytest.mark.sqlite
def test_a_missing_catalogue_stops_nobody_from_mending_it(archive: Archive) -> None:
    checkpoint(session(archive))
    archive.close()
    for file in archive.home.path.glob("catalogue.sqlite*"):
        file.unlink()
    report = rebuild(at_home(archive, "nobody-known"))
    assert (report.cases, report.ledger_from_old_catalogue) == (0, False)
