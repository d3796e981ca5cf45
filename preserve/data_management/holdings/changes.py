"""Writes down what a medium or a copy has become, in the ledger and in its row; and the rows again from the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, update

from preserve.data_management import ledger
from preserve.data_management.holdings.checks import require_listed
from preserve.data_management.holdings.entries import (
    COPY_CHANGED,
    MEDIUM_ADDED,
    MEDIUM_CHANGED,
    copy_after,
    medium_after,
)
from preserve.data_management.holdings.rows import CopyRow, MediumRow, read_copy, read_listed_medium
from preserve.data_management.ledger import Entry
from preserve.data_management.tables import copies, media


def add_medium(connection: Connection, identity: str, *, kind: str, actor: str, moment: datetime, **facts: Any) -> None:
    """Enter a medium into the inventory; one that is there already stays as it is.

    `facts`: label and location, which every medium has; state, place, custodian, capacity, checked; and anything else,
    which goes into its details.
    """
    if read_listed_medium(connection, identity) is not None:
        return
    details = {"kind": kind, **facts}
    _apply_medium(
        connection,
        ledger.add(connection, action=MEDIUM_ADDED, subject=identity, actor=actor, details=details, moment=moment),
    )


def change_medium(connection: Connection, identity: str, *, actor: str, moment: datetime, **changes: Any) -> None:
    """Write down what a medium has become: columns by name, anything else into its details. Raises NotIntact."""
    require_listed(connection, identity)
    _apply_medium(
        connection,
        ledger.add(connection, action=MEDIUM_CHANGED, subject=identity, actor=actor, details=changes, moment=moment),
    )


def set_copy(connection: Connection, row: CopyRow, *, actor: str, moment: datetime) -> None:
    """Write down what a copy has become, in the catalogue and the ledger."""
    details: dict[str, Any] = {"medium": row.medium, "name": row.name, "version": row.version, "state": row.state}
    if row.parts > 1:
        details |= {"part": row.part, "parts": row.parts, "set": row.set}
    _apply_copy(
        connection,
        ledger.add(connection, action=COPY_CHANGED, subject=row.objid, actor=actor, details=details, moment=moment),
    )


def replay(connection: Connection) -> None:
    """Make the rows of media and copies again from the ledger alone."""
    connection.execute(delete(copies))
    connection.execute(delete(media))
    for entry in ledger.entries(connection):
        if entry.action in (MEDIUM_ADDED, MEDIUM_CHANGED):
            _apply_medium(connection, entry)
        elif entry.action == COPY_CHANGED:
            _apply_copy(connection, entry)


def _apply_medium(connection: Connection, entry: Entry) -> None:
    before = read_listed_medium(connection, entry.subject)
    values = _columns(medium_after(before, entry))
    if before is not None:
        connection.execute(update(media).where(media.c.id == entry.subject).values(**values))
    else:
        connection.execute(media.insert(), values)


def _columns(row: MediumRow) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in MediumRow.__dataclass_fields__}, "details": _json(row.details)}


def _json(details: Mapping[str, Any]) -> str:
    return json.dumps(dict(details), ensure_ascii=False, sort_keys=True)


def _apply_copy(connection: Connection, entry: Entry) -> None:
    details = entry.details
    before = read_copy(connection, details["name"], details["medium"])
    values = asdict(copy_after(before, entry))
    if before is not None:
        here = (copies.c.name == details["name"], copies.c.medium == details["medium"])
        connection.execute(update(copies).where(*here).values(**values))
    else:
        connection.execute(copies.insert(), values)
