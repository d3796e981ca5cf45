"""The password again: a proof is of one account, login, deed, object and digest, for five minutes, and used once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from preserve.administration.confirming import Deed, require_proof
from preserve.administration.duties import Duty, Role
from preserve.administration.passwords import log_in, reset_password, set_password
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management.archive import Archive
from preserve.data_management.tables import spent_proofs
from preserve.errors import ConfirmNeeded, NotPermitted, Refused
from preserve.services.confirm import confirm, confirmed
from preserve.services.operation import OPERATIONS, Operation, command
from preserve.services.session import Session, Token
from tests.support.office import PASSWORD
from tests.support.people import entries, staffed

NUMBER = "2026-0001"
_SECURITY = Person("security", "某security", frozenset({Role.SECURITY_ADMINISTRATOR}))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    opened = staffed(tmp_path_factory.mktemp("confirm") / "home", head=Role.HEAD, other=Role.HEAD)
    for name in ("head", "other"):
        first = reset_password(opened.catalogue, name, actor=_SECURITY, moment=now())
        set_password(opened.catalogue, name, first, PASSWORD, now())
    yield opened
    opened.close()


@pytest.fixture
def decide() -> Iterator[Operation[Any, str]]:
    before = dict(OPERATIONS)

    @command("deed.decide", duty=Duty.DECIDE, subject="number", confirmed=True)
    def decide(session: Session, number: str, *, seen: str = "", wrong: bool = False) -> str:
        for _ in range(2):  # an attempt of two transactions is one deed
            with session.archive.catalogue.begin():
                if wrong:
                    raise Refused("deed.wrong", number)
        return number

    yield decide
    OPERATIONS.clear()
    OPERATIONS.update(before)


def browser(archive: Archive, name: str = "head") -> Session:
    """A session that came through a door with sessions."""
    token, _ = log_in(archive.catalogue, name, PASSWORD, now())
    return Session(Token(token), opened=archive, opened_home=archive.home, again=True)


def test_a_decision_wants_the_password_once_more(archive: Archive, decide: Operation[Any, str]) -> None:
    session = browser(archive)
    with pytest.raises(ConfirmNeeded) as raised:
        decide(session, NUMBER)
    assert raised.value.code == "people.confirm-needed" and raised.value.where == NUMBER
    assert decide(confirmed(session, PASSWORD, ("deed.decide", NUMBER)), NUMBER) == NUMBER
    assert decide(replace(session, again=False), NUMBER) == NUMBER, "a door without sessions asks for nothing more"


def test_a_proof_is_of_this_deed_object_login_and_account(archive: Archive, decide: Operation[Any, str]) -> None:
    session = browser(archive)
    given = confirmed(session, PASSWORD, ("deed.decide", NUMBER))
    others = [
        replace(browser(archive), proofs=given.proofs),  # the same person, logged in elsewhere
        replace(browser(archive, "other"), proofs=given.proofs),
        confirmed(session, PASSWORD, ("request.refuse", NUMBER)),
        confirmed(session, PASSWORD, ("deed.decide", "2026-0002")),
        confirmed(session, PASSWORD, ("deed.decide", NUMBER, "a" * 64)),
        replace(
            session,
            proofs=(
                "",
                "x",
                "99999999999." + "0" * 64,
                given.proofs[0][:-1],
                "１２." + "0" * 64,
                given.proofs[0] + "é",
            ),
        ),
    ]
    for other in others:
        with pytest.raises(ConfirmNeeded):
            decide(other, NUMBER)


def test_a_proof_is_of_the_record_that_was_seen(archive: Archive, decide: Operation[Any, str]) -> None:
    given = confirmed(browser(archive), PASSWORD, ("deed.decide", NUMBER, "a" * 64))
    for seen in ("", "b" * 64):
        with pytest.raises(ConfirmNeeded):
            decide(given, NUMBER, seen=seen)
    assert decide(given, NUMBER, seen="a" * 64) == NUMBER


def test_a_proof_is_used_once(archive: Archive, decide: Operation[Any, str]) -> None:
    given = confirmed(browser(archive), PASSWORD, ("deed.decide", NUMBER))
    with pytest.raises(Refused):
        decide(given, NUMBER, wrong=True)
    assert decide(given, NUMBER) == NUMBER, "what was refused did nothing, and spent nothing"
    with pytest.raises(ConfirmNeeded):
        decide(given, NUMBER)


def test_of_two_at_once_with_one_proof_one_is_done(archive: Archive, decide: Operation[Any, str]) -> None:
    given = confirmed(browser(archive), PASSWORD, ("deed.decide", NUMBER))
    begin, done = threading.Barrier(8), list[str]()

    def attempt() -> None:
        begin.wait(30)
        try:
            done.append(decide(given, NUMBER))
        except ConfirmNeeded:
            done.append("")

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [""] * 7 + [NUMBER]


def test_what_is_spent_is_forgotten_once_it_holds_no_more(archive: Archive, decide: Operation[Any, str]) -> None:
    with archive.catalogue.begin() as connection:
        connection.execute(insert(spent_proofs).values(proof="old", attempt="x", until="2026-01-01T00:00:00Z"))
    decide(confirmed(browser(archive), PASSWORD, ("deed.decide", NUMBER)), NUMBER)
    with archive.catalogue.read() as connection:
        assert "old" not in connection.execute(select(spent_proofs.c.proof)).scalars().all()


def test_several_deeds_are_confirmed_at_once(archive: Archive, decide: Operation[Any, str]) -> None:
    many = confirmed(browser(archive), PASSWORD, *(("deed.decide", f"2026-{number:04}") for number in range(5)))
    assert [decide(many, f"2026-{number:04}") for number in range(5)][-1] == "2026-0004"


def test_a_proof_ends_after_five_minutes_and_says_no_later_end(archive: Archive) -> None:
    session, deed = browser(archive), Deed("deed.decide", NUMBER)
    (proof,) = confirm(session, [deed], PASSWORD).proofs
    later = str(int(proof.partition(".")[0]) + 600)
    with archive.catalogue.read() as connection:
        require_proof(connection, "head", session.login, deed, [proof], now() + timedelta(minutes=4))
        for held, when in ((proof, 6), (f"{later}.{proof.partition('.')[2]}", 6)):
            with pytest.raises(ConfirmNeeded):
                moment = now() + timedelta(minutes=when)
                require_proof(connection, "head", session.login, deed, [held], moment)


def test_a_proof_ends_with_the_password(archive: Archive, decide: Operation[Any, str]) -> None:
    session, deed = browser(archive, "other"), Deed("deed.decide", NUMBER)
    (proof,) = confirm(session, [deed], PASSWORD).proofs
    set_password(archive.catalogue, "other", PASSWORD, PASSWORD + "-2", now())
    set_password(archive.catalogue, "other", PASSWORD + "-2", PASSWORD, now())
    with archive.catalogue.read() as connection, pytest.raises(ConfirmNeeded):
        require_proof(connection, "other", session.login, deed, [proof], now())


def test_a_wrong_password_counts_as_a_wrong_login(archive: Archive) -> None:
    session = browser(archive, "other")
    for _ in range(5):
        with pytest.raises(NotPermitted) as raised:
            confirmed(session, "not the password", ("deed.decide", NUMBER))
        assert raised.value.code == "people.confirm-wrong"
    with pytest.raises(NotPermitted):
        confirmed(session, PASSWORD, ("deed.decide", NUMBER))  # locked
    refused = [entry for entry in entries(archive, "person.login-refused") if entry["subject"] == "other"]
    assert len(refused) == 6
