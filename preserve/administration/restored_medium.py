"""Writes a medium that an archive is restored from into the ledger that does not know it yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.discs.extracting import parts_of
from preserve.archival_storage.discs.sources import Source
from preserve.archival_storage.opening import kind_of
from preserve.clock import stamp
from preserve.data_management import holdings
from storage_adapters.marker import Marker


def enter_medium(connection: Connection, source: Source, marker: Marker, actor: str, moment: datetime) -> None:
    """A medium that the old ledger did not know yet, with the copies it was read for."""
    facts = dict(marker.facts)
    if any(
        row.id == marker.identity or row.details.get("image") == marker.identity
        for row in holdings.all_media(connection)
    ):
        return
    more = {name: facts[name] for name in ("uuid", "session", "set") if name in facts}
    holdings.add_medium(
        connection,
        marker.identity,
        kind=kind_of(marker, source.path),
        label=facts.get("label", marker.identity),
        location="",
        actor=actor,
        moment=moment,
        checked=stamp(moment),
        image=marker.identity,
        **more,
    )
    for name in sorted(source.packages()[0]):
        change_copy(connection, name, marker.identity, "written", actor=actor, moment=moment)
        change_copy(connection, name, marker.identity, "verified", actor=actor, moment=moment)
    for name in sorted(source.packages()[1]):
        one = parts_of(name, [source])[0]
        part = (one.number, one.count, facts.get("set", ""))
        change_copy(connection, name, marker.identity, "written", actor=actor, moment=moment, part=part)
        change_copy(connection, name, marker.identity, "verified", actor=actor, moment=moment)
