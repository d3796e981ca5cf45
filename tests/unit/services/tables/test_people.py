"""People in words and rows, in both languages."""

from __future__ import annotations

import pytest

from preserve.data_management.accounts import AccountRow, DelegationRow
from preserve.messages import Language, speaking
from preserve.services.people import People
from preserve.services.tables import people as tables

WHEN = "2026-03-02T01:00:00Z"
LI = AccountRow("li", "李", ("archivist", "head"), "", "active", WHEN)


@pytest.mark.parametrize(
    ("language", "roles", "state", "title"),
    [
        ("zh", "档案员、机关负责人", "正常", "有效的委托"),
        ("en", "archivist,head of the agency", "active", "Delegations that hold"),
    ],
)
def test_accounts_are_followed_by_delegations(language: Language, roles: str, state: str, title: str) -> None:
    delegation = DelegationRow("d", "head", "li", WHEN, "2026-04-01T00:00:00Z", "出差", None)
    with speaking(language):
        accounts, delegations = tables.people(People((LI,), (delegation,)))
    assert accounts.rows == (("li", "李", roles, "", state),)
    assert delegations.title == title
    assert delegations.rows == (("head", "li", WHEN, "2026-04-01T00:00:00Z", "出差"),)


def test_without_delegations_there_is_one_table() -> None:
    assert len(list(tables.people(People((LI,), ())))) == 1
