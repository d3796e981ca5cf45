"""Versions by name and by case; sums over them; which of them no disc is planned for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.data_management import holdings, versions
from preserve.data_management.holdings import CopyRow
from preserve.data_management.package_index import index_package
from preserve.errors import Refused
from tests.support.little_packages import NAME, OBJID, write_package

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
SECOND = f"{OBJID}_v0002"


@pytest.fixture
def entered(connection: Connection, tmp_path: Path) -> Connection:
    for version in (1, 2):
        index_package(connection, write_package(tmp_path, version=version))
    return connection


def test_by_name_or_the_newest_of_a_case(entered: Connection) -> None:
    assert versions.read(entered, NAME).version == 1
    newest = versions.read(entered, OBJID)
    assert (newest.name, newest.files, newest.size, newest.created) == (SECOND, 2, 503, "2026-11-24T08:00:00Z")
    with pytest.raises(Refused, match=r"cli\.case-unknown"):
        versions.read(entered, "沪文执罚〔2026〕12号")  # a case's number is no name of a package
    assert versions.find(entered, "nothing") is None


def test_many_at_once(entered: Connection) -> None:
    assert [one.name for one in versions.of_case(entered, OBJID)] == [NAME, SECOND]
    assert list(versions.read_many(entered, [SECOND, "nothing"])) == [SECOND]
    assert versions.is_entered(entered, NAME) and not versions.is_entered(entered, OBJID)


@pytest.mark.parametrize("only", ["", OBJID, "沪文执罚〔2026〕12号"])
def test_with_their_cases_in_the_order_they_were_made(entered: Connection, only: str) -> None:
    rows = versions.with_cases(entered, only)
    assert [(row.name, row.case_number, row.long_term) for row in rows] == [
        (NAME, "沪文执罚〔2026〕12号", False),
        (SECOND, "沪文执罚〔2026〕12号", False),
    ]
    assert [row.name for row in versions.with_cases(entered, SECOND)] == [SECOND]


def test_sums(entered: Connection) -> None:
    assert versions.sizes_of(entered, [OBJID, "nothing"]) == {OBJID: (2, 1006)}
    assert versions.superseded(entered) == (1, 503)


def test_a_lost_disc_holds_nothing(entered: Connection) -> None:
    holdings.add_medium(entered, "d1", kind="optical", label="D1", location="", actor="z", moment=MOMENT)
    holdings.set_copy(entered, CopyRow(NAME, "d1", OBJID, 1, "planned", None, None), actor="z", moment=MOMENT)
    assert [row.name for row in versions.without_copy_on(entered, "optical")] == [SECOND]
    holdings.set_copy(entered, CopyRow(NAME, "d1", OBJID, 1, "lost", None, None), actor="z", moment=MOMENT)
    assert [row.name for row in versions.without_copy_on(entered, "optical")] == [NAME, SECOND]
