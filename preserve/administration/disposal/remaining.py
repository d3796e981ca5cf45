"""The media that people still have to fetch or to destroy by hand before a disposal is at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from preserve.administration.disposal.model import Confirmation, Disposal
from preserve.administration.disposal.reducing import reduced_version
from preserve.administration.disposal.removal import copies_destroyed, is_lost
from preserve.data_management import destroyed, holdings
from preserve.data_management.destroyed import Gone
from preserve.data_management.holdings import CopyRow, MediumRow
from storage_adapters.registry import traits_of


@dataclass(frozen=True, slots=True)
class MediumLeft:
    """A medium that still holds copies that are to go.

    `why`: destroy (by hand, before two people), insert (connect it, then go on), here (the next run removes them).
    `others` copies there belong to something that stays: it may not be destroyed before they lie elsewhere too.
    """

    medium: str
    label: str
    kind: str
    place: str
    why: Literal["destroy", "insert", "here"]
    copies: tuple[str, ...]
    others: int
    confirmed: tuple[Confirmation, ...]


def media_left(connection: Connection, disposal: Disposal) -> list[MediumLeft]:
    """The media with copies of what has begun to go, by label. No medium is opened. Raises NotIntact."""
    media = {row.id: row for row in holdings.all_media(connection)}
    going: dict[str, set[str]] = {}
    for objid in dict.fromkeys(entry.item.objid for entry in disposal.entries):
        for gone in destroyed.of_case(connection, objid):
            if gone.disposal == disposal.number and gone.state == "begun":
                for copy in _copies_left(connection, gone):
                    if copy.medium in media and not is_lost(copy, media[copy.medium]):
                        going.setdefault(copy.medium, set()).add(copy.name)
    left = [_left(connection, disposal, media[medium], names) for medium, names in going.items()]
    return sorted(left, key=lambda one: (one.label, one.medium))


def _copies_left(connection: Connection, gone: Gone) -> list[CopyRow]:
    """The copies of one thing of which the ledger does not tell that they were destroyed."""
    told = copies_destroyed(connection, gone.objid)
    rows = [row for row in holdings.copies_of(connection, gone.objid) if (row.name, row.medium) not in told]
    if gone.item:
        below = reduced_version(connection, gone.objid, gone.disposal, gone.item)
        rows = [row for row in rows if row.version < below]
    return [row for row in rows if not _never_was(row)]


def _never_was(copy: CopyRow) -> bool:
    return copy.state == "planned" or (copy.state == "retired" and copy.written is None)


def _left(connection: Connection, disposal: Disposal, medium: MediumRow, names: set[str]) -> MediumLeft:
    traits = traits_of(medium.kind)
    by_hand = traits.removable and (not traits.erasable or medium.state != "in use")
    others = [
        row.name
        for row in holdings.copies_on(connection, medium.id)
        if row.name not in names and row.state not in ("planned", "retired", "lost")
    ]
    return MediumLeft(
        medium.id,
        medium.label,
        medium.kind,
        medium.place,
        "destroy" if by_hand else "insert" if traits.removable else "here",
        tuple(sorted(names)),
        len(others),
        tuple(said for said in disposal.confirmations if said.medium == medium.id),
    )
