"""Whose account is whose: pages and lists say a person's name, and not only what they log in with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from preserve.data_management import accounts
from preserve.services.operation import anybody, query
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class Names:
    """The name of the person behind each account, also of those who left; of a program what it is called."""

    persons: Mapping[str, str]


@query("user.names", duty=anybody)
def names(session: Session) -> Names:
    """Whose each account is. Pages say it of accounts that they show anyhow."""
    with session.archive.catalogue.read() as connection:
        return Names({row.name: row.person for row in accounts.all_accounts(connection)})
