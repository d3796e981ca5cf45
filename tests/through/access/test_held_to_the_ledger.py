"""Accounts, delegations, passwords and tokens edited in the catalogue's file: whoever they concern does nothing."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration.appointing import add_person, change_person, delegate, end_delegations
from preserve.administration.passwords import hash_password, log_in, reset_password
from preserve.administration.people import Person, recognise, token_digest
from preserve.clock import now, stamp
from preserve.data_management import accounts, given_tokens, ledger, logins
from preserve.data_management.archive import open_archive
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.errors import NotIntact, NotPermitted
from preserve.home import acting_person, open_home
from preserve.services import people
from preserve.services.session import Session, Token
from tests.support.office import PASSWORD, staff
from tests.support.program import Archive, found


class Kept:
    """An archive with people, that copies are made of, and the tokens of its people."""

    def __init__(self, folder: Path) -> None:
        archive = found(folder / "home")
        self.home, self.tokens = archive.home, staff(archive, ("security", "head", "wang", "depositor"))
        desk = Desk(self.home, self.tokens)
        change_person(
            desk.catalogue, "wang", roles=None, os_user="wangsh", state="", actor=desk.person("security"), moment=now()
        )
        delegate(
            desk.catalogue,
            "wang",
            since=now() - timedelta(days=1),
            until=now() + timedelta(days=9),
            reason="出差",
            actor=desk.person("head"),
            moment=now(),
        )
        desk.catalogue.close()


class Desk:
    """One archive, and the people at it."""

    def __init__(self, home: Path, tokens: dict[str, str]) -> None:
        self.home, self.tokens = home, tokens
        self.catalogue: Catalogue = open_catalogue(open_home(home))

    def person(self, who: str) -> Person:
        with self.catalogue.read() as connection:
            return recognise(connection, acting_person(), self.tokens[who], now())

    def at_the_desk_of(self, os_user: str) -> Person:
        with self.catalogue.read() as connection:
            return recognise(connection, os_user, None, now())

    def edit(self, statement: str, *values: object) -> None:
        """What somebody with the file does."""
        with sqlite3.connect(self.home / "catalogue.sqlite") as file:
            assert file.execute(statement, values).rowcount == 1, statement

    def entries(self) -> int:
        with self.catalogue.read() as connection:
            return ledger.size(connection)

    def differences(self) -> list[tuple[str, object]]:
        with self.catalogue.read() as connection:
            found = [*accounts.compare(connection), *logins.compare(connection)]
            found += given_tokens.compare(connection, now())
            assert {one.code for one in found} <= {"ledger.contradicts-index"}
            return [(one.where, one.values["table"]) for one in found]

    def nothing_done(self, deed: Callable[[], object], table: str) -> None:
        """The deed is refused as the ledger contradicts this table, and leaves nothing behind."""
        before = self.entries()
        with pytest.raises(NotIntact) as told:
            deed()
        assert (told.value.code, told.value.values) == ("ledger.contradicts-index", {"table": table})
        assert self.entries() == before


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("held"))


@pytest.fixture
def desk(kept: Kept, tmp_path: Path) -> Desk:
    shutil.copytree(kept.home, tmp_path / "home")
    return Desk(tmp_path / "home", kept.tokens)


def test_an_archive_left_alone_agrees(desk: Desk) -> None:
    assert desk.differences() == []
    assert desk.at_the_desk_of("wangsh").deputy_of == "head"


CHANGES = [
    ("name", "wing"),
    ("person", "李局长"),
    ("roles", '["head"]'),
    ("roles", '["examiner", "head"]'),
    ("roles", "no list"),
    ("roles", "7"),
    ("os_user", "director"),
    ("os_user", ""),
    ("state", "suspended"),
    ("added", "2020-01-01T00:00:00Z"),
]


@pytest.mark.parametrize(("column", "value"), CHANGES)
def test_a_column_of_an_account_is_changed(desk: Desk, column: str, value: str) -> None:
    desk.edit(f"UPDATE accounts SET {column} = ? WHERE name = 'wang'", value)
    assert ("wang", "accounts") in desk.differences()
    desk.nothing_done(lambda: desk.person("wang"), "accounts")
    desk.nothing_done(lambda: desk.at_the_desk_of("wangsh"), "accounts")
    security = desk.person("security")
    for deed in (
        lambda: change_person(
            desk.catalogue, "wang", roles=["examiner"], os_user=None, state="", actor=security, moment=now()
        ),
        lambda: change_person(
            desk.catalogue, "head", roles=None, os_user=None, state="suspended", actor=security, moment=now()
        ),
        lambda: reset_password(desk.catalogue, "wang", actor=security, moment=now()),
        lambda: log_in(desk.catalogue, "wang", PASSWORD, now()),
        lambda: add_person(
            desk.catalogue, "new", person="新人", roles=["head"], os_user="", actor=security, moment=now()
        ),
        lambda: delegate(
            desk.catalogue,
            "wang",
            since=now(),
            until=now() + timedelta(days=1),
            reason="x",
            actor=desk.person("head"),
            moment=now(),
        ),
    ):
        desk.nothing_done(deed, "accounts")


def test_the_row_of_an_account_is_deleted(desk: Desk) -> None:
    desk.edit("DELETE FROM accounts WHERE name = 'wang'")
    assert desk.differences() == [("wang", "accounts")]  # the password is that of an account, which the ledger knows
    desk.nothing_done(lambda: desk.person("wang"), "accounts")
    desk.nothing_done(lambda: desk.at_the_desk_of("wangsh"), "accounts")
    security = desk.person("security")
    desk.nothing_done(lambda: reset_password(desk.catalogue, "wang", actor=security, moment=now()), "accounts")


def test_without_the_row_of_who_appoints_the_founder_does_not(desk: Desk) -> None:
    founder = desk.at_the_desk_of(acting_person())
    desk.edit("DELETE FROM accounts WHERE name = 'security'")
    desk.nothing_done(
        lambda: add_person(
            desk.catalogue, "mine", person="我", roles=["head"], os_user="", actor=founder, moment=now()
        ),
        "accounts",
    )


def test_a_row_that_no_entry_made(desk: Desk) -> None:
    desk.edit(
        "INSERT INTO accounts (name, person, roles, os_user, state, added) VALUES ('chief', '某', '[\"head\"]', 'chief', 'active', '2026-01-01T00:00:00Z')"
    )
    assert desk.differences() == [("chief", "accounts")]
    desk.nothing_done(lambda: desk.at_the_desk_of("chief"), "accounts")
    desk.edit("INSERT INTO credentials VALUES ('chief', ?, 0, 0, NULL)", hash_password("mine"))
    desk.nothing_done(lambda: log_in(desk.catalogue, "chief", "mine", now()), "accounts")
    assert desk.person("wang").deputy_of == "head", "others go on"


def test_the_founder_as_an_account_that_no_entry_made(desk: Desk) -> None:
    desk.edit(
        "INSERT INTO accounts (name, person, roles, os_user, state, added) VALUES (?, '某', '[\"head\"]', ?, 'active', '2026-01-01T00:00:00Z')",
        acting_person(),
        acting_person(),
    )
    desk.nothing_done(lambda: desk.at_the_desk_of(acting_person()), "accounts")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "01k"),
        ("head", "security"),
        ("deputy", "depositor"),
        ("since", "2020-01-01T00:00:00Z"),
        ("until", "2099-01-01T00:00:00Z"),
        ("reason", "病"),
        ("ended", "2026-01-01T00:00:00Z"),
    ],
)
def test_a_column_of_a_delegation_is_changed(desk: Desk, column: str, value: str) -> None:
    head = desk.person("head")
    desk.edit(f"UPDATE delegations SET {column} = ?", value)
    assert {table for _, table in desk.differences()} == {"delegations"}
    desk.nothing_done(lambda: desk.person("wang"), "delegations")
    if column == "deputy":
        desk.nothing_done(lambda: desk.person("depositor"), "delegations")
    desk.nothing_done(lambda: end_delegations(desk.catalogue, "wang", actor=head, moment=now()), "delegations")


def test_a_delegation_is_deleted_or_made_up(desk: Desk) -> None:
    head = desk.person("head")
    desk.edit("INSERT INTO delegations SELECT '01k', head, 'depositor', since, until, reason, NULL FROM delegations")
    desk.nothing_done(lambda: desk.person("depositor"), "delegations")
    desk.edit("DELETE FROM delegations WHERE deputy = 'wang'")
    desk.nothing_done(lambda: desk.person("wang"), "delegations")
    desk.nothing_done(lambda: end_delegations(desk.catalogue, "wang", actor=head, moment=now()), "delegations")


def test_an_ended_delegation_is_opened_again(desk: Desk) -> None:
    end_delegations(desk.catalogue, "wang", actor=desk.person("head"), moment=now())
    assert not desk.person("wang").deputy_of
    desk.edit("UPDATE delegations SET ended = NULL")
    desk.nothing_done(lambda: desk.person("wang"), "delegations")


def test_a_token_that_nobody_logged_in_for(desk: Desk) -> None:
    desk.tokens = {**desk.tokens, "forged": "a token of mine"}
    desk.edit(
        "INSERT INTO tokens (digest, account, made, expires) VALUES (?, 'head', ?, ?)",
        token_digest("a token of mine"),
        stamp(now()),
        stamp(now() + timedelta(hours=9)),
    )
    desk.nothing_done(lambda: desk.person("forged"), "tokens")
    assert desk.differences() == [("head", "tokens")]
    desk.edit("UPDATE tokens SET account = 'ghost' WHERE digest = ?", token_digest("a token of mine"))
    desk.nothing_done(lambda: desk.person("forged"), "tokens")


@pytest.mark.parametrize(("column", "value"), [("account", "head"), ("expires", "2099-01-01T00:00:00Z")])
def test_a_column_of_a_token_is_changed(desk: Desk, column: str, value: str) -> None:
    digest = token_digest(desk.tokens["depositor"])
    desk.edit(f"UPDATE tokens SET {column} = ? WHERE digest = ?", value, digest)
    desk.nothing_done(lambda: desk.person("depositor"), "tokens")


@pytest.mark.parametrize("ending", ["logout", "suspend", "reset"])
def test_a_token_that_ended_is_put_back(desk: Desk, ending: str) -> None:
    before = (
        sqlite3.connect(desk.home / "catalogue.sqlite")
        .execute("SELECT * FROM tokens WHERE account = 'wang'")
        .fetchall()
    )
    security = desk.person("security")
    if ending == "logout":
        assert Archive(desk.home).run("user", "logout", token=desk.tokens["wang"]).returncode == 0
    elif ending == "suspend":
        for state in ("suspended", "active"):
            change_person(desk.catalogue, "wang", roles=None, os_user=None, state=state, actor=security, moment=now())
    else:
        reset_password(desk.catalogue, "wang", actor=security, moment=now())
    with pytest.raises(NotPermitted, match="token-unknown"):
        desk.person("wang")
    desk.edit(f"INSERT INTO tokens VALUES ({', '.join('?' * len(before[0]))})", *before[0])
    desk.nothing_done(lambda: desk.person("wang"), "tokens")


@pytest.mark.parametrize("column", ["password", "must_change", "failures", "locked_until"])
def test_a_column_of_a_password_is_changed(desk: Desk, column: str) -> None:
    value = {"password": hash_password("mine"), "must_change": 1, "failures": "many", "locked_until": "soon"}[column]
    desk.edit(f"UPDATE credentials SET {column} = ? WHERE account = 'head'", value)
    desk.nothing_done(lambda: log_in(desk.catalogue, "head", "mine", now()), "credentials")
    assert desk.differences() == [("head", "credentials")]


def test_the_password_of_another_is_put_in_place(desk: Desk) -> None:
    desk.edit(
        "UPDATE credentials SET password = (SELECT password FROM credentials WHERE account = 'depositor') "
        "WHERE account = 'head'"
    )
    desk.nothing_done(lambda: log_in(desk.catalogue, "head", PASSWORD, now()), "credentials")


def test_a_first_password_is_taken_for_a_changed_one(desk: Desk) -> None:
    first = reset_password(desk.catalogue, "head", actor=desk.person("security"), moment=now())
    desk.edit("UPDATE credentials SET must_change = 0 WHERE account = 'head'")
    desk.nothing_done(lambda: log_in(desk.catalogue, "head", first, now()), "credentials")


def test_an_archive_of_an_earlier_release(desk: Desk) -> None:
    """Its entries name no password and no token: passwords hold, and are bound at the next login; tokens end."""
    with desk.catalogue.begin() as connection:
        for entry in [
            *ledger.of_action(connection, accounts.ADDED),
            *(
                one
                for action in ("person.password-changed", "person.logged-in")
                for one in ledger.of_action(connection, action)
            ),
        ]:
            told = json.loads(entry.text)
            for word in ("credential", "token"):
                told["details"].pop(word, None)
            row = ledger.row_of(json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
            connection.exec_driver_sql(
                "UPDATE ledger SET entry = ?, leaf = ? WHERE number = ?", (row["entry"], row["leaf"], row["number"])
            )
    with pytest.raises(NotPermitted, match="token-unknown"):
        desk.person("head")
    token, _ = log_in(desk.catalogue, "head", PASSWORD, now())
    desk.tokens = {**desk.tokens, "head": token}
    assert desk.person("head").account == "head"
    desk.edit("UPDATE credentials SET password = ? WHERE account = 'head'", hash_password("mine"))
    desk.nothing_done(lambda: log_in(desk.catalogue, "head", "mine", now()), "credentials")


def test_the_entry_of_another_is_put_in_place(desk: Desk) -> None:
    desk.edit(
        'UPDATE ledger SET entry = replace(entry, \'"subject":"head"\', \'"subject":"depositor"\') '
        "WHERE subject = 'head' AND action = 'person.added'"
    )
    with pytest.raises(NotIntact, match="entry-changed"):
        desk.person("depositor")


def test_an_operation_asks_again_what_its_person_may(desk: Desk) -> None:
    security = desk.person("security")
    archive = open_archive(desk.home)
    head = Session(Token(desk.tokens["head"]), opened=archive, opened_home=archive.home)
    day = archive.today() + timedelta(days=1)
    change_person(desk.catalogue, "head", roles=["examiner"], os_user=None, state="", actor=security, moment=now())
    with pytest.raises(NotPermitted, match="token-unknown"):
        people.delegate(head, "depositor", until=day, reason="x")
    change_person(desk.catalogue, "head", roles=["head"], os_user=None, state="suspended", actor=security, moment=now())
    with pytest.raises(NotPermitted, match="token-unknown"):
        people.delegate(head, "depositor", until=day, reason="x")


def test_secrets_stay_out_of_the_ledger(desk: Desk) -> None:
    rows = sqlite3.connect(desk.home / "catalogue.sqlite")
    stored = [word for (word,) in rows.execute("SELECT password FROM credentials UNION SELECT digest FROM tokens")]
    with desk.catalogue.read() as connection:
        text = "\n".join(entry.text for entry in ledger.entries(connection))
    for secret in [*stored, *desk.tokens.values(), PASSWORD]:
        assert secret not in text


def test_on_the_command_line(desk: Desk) -> None:
    desk.edit("UPDATE accounts SET roles = '[\"head\"]' WHERE name = 'depositor'")
    desk.catalogue.close()
    archive = Archive(desk.home)
    for arguments in (["list"], ["request", "list"], ["user", "logout"], ["ledger", "export"]):
        done = archive.run("--json", *arguments, token=desk.tokens["depositor"])
        assert done.returncode == 4, arguments
        assert json.loads(done.stdout)["error"]["code"] == "ledger.contradicts-index"
    assert archive.run("user", "list", token=desk.tokens["security"]).returncode == 4
    assert archive.run("catalogue", "rebuild").returncode == 0
    assert archive.run("list", token=desk.tokens["depositor"]).returncode == 6
    assert archive.run("user", "list", token=desk.tokens["security"]).returncode == 0
