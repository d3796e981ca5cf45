"""Damaged copies and what earlier repairs put aside, as they are listed."""

from __future__ import annotations

from dataclasses import dataclass

from preserve.administration.duties import Duty
from preserve.archival_storage import quarantine
from preserve.archival_storage.media import server_store
from preserve.data_management import holdings, standings
from preserve.services.operation import query
from preserve.services.session import Session

MOST = 500
"""So many damaged copies are listed, by package."""


@dataclass(frozen=True, slots=True)
class DamagedCopy:
    """A copy that is not as it should be: `state` is suspect or lost; `kind` and `label` are the medium's."""

    name: str
    medium: str
    label: str
    kind: str
    place: str
    state: str
    verified: str


@dataclass(frozen=True, slots=True)
class PutAside:
    """Old bytes of a repaired copy in the server store, until a person lets them go. `package` is whose they are."""

    package: str
    folder: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Damages:
    """Damaged copies on media in use, at most `MOST` of `total`; and what lies in quarantine."""

    copies: tuple[DamagedCopy, ...]
    total: int
    quarantine: tuple[PutAside, ...]


@query("repair.list", duty=(Duty.KEEP, Duty.REPORT))
def list_damages(session: Session) -> Damages:
    """Damaged copies by package, and what lies in quarantine; packages by their names only."""
    archive = session.archive
    with archive.catalogue.read() as connection:
        media = {row.id: row for row in holdings.all_media(connection)}
        rows = standings.copies_in(connection, ("suspect", "lost"), MOST)
        total = holdings.count_in(connection, ("suspect", "lost"))
    damaged = [
        DamagedCopy(
            row.name,
            row.medium,
            media[row.medium].label,
            media[row.medium].kind,
            media[row.medium].place,
            row.state,
            row.verified or "",
        )
        for row in rows
    ]
    aside = quarantine.quarantined(server_store(archive.home))
    return Damages(tuple(damaged), total, tuple(PutAside(old.name, old.folder, old.size) for old in aside))
