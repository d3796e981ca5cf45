"""The auditor reads what was done and who looked; of details only those that say nothing of a case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management import ledger
from preserve.data_management.archive import Archive
from preserve.errors import NotFound, NotPermitted, UsageError
from preserve.home import acting_person
from preserve.services import audit_trail
from preserve.services.audit_trail import Filter
from preserve.services.session import Session
from tests.support.sessions import appoint, entries, founded


@pytest.fixture(scope="module")
def auditor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    archive = founded(tmp_path_factory.mktemp("audited"))
    appoint(archive, "security", Role.SECURITY_ADMINISTRATOR)
    session = appoint(archive, "auditor", Role.AUDITOR)
    _note(archive, "hold.added", reason="涉案人张某", file="口供.mp4", until="2027-01-01T00:00:00Z", locked=False)
    yield session
    archive.close()


def _note(archive: Archive, action: str, **details: object) -> None:
    with archive.catalogue.begin() as connection:
        ledger.append(
            connection, action=action, subject="AIP-1", actor="security", details=details, moment=archive.now()
        )


def test_details_say_nothing_of_a_case(auditor: Session) -> None:
    (held,) = audit_trail.entries(auditor, Filter(action="hold.added")).entries
    assert held.details == {"locked": "false", "until": "2027-01-01T00:00:00Z"}


def test_entries_are_filtered_by_the_bureaus_days(auditor: Session) -> None:
    today = auditor.archive.today()
    all_of_today = audit_trail.entries(auditor, Filter(since=today, until=today)).entries
    assert "archive.founded" in {entry.action for entry in all_of_today}
    assert audit_trail.entries(auditor, Filter(until=today - timedelta(days=1))).entries == ()
    assert audit_trail.entries(auditor, Filter(person="auditor", which="looks")).entries[0].action == "ledger.viewed"
    with pytest.raises(UsageError, match=r"audit\.place-unknown"):
        audit_trail.entries(auditor, Filter(), after="x")


def test_the_overview_counts_since_the_visit_before(auditor: Session, tmp_path: Path) -> None:
    with pytest.raises(NotPermitted):
        audit_trail.overview(replace(auditor, credentials=None))
    told = {group.name: group for group in audit_trail.overview(auditor).told}
    assert told["refused"].count >= 1 and told["refused"].entries[0].action == "access.denied"
    assert told["appointed"].count == 2
    assert told["destroyed"].entries == ()


def test_one_person_is_found_the_founder_too(auditor: Session) -> None:
    found = audit_trail.person(auditor, acting_person(), which="deeds")
    assert found.account is None and found.entries
    assert audit_trail.person(auditor, "auditor").account is not None
    with pytest.raises(NotFound):
        audit_trail.person(auditor, "nobody")


def test_that_the_auditor_looked_is_recorded_once_for_a_while(auditor: Session) -> None:
    wanted = Filter(subject="once")
    audit_trail.entries(auditor, wanted)
    audit_trail.entries(auditor, wanted)
    found = [one for one in entries(auditor.archive) if one["details"].get("about") == "once"]
    assert [one["action"] for one in found] == ["ledger.viewed"]
