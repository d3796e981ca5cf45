"""Logging in by password and key: whatever is not the right key, in time, at this address, counts as a wrong password."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from preserve.administration import acting_tokens, passwords
from preserve.administration.adding_keys import add_key, begin_key, relying, remove_key
from preserve.administration.appointing import add_person
from preserve.administration.duties import Role
from preserve.administration.login_keys import Answer, Asked, ask, open_by_answer
from preserve.administration.passwords import check_password, log_in, reset_password, set_password
from preserve.administration.people import Person
from preserve.administration.people_profile import read_people_profile
from preserve.administration.proving import Claim, KeyWanted
from preserve.administration.second_factor import end_factor_of
from preserve.clock import now
from preserve.data_management import ledger, logins, security_keys
from preserve.data_management.database import Catalogue
from preserve.errors import NotFound, NotIntact, NotPermitted
from tests.support.catalogues import new_catalogue
from tests.support.security_key import SecurityKey

PASSWORD = "correct horse battery"
HOME = "10.0.0.7"
ORIGIN = "https://archive.example"
HERE = relying(ORIGIN, ("archive.example",))
RULES = read_people_profile(None)
SECURITY = Person("security", "沈安全", frozenset({Role.SECURITY_ADMINISTRATOR}))


@dataclass
class Door:
    """A catalogue with two people, and a clock that can be put forward."""

    catalogue: Catalogue
    moment: datetime = field(default_factory=now)

    def registered(self, account: str) -> SecurityKey:
        key = SecurityKey()
        given = {"institution": "临江市文化局", "asker": "token", "moment": self.moment}
        options = begin_key(self.catalogue, account, "key", HERE, **given)
        add_key(self.catalogue, account, key.create(options, ORIGIN), asker="token", moment=self.moment)
        return key

    def asked(self, account: str, address: str = HOME) -> Asked:
        claim = Claim(account, PASSWORD, address=address)
        with pytest.raises(KeyWanted) as wanted:
            acting_tokens.open_session(self.catalogue, claim, RULES, self.moment)
        return ask(self.catalogue, wanted.value, claim, HERE, self.moment)

    def code(self, asked: Asked, signed: str, address: str = HOME) -> str:
        """Why this answer opens nothing; empty where it opens a session."""
        answer = Answer(asked.number, signed, address=address)
        try:
            given = open_by_answer(self.catalogue, answer, RULES, self.moment)
        except NotPermitted as error:
            return error.code
        assert given.row.scopes is None, "a session with every duty of the account"
        return ""

    def count(self, action: str) -> int:
        with self.catalogue.read() as connection:
            return len(ledger.of_action(connection, action))


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    from argon2 import PasswordHasher

    # A stored hash says by itself what it costs to verify: only the making is cheapened.
    monkeypatch.setattr(passwords, "hash_password", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash)
    catalogue = new_catalogue(tmp_path / "catalogue.sqlite")
    for name, person in (("wang", "王馆长"), ("li", "李整理")):
        first = add_person(catalogue, name, person=person, roles=["head"], os_user="", actor=SECURITY, moment=now())
        set_password(catalogue, name, first, PASSWORD, now())
    yield Door(catalogue)
    catalogue.close()


def test_the_right_key_opens_and_its_count_is_kept(door: Door) -> None:
    key = door.registered("wang")
    asked = door.asked("wang")
    assert door.code(asked, key.get(asked.options, ORIGIN)) == ""
    assert door.code(asked, key.get(asked.options, ORIGIN)) == "people.login-over", "each try has one answer"
    asked = door.asked("wang")
    assert door.code(asked, key.get(asked.options, ORIGIN)) == ""
    with door.catalogue.read() as connection:
        (row,) = security_keys.of(connection, "wang")
    assert row.sign_count == key.count == 3 and row.used
    key.count = 1  # a copy that was made of the key has signed less often
    asked = door.asked("wang")
    assert door.code(asked, key.get(asked.options, ORIGIN)) == "people.password-wrong"
    assert (door.count(security_keys.ASKED), door.count(logins.LOGIN_REFUSED)) == (3, 1)


def test_nobody_elses_answer_opens(door: Door) -> None:
    key, other = door.registered("wang"), door.registered("li")
    asked = door.asked("li")
    assert door.code(asked, other.get(asked.options, ORIGIN)) == ""
    asked = door.asked("wang")
    assert door.code(asked, other.get(asked.options, ORIGIN)) == "people.password-wrong"
    asked = door.asked("wang")
    posing = SecurityKey(id=key.id)
    assert door.code(asked, posing.get(asked.options, ORIGIN)) == "people.password-wrong"
    asked = door.asked("wang")
    assert door.code(asked, key.get(asked.options, "https://archive.example.evil")) == "people.password-wrong"
    asked = door.asked("wang")
    assert door.code(asked, key.get(asked.options, ORIGIN, host="evil.example")) == "people.password-wrong"


@pytest.mark.parametrize("signed", ["", "{}", "[]", "null", '{"response": {"clientDataJSON": "____"}}', "{" * 10_000])
def test_what_is_no_answer_opens_nothing(door: Door, signed: str) -> None:
    door.registered("wang")
    assert door.code(door.asked("wang"), signed) == "people.password-wrong"


def test_an_answer_without_its_signature_opens_nothing(door: Door) -> None:
    key = door.registered("wang")
    asked = door.asked("wang")
    answer = json.loads(key.get(asked.options, ORIGIN))
    del answer["response"]["signature"]
    assert door.code(asked, json.dumps(answer)) == "people.password-wrong"


def test_an_answer_belongs_to_its_try(door: Door) -> None:
    key = door.registered("wang")
    one, two = door.asked("wang"), door.asked("wang")
    assert door.code(one, key.get(two.options, ORIGIN)) == "people.password-wrong"
    assert door.code(two, key.get(two.options, ORIGIN), address="10.0.0.66") == "people.login-over"
    late = door.asked("wang")
    door.moment += timedelta(minutes=5, seconds=1)
    assert door.code(late, key.get(late.options, ORIGIN)) == "people.login-over"


def test_tries_without_an_answer_close_the_account_as_wrong_passwords_do(door: Door) -> None:
    key = door.registered("wang")
    asked = [door.asked("wang", "10.0.0.66") for _ in range(5)]
    with pytest.raises(NotPermitted, match=r"people\.password-wrong"):
        acting_tokens.open_session(door.catalogue, Claim("wang", PASSWORD, address="10.0.0.66"), RULES, door.moment)
    assert door.code(asked[3], key.get(asked[3].options, ORIGIN), "10.0.0.66") == "people.password-wrong", (
        "it is locked"
    )
    assert door.code(asked[4], key.get(asked[4].options, ORIGIN), "10.0.0.66") == "", "the last one may still answer"


def test_what_changed_meanwhile_is_seen(door: Door) -> None:
    key = door.registered("wang")
    asked = door.asked("wang")
    reset_password(door.catalogue, "wang", actor=SECURITY, moment=door.moment)
    assert door.code(asked, key.get(asked.options, ORIGIN)) == "people.password-wrong"


def test_a_removed_key_opens_nothing(door: Door) -> None:
    key, second = door.registered("wang"), SecurityKey()
    options = begin_key(door.catalogue, "wang", "spare", HERE, institution="", asker="token", moment=door.moment)
    add_key(door.catalogue, "wang", second.create(options, ORIGIN), asker="token", moment=door.moment)
    asked = door.asked("wang")
    with door.catalogue.read() as connection:
        (identifier,) = (row.id for row in security_keys.of(connection, "wang") if row.name == "key")
    remove_key(door.catalogue, "wang", identifier, door.moment)
    assert door.code(asked, key.get(asked.options, ORIGIN)) == "people.password-wrong"
    asked = door.asked("wang")
    assert door.code(asked, second.get(asked.options, ORIGIN)) == ""


def test_a_key_cannot_be_passed_by_at_the_command_line(door: Door) -> None:
    door.registered("wang")
    with pytest.raises(NotPermitted, match=r"people\.key-wanted"):
        log_in(door.catalogue, "wang", PASSWORD, door.moment)
    with pytest.raises(NotPermitted, match=r"people\.key-wanted"):
        log_in(door.catalogue, "wang", PASSWORD, door.moment, code="000000")
    assert check_password(door.catalogue, "wang", PASSWORD, door.moment, HOME), "again, by who is logged in"


def test_rows_that_were_put_in_or_taken_away_let_nobody_in(door: Door) -> None:
    door.registered("wang")
    with door.catalogue.begin() as connection:
        connection.exec_driver_sql("DELETE FROM security_keys")
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        log_in(door.catalogue, "wang", PASSWORD, door.moment)
    end_factor_of(door.catalogue, "wang", actor=SECURITY, moment=door.moment)
    assert log_in(door.catalogue, "wang", PASSWORD, door.moment), "who appoints ends what nobody can log in by"
    with pytest.raises(NotFound, match=r"people\.no-factor"):
        end_factor_of(door.catalogue, "wang", actor=SECURITY, moment=door.moment)
