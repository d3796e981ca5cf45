"""Accounts and delegations are what the ledger says, and a row that says more gives nobody anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from preserve.clock import stamp
from preserve.data_management import accounts
from preserve.data_management.accounts import AccountRow, DelegationRow
from preserve.data_management.tables import accounts as account_table
from preserve.data_management.tables import delegations as delegation_table
from preserve.errors import NotIntact

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def people(connection: Connection) -> Connection:
    for name, roles in (("zhao", ("head",)), ("li", ("archivist", "keeper"))):
        account = accounts.NewAccount(name, f"{name}某", roles, f"u-{name}", "")
        accounts.add_account(connection, account, actor="root", moment=MOMENT)
    span = {"since": stamp(MOMENT), "until": stamp(MOMENT + 10 * DAY), "reason": "出差", "ended": None}
    accounts.add_delegation(
        connection, DelegationRow(id="d1", head="zhao", deputy="li", **span), actor="zhao", moment=MOMENT
    )
    return connection


def test_an_account_by_its_name_and_by_its_user(people: Connection) -> None:
    li = AccountRow("li", "li某", ("archivist", "keeper"), "u-li", "active", stamp(MOMENT))
    assert accounts.read_account(people, "li") == accounts.account_of_user(people, "u-li") == li
    assert accounts.read_account(people, "wang") is None
    assert accounts.account_of_user(people, "") is None
    assert [row.name for row in accounts.all_accounts(people)] == ["li", "zhao"]


def test_a_change_takes_only_what_it_names(people: Connection) -> None:
    accounts.change_account(people, "li", actor="zhao", moment=MOMENT, roles=["auditor"])
    row = accounts.read_account(people, "li")
    assert row is not None and (row.roles, row.person, row.state) == (("auditor",), "li某", "active")


@pytest.mark.parametrize(("days", "deputy"), [(-1, False), (0, True), (9, True), (11, False)])
def test_a_delegation_holds_for_its_time(people: Connection, days: int, deputy: bool) -> None:
    assert (accounts.delegated_by(people, "li", MOMENT + days * DAY) is not None) == deputy
    accounts.end_delegation(people, "d1", actor="zhao", moment=MOMENT)
    assert accounts.delegated_by(people, "li", MOMENT + days * DAY) is None


def test_made_again_they_are_the_same(people: Connection) -> None:
    before = accounts.all_accounts(people), accounts.all_delegations(people)
    accounts.replay(people)
    assert (accounts.all_accounts(people), accounts.all_delegations(people)) == before
    assert list(accounts.compare(people)) == []


def test_a_role_that_no_entry_gave_is_found(people: Connection) -> None:
    people.execute(update(account_table).where(account_table.c.name == "li").values(roles='["head"]'))
    people.execute(update(delegation_table).values(until="2099-01-01T00:00:00Z"))
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-index"):
        accounts.read_account(people, "li")
    assert [(finding.where, finding.values["table"]) for finding in accounts.compare(people)] == [
        ("li", "accounts"),
        ("d1", "delegations"),
    ]
