"""A security key lets somebody in only where the ledger tells of that very key."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from preserve.clock import stamp
from preserve.data_management import security_keys
from preserve.data_management.security_keys import KeyRow
from preserve.errors import NotIntact

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
KEY = KeyRow("aWQ", "li", "key", "archive.example", "cHVibGlj", stamp(MOMENT))
SPARE = replace(KEY, id="c3BhcmU", name="spare")


@pytest.fixture
def known(connection: Connection) -> Connection:
    security_keys.add(connection, KEY, MOMENT)
    security_keys.add(connection, SPARE, MOMENT)
    return connection


def test_keys_that_the_ledger_tells_of(known: Connection) -> None:
    security_keys.used(known, KEY, 7, MOMENT)
    assert set(security_keys.of(known, "li")) == {replace(KEY, sign_count=7, used=stamp(MOMENT)), SPARE}
    assert security_keys.of(known, "wang") == ()
    security_keys.remove(known, KEY, actor="li", moment=MOMENT)
    assert security_keys.of(known, "li") == (SPARE,)
    assert security_keys.is_known(known, SPARE.id) and not security_keys.is_known(known, KEY.id)
    security_keys.add(known, KEY, MOMENT)
    assert len(security_keys.of(known, "li")) == 2, "it may come back"
    assert list(security_keys.compare(known)) == []


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM security_keys WHERE id = 'aWQ'",
        "DELETE FROM security_keys",
        "UPDATE security_keys SET public_key = 'b3RoZXI' WHERE id = 'aWQ'",
        "UPDATE security_keys SET host = 'evil.example' WHERE id = 'aWQ'",
        "UPDATE security_keys SET id = 'bmV3' WHERE id = 'aWQ'",
        "UPDATE security_keys SET name = 'other' WHERE id = 'aWQ'",
        "UPDATE security_keys SET public_key = X'00' WHERE id = 'aWQ'",
        "UPDATE security_keys SET added = 7 WHERE id = 'aWQ'",
        "UPDATE security_keys SET account = 'wang' WHERE id = 'aWQ'",
        "INSERT INTO security_keys SELECT 'new', account, name, host, public_key, added, 0, '' FROM security_keys "
        "WHERE id = 'aWQ'",
    ],
)
def test_an_altered_row_lets_nobody_in(known: Connection, change: str) -> None:
    known.exec_driver_sql(change)
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        security_keys.of(known, "li")
    assert "li" in [finding.where for finding in security_keys.compare(known)]


def test_a_row_of_somebody_without_keys_lets_nobody_in(known: Connection) -> None:
    known.exec_driver_sql("UPDATE security_keys SET account = 'wang'")
    with pytest.raises(NotIntact):
        security_keys.of(known, "wang")
    assert [finding.where for finding in security_keys.compare(known)] == ["li", "wang"]
    assert security_keys.remove_all(known, "wang", actor="security", moment=MOMENT) == 2
    assert security_keys.remove_all(known, "li", actor="security", moment=MOMENT) == 2
    assert security_keys.remove_all(known, "li", actor="security", moment=MOMENT) == 0
    assert list(security_keys.compare(known)) == []
