"""Proofs of a password that were used for their deed: none is taken twice while it would still hold."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from preserve.clock import now, stamp
from preserve.data_management.tables import spent_proofs


def spent(connection: Connection, digest: str) -> bool:
    """Whether the proof with this SHA-256 was used."""
    return _attempt(connection, digest) is not None


def spend(connection: Connection, digest: str, attempt: str, until: str) -> bool:
    """Write down that an attempt uses a proof, which ends at `until` (UTC); False where another attempt did.

    What no longer holds is forgotten. It stands with the deed or not at all: it is in the deed's own transaction.
    """
    known = _attempt(connection, digest)
    if known is None:
        connection.execute(delete(spent_proofs).where(spent_proofs.c.until < stamp(now())))
        connection.execute(insert(spent_proofs).values(proof=digest, attempt=attempt, until=until))
    return known in (None, attempt)


def _attempt(connection: Connection, digest: str) -> str | None:
    found = select(spent_proofs.c.attempt).where(spent_proofs.c.proof == digest)
    known: str | None = connection.execute(found).scalar()
    return known
