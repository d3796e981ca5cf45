"""People as operations: who is nobody yet logs in, a delegation lasts through its last day, and nobody logs out unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration.founding import found
from preserve.clock import parse
from preserve.data_management import ledger
from preserve.data_management.archive import open_archive
from preserve.errors import NotPermitted
from preserve.home import acting_person
from preserve.services import people
from preserve.services.session import Session, SystemUser, Token

PASSWORD = "long-enough-and-not-the-name"


@pytest.fixture
def founder(tmp_path: Path) -> Iterator[Session]:
    path = tmp_path / "home"
    found(path, institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh")
    archive = open_archive(path)
    yield Session(SystemUser(acting_person()), opened=archive, opened_home=archive.home)
    archive.close()


def appoint(by: Session, account: str, person: str, role: str) -> Session:
    """Make an account, choose its password, and log in."""
    nobody = replace(by, credentials=None)
    first = people.add(by, account, person=person, roles=[role]).password
    people.set_password(nobody, account, first, PASSWORD)
    return replace(by, credentials=Token(people.log_in(nobody, account, PASSWORD).token))


def actions(session: Session, after: int = 0) -> list[str]:
    with session.archive.catalogue.read() as connection:
        return [entry.action for entry in ledger.entries(connection, after + 1)]


def test_people_are_appointed_and_log_in(founder: Session) -> None:
    security = appoint(founder, "security", "沈安全", "security-administrator")
    appoint(security, "head", "李局长", "head")
    known = people.list_people(security)
    assert sorted(row.name for row in known.accounts) == ["head", "security"]
    with pytest.raises(NotPermitted):
        people.add(founder, "other", person="某某", roles=["archivist"])


def test_a_wrong_password_is_refused_as_such(founder: Session) -> None:
    nobody = replace(founder, credentials=None)
    appoint(founder, "security", "沈安全", "security-administrator")
    before = len(actions(founder))
    with pytest.raises(NotPermitted, match=r"people\.password-wrong"):
        people.log_in(nobody, "security", "not the password")
    assert actions(founder, before) == ["person.login-refused"]


def test_a_login_tells_of_what_was_done_with_the_account(founder: Session) -> None:
    security = appoint(founder, "security", "沈安全", "security-administrator")
    appoint(security, "head", "李局长", "head")
    nobody = replace(founder, credentials=None)
    first = people.reset(security, "head").password
    people.set_password(nobody, "head", first, PASSWORD + "2")
    news = people.log_in(nobody, "head", PASSWORD + "2").findings
    assert {finding.code for finding in news} == {"people.last-login", "people.was-reset"}


def test_a_delegation_lasts_through_the_whole_of_its_last_day(founder: Session) -> None:
    security = appoint(founder, "security", "沈安全", "security-administrator")
    head = appoint(security, "head", "李局长", "head")
    appoint(security, "wang", "王审核", "examiner")
    archive = founder.archive
    last = archive.today() + timedelta(days=3)
    delegation = people.delegate(head, "wang", until=last, reason="出差")
    end = parse(delegation.until)
    assert end.astimezone(archive.zone).date() == last + timedelta(days=1)
    assert (end - timedelta(seconds=1)).astimezone(archive.zone).date() == last
    assert [row.deputy for row in people.list_people(head).delegations] == ["wang"]
    people.end_delegation(head, "wang")
    assert people.list_people(head).delegations == ()


def test_only_who_is_recognised_logs_out(founder: Session) -> None:
    security = appoint(founder, "security", "沈安全", "security-administrator")
    assert people.log_out(security).account == "security"
    before = len(actions(founder))
    for credentials in (security.credentials, None):
        with pytest.raises(NotPermitted):
            people.log_out(replace(founder, credentials=credentials))
    assert actions(founder, before) == ["access.denied", "access.denied"]
