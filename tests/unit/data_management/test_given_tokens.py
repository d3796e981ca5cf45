"""A token holds only where the ledger tells of that very one, until its end, its idle end or the entry that ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from preserve.clock import stamp
from preserve.data_management import given_tokens, ledger, logins
from preserve.data_management.accounts import CHANGED
from preserve.data_management.given_tokens import TokenRow
from preserve.data_management.logins import commitment
from preserve.errors import NotIntact

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
END = MOMENT + timedelta(hours=12)
ONE = TokenRow("t1", "li", stamp(MOMENT), stamp(END), "1", used=stamp(MOMENT))
SESSION = replace(ONE, digest="t2", id="2", kind="session", idle=1800)
LIMITED = replace(ONE, digest="t3", id="3", kind="personal", scopes=("find",))


def _note(connection: Connection, action: str, **details: object) -> None:
    ledger.append(connection, action=action, subject="li", actor="li", details=details, moment=MOMENT)


@pytest.fixture
def known(connection: Connection) -> Connection:
    for row in (ONE, SESSION, LIMITED):
        given_tokens.add(connection, row, MOMENT)
        _note(connection, given_tokens.MADE if row.scopes else logins.LOGGED_IN, **row.told())
    return connection


def test_a_token_holds_until_its_end(known: Connection) -> None:
    assert given_tokens.read(known, "t1", MOMENT) == ONE
    assert given_tokens.read(known, "t1", END) is None
    assert given_tokens.read(known, "none", MOMENT) is None
    assert given_tokens.read(known, "t3", MOMENT) == LIMITED


def test_a_session_ends_when_nobody_uses_it(known: Connection) -> None:
    later = MOMENT + timedelta(minutes=29)
    assert given_tokens.read(known, "t2", later) is not None
    given_tokens.used(known, "t2", "10.0.0.7", later)
    still = given_tokens.read(known, "t2", later + timedelta(minutes=29))
    assert still is not None and still.address == "10.0.0.7"
    assert given_tokens.read(known, "t2", later + timedelta(minutes=30)) is None
    assert [row.id for row in given_tokens.listed(known, later + timedelta(minutes=30), "li")] == ["3", "1"]


@pytest.mark.parametrize("action", [logins.LOGGED_OUT, logins.PASSWORD_CHANGED, logins.PASSWORD_RESET])
def test_a_row_cannot_keep_a_token_that_ended(known: Connection, action: str) -> None:
    _note(known, action)
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        given_tokens.read(known, "t1", MOMENT)


def test_logging_out_of_one_ends_that_one_only(known: Connection) -> None:
    _note(known, logins.LOGGED_OUT, token=commitment("t2"))
    assert given_tokens.read(known, "t1", MOMENT) == ONE
    with pytest.raises(NotIntact):
        given_tokens.read(known, "t2", MOMENT)


def test_other_roles_end_every_token(known: Connection) -> None:
    _note(known, CHANGED, person="other")
    assert given_tokens.read(known, "t1", MOMENT) == ONE
    _note(known, CHANGED, roles=["head"])
    assert given_tokens.read(known, "t1", MOMENT) is None


@pytest.mark.parametrize(
    "change",
    [
        "scopes = NULL",
        "scopes = '[\"ingest\"]'",
        "scopes = 'x'",
        "kind = 'session'",
        "expires = '2027-01-01T00:00:00Z'",
    ],
)
def test_a_row_that_was_edited_gives_nothing(known: Connection, change: str) -> None:
    known.execute(text(f"UPDATE tokens SET {change} WHERE digest = 't3'"))
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        given_tokens.read(known, "t3", MOMENT)
    assert [finding.where for finding in given_tokens.compare(known, MOMENT)] == ["li"]


def test_a_token_that_nobody_logged_in_for_is_found(known: Connection) -> None:
    given_tokens.add(known, replace(ONE, digest="t9"), MOMENT)
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        given_tokens.read(known, "t9", MOMENT)


def test_forgotten_tokens_are_no_tokens(known: Connection) -> None:
    given_tokens.forget(known, ONE)
    assert given_tokens.read(known, "t1", MOMENT) is None
    given_tokens.forget_all(known, "li")
    assert given_tokens.listed(known, MOMENT) == []
