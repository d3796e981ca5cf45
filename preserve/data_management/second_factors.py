"""Second factors: the secrets of one-time codes, which only the catalogue has, each held to the entry that set it.

A secret must be read to check a code, so it cannot be kept as a digest. It lies where the hashes of passwords lie: in
the catalogue, which only the archive's own user may read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from metadata.findings import Finding
from preserve.data_management import ledger
from preserve.data_management.comparing import contradictions
from preserve.data_management.logins import commitment
from preserve.data_management.tables import second_factors
from preserve.errors import NotIntact

SET = "person.second-factor-set"
ENDED = "person.second-factor-ended"


@dataclass(frozen=True, slots=True)
class FactorRow:
    """The secret of an account's one-time codes; before it is `confirmed` by a code, no login asks for one."""

    account: str
    secret: str
    confirmed: bool
    step: int


def read(connection: Connection, account: str) -> FactorRow | None:
    """The second factor of an account. Raises NotIntact where it is not the one that the ledger tells of."""
    found = connection.execute(select(second_factors).where(second_factors.c.account == account)).first()
    row = FactorRow(**found._mapping) if found is not None else None
    told = next(ledger.newest(connection, account, SET, ENDED), None)
    secret = str(told.details["secret"]) if told is not None and told.action == SET else ""
    confirmed = row if row is not None and row.confirmed else None
    if (commitment(str(confirmed.secret)) if confirmed else "") != secret:
        raise NotIntact("ledger.contradicts-index", account, table=second_factors.name)
    return row


def begin(connection: Connection, account: str, secret: str) -> None:
    """Keep a secret that no code has confirmed yet."""
    _write(connection, FactorRow(account, secret, False, 0))


def confirm(connection: Connection, row: FactorRow, step: int, moment: datetime) -> None:
    """From now on every login asks for a code of this secret."""
    _write(connection, FactorRow(row.account, row.secret, True, step))
    details = {"secret": commitment(row.secret)}
    ledger.append(connection, action=SET, subject=row.account, actor=row.account, details=details, moment=moment)


def taken(connection: Connection, row: FactorRow, step: int) -> None:
    """Write down which code was taken last."""
    _write(connection, FactorRow(row.account, row.secret, row.confirmed, step))


def end(connection: Connection, account: str, *, actor: str, moment: datetime) -> None:
    """No login asks for a code any more."""
    connection.execute(delete(second_factors).where(second_factors.c.account == account))
    ledger.append(connection, action=ENDED, subject=account, actor=actor, details={}, moment=moment)


def compare(connection: Connection) -> Iterator[Finding]:
    """Every second factor that the ledger does not tell of as it stands, and every one that is wanting."""
    named = set(connection.execute(select(second_factors.c.account)).scalars())
    named |= {entry.subject for entry in ledger.of_action(connection, SET)}
    yield from contradictions(lambda account: read(connection, account), named)


def _write(connection: Connection, row: FactorRow) -> None:
    connection.execute(delete(second_factors).where(second_factors.c.account == row.account))
    connection.execute(second_factors.insert(), asdict(row))
