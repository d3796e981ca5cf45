"""A password holds only where the ledger tells of the very one that the catalogue has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from preserve.clock import stamp
from preserve.data_management import ledger, logins
from preserve.data_management.logins import CredentialRow, commitment
from preserve.errors import NotIntact

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
END = MOMENT + timedelta(hours=12)
PASSWORD = CredentialRow("li", "$argon2id$1", False, 0, None)


def _note(connection: Connection, action: str, **details: object) -> None:
    ledger.append(connection, action=action, subject="li", actor="li", details=details, moment=MOMENT)


@pytest.fixture
def known(connection: Connection) -> Connection:
    logins.write_credential(connection, PASSWORD)
    _note(connection, logins.PASSWORD_CHANGED, credential=commitment(PASSWORD.password))
    return connection


def test_a_password_that_the_ledger_tells_of(known: Connection) -> None:
    assert logins.read_credential(known, "li") == PASSWORD
    assert logins.read_credential(known, "wang") is None


@pytest.mark.parametrize(
    "other",
    [
        CredentialRow("li", "$argon2id$2", False, 0, None),
        CredentialRow("li", "$argon2id$1", True, 0, None),
        CredentialRow("li", "$argon2id$1", False, 0, "never"),
        CredentialRow("wang", "$argon2id$1", False, 0, None),
    ],
)
def test_another_password_is_nobodys(known: Connection, other: CredentialRow) -> None:
    logins.write_credential(known, other)
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        logins.read_credential(known, other.account)
    assert [finding.where for finding in logins.compare(known)] == [other.account]


def test_failures_are_the_catalogues_own(known: Connection) -> None:
    row = CredentialRow("li", PASSWORD.password, False, 4, stamp(END))
    logins.write_credential(known, row)
    assert logins.read_credential(known, "li") == row
