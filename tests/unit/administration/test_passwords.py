"""Logging in: one answer for whatever is wrong, five tries and a lock, and tokens that end with their password."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from argon2 import PasswordHasher

from preserve.administration import passwords
from preserve.administration.appointing import add_person, change_person
from preserve.administration.duties import Role
from preserve.administration.passwords import (
    first_password,
    hash_password,
    log_in,
    log_out,
    reset_password,
    set_password,
)
from preserve.administration.people import Person, recognise
from preserve.administration.proving import NOBODYS
from preserve.clock import now
from preserve.data_management import ledger, logins
from preserve.data_management.database import Catalogue
from preserve.errors import NotPermitted, Refused
from tests.support.catalogues import new_catalogue

GOOD = "correct horse battery"
SECURITY = Person("security", "沈安全", frozenset({Role.SECURITY_ADMINISTRATOR}))
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Door(NamedTuple):
    """A catalogue with one account, and its first password."""

    catalogue: Catalogue
    first: str


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    # A stored hash says by itself what it costs to verify: only the making is cheapened.
    monkeypatch.setattr(passwords, "hash_password", _CHEAP.hash)
    catalogue = new_catalogue(tmp_path / "catalogue.sqlite")
    first = add_person(catalogue, "wang", person="王审核", roles=["examiner"], os_user="", actor=SECURITY, moment=now())
    yield Door(catalogue, first)
    catalogue.close()


def recognised(catalogue: Catalogue, token: str) -> str:
    with catalogue.read() as connection:
        return recognise(connection, "nobody", token, now()).account


def code(catalogue: Catalogue, name: str, password: str, after: timedelta = timedelta()) -> str:
    try:
        log_in(catalogue, name, password, now() + after)
    except NotPermitted as error:
        return error.code
    return ""


def test_the_first_password_must_be_changed_and_then_opens(door: Door) -> None:
    catalogue, first = door
    assert code(catalogue, "wang", first) == "people.password-must-change"
    set_password(catalogue, "wang", first, GOOD, now())
    token, ends = log_in(catalogue, "wang", GOOD, now())
    assert recognised(catalogue, token) == "wang"
    assert timedelta(hours=11) < ends - now() <= timedelta(hours=12)
    assert code(catalogue, "wang", first) == "people.password-wrong"


def test_a_weak_password_is_refused_and_the_old_one_stays(door: Door) -> None:
    catalogue, first = door
    for weak in ("short", "x" * 11, first, "this-is-WANG-himself"):
        with pytest.raises(Refused, match=r"people\.password-weak"):
            set_password(catalogue, "wang", first, weak, now())
    set_password(catalogue, "wang", first, "x" * 12, now())
    with pytest.raises(NotPermitted, match=r"people\.password-wrong"):
        set_password(catalogue, "wang", first, GOOD, now())


def test_five_wrong_tries_lock_the_account_for_a_quarter_of_an_hour(door: Door) -> None:
    catalogue, first = door
    set_password(catalogue, "wang", first, GOOD, now())
    for _ in range(4):
        assert code(catalogue, "wang", "wrong") == "people.password-wrong"
    assert code(catalogue, "wang", GOOD) == "", "the fifth try is still free"
    for _ in range(5):
        assert code(catalogue, "wang", "wrong") == "people.password-wrong"
    assert code(catalogue, "wang", GOOD) == "people.password-wrong"
    assert code(catalogue, "wang", GOOD, timedelta(minutes=14)) == "people.password-wrong"
    assert code(catalogue, "wang", GOOD, timedelta(minutes=16)) == ""
    with catalogue.read() as connection:
        refused = [entry.details["locked"] for entry in ledger.of_action(connection, logins.LOGIN_REFUSED)]
    assert refused.count(True) == 1


def test_the_answer_tells_nothing_of_who_there_is(door: Door) -> None:
    catalogue, first = door
    set_password(catalogue, "wang", first, GOOD, now())
    change_person(catalogue, "wang", roles=None, os_user=None, state="suspended", actor=SECURITY, moment=now())
    assert {code(catalogue, name, GOOD) for name in ("wang", "nobody", "", "王审核")} == {"people.password-wrong"}
    assert NOBODYS.split("$")[:4] == hash_password(GOOD).split("$")[:4], "a try on nobody costs what any costs"


def test_tokens_end_with_their_password_and_with_the_session(door: Door) -> None:
    catalogue, first = door
    set_password(catalogue, "wang", first, GOOD, now())
    token, _ = log_in(catalogue, "wang", GOOD, now())
    log_out(catalogue, "wang", now())
    with pytest.raises(NotPermitted, match=r"people\.token-unknown"):
        recognised(catalogue, token)
    token, _ = log_in(catalogue, "wang", GOOD, now())
    second = reset_password(catalogue, "wang", actor=SECURITY, moment=now())
    with pytest.raises(NotPermitted, match=r"people\.token-unknown"):
        recognised(catalogue, token)
    assert code(catalogue, "wang", GOOD) == "people.password-wrong"
    assert code(catalogue, "wang", second) == "people.password-must-change"


def test_first_passwords_are_long_and_never_the_same() -> None:
    passwords_given_out = [first_password()[0] for _ in range(2)]
    assert len(set(passwords_given_out)) == 2
    assert min(map(len, passwords_given_out)) >= 20
