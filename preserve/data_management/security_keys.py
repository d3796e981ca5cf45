"""Security keys: what is known of each, which only the catalogue has, held to the entries that added and removed them.

The ledger gets a digest of everything that says whose key it is. A row that was put in, changed or taken away in the
catalogue alone lets nobody in. How often a key has signed is not in it: that changes at each login.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from metadata.findings import Finding
from preserve.clock import stamp
from preserve.data_management import ledger
from preserve.data_management.comparing import contradictions
from preserve.data_management.logins import commitment
from preserve.data_management.tables import security_keys
from preserve.errors import NotIntact

ADDED = "person.key-added"
REMOVED = "person.key-removed"
ASKED = "person.key-asked"


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A security key of an account: it answers for the archive by the name `host`."""

    id: str
    account: str
    name: str
    host: str
    public_key: str
    added: str
    sign_count: int = 0
    used: str = ""

    def told(self) -> str:
        """The digest that the ledger has of it."""
        said = (self.id, self.account, self.name, self.host, self.public_key, self.added)
        return commitment(json.dumps(said, default=repr))  # a blob put in for a text is another key


def of(connection: Connection, account: str) -> tuple[KeyRow, ...]:
    """The keys of an account, oldest first. Raises NotIntact where they are not those that the ledger tells of."""
    query = select(security_keys).where(security_keys.c.account == account)
    rows = [KeyRow(**row._mapping) for row in connection.execute(query.order_by(security_keys.c.added))]
    if sorted(_told(connection, account)) != sorted(row.told() for row in rows):
        raise NotIntact("ledger.contradicts-index", account, table=security_keys.name)
    return tuple(rows)


def _told(connection: Connection, account: str) -> Mapping[str, str]:
    """The keys that the ledger tells of: what each is called, by its digest."""
    told: dict[str, str] = {}
    for entry in reversed(list(ledger.newest(connection, account, ADDED, REMOVED))):
        digest = str(entry.details["key"])
        if entry.action == ADDED:
            told[digest] = str(entry.details["name"])
        else:
            told.pop(digest, None)
    return told


def is_known(connection: Connection, identifier: str) -> bool:
    """Whether it is the key of anybody."""
    query = select(security_keys.c.id).where(security_keys.c.id == identifier)
    return connection.execute(query).first() is not None


def add(connection: Connection, row: KeyRow, moment: datetime) -> None:
    """From now on the account may log in with this key, and no more by its password alone."""
    connection.execute(security_keys.insert(), asdict(row))
    _tell(connection, ADDED, row, row.account, moment)


def used(connection: Connection, row: KeyRow, sign_count: int, moment: datetime) -> None:
    """Write down that somebody logged in by it, and how often it says that it has signed."""
    changed = {"sign_count": sign_count, "used": stamp(moment)}
    connection.execute(update(security_keys).where(security_keys.c.id == row.id).values(changed))


def remove(connection: Connection, row: KeyRow, *, actor: str, moment: datetime) -> None:
    """Nobody logs in by it any more."""
    connection.execute(delete(security_keys).where(security_keys.c.id == row.id))
    _tell(connection, REMOVED, row, actor, moment)


def remove_all(connection: Connection, account: str, *, actor: str, moment: datetime) -> int:
    """Remove every key of an account, also one that the catalogue and the ledger do not tell of alike; how many."""
    told = _told(connection, account)
    removed = connection.execute(delete(security_keys).where(security_keys.c.account == account)).rowcount
    for digest, name in told.items():
        details = {"key": digest, "name": name}
        ledger.append(connection, action=REMOVED, subject=account, actor=actor, details=details, moment=moment)
    return max(removed, len(told))


def asked(connection: Connection, account: str, *, actor: str, locked: bool, moment: datetime) -> None:
    """Write down that somebody gave the right password, and is asked for the key: it need not be its owner."""
    ledger.append(connection, action=ASKED, subject=account, actor=actor, details={"locked": locked}, moment=moment)


def compare(connection: Connection) -> Iterator[Finding]:
    """Every account whose keys are not those that the ledger tells of."""
    named = set(connection.execute(select(security_keys.c.account)).scalars())
    named |= {entry.subject for entry in ledger.of_action(connection, ADDED)}
    yield from contradictions(lambda account: of(connection, account), named)


def _tell(connection: Connection, action: str, row: KeyRow, actor: str, moment: datetime) -> None:
    details = {"key": row.told(), "name": row.name}
    ledger.append(connection, action=action, subject=row.account, actor=actor, details=details, moment=moment)
