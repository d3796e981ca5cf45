"""Where the old bytes of repaired copies lie until a person lets them go: `quarantine/` on the same medium."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from preserve.archival_storage.media import server_store
from preserve.archival_storage.store import QUARANTINE as QUARANTINE
from preserve.archival_storage.store import Store
from preserve.clock import stamp
from preserve.data_management import holdings, ledger
from preserve.data_management.database import Catalogue
from preserve.errors import NotFound, Refused
from preserve.home import Home

RELEASED = "quarantine.released"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Old bytes of a copy that was repaired: which package, in which folder of the quarantine, how many bytes."""

    name: str
    folder: str
    size: int


def quarantined(store: Store) -> list[Quarantined]:
    """What lies in the quarantine of the server store."""
    return [Quarantined(folder.partition(".")[0], folder, size) for folder, size in store.aside()]


def release(
    home: Home, catalogue: Catalogue, name: str, *, reason: str, actor: str, now: Callable[[], datetime]
) -> list[Quarantined]:
    """Remove the quarantined bytes of a package from the server store; a person has decided it, with a reason.

    Raises Refused where the copy that took their place is not verified.
    """
    store = server_store(home)
    removed = [old for old in quarantined(store) if old.name == name]
    if not removed:
        raise NotFound("repair.nothing-in-quarantine", name)
    with catalogue.read() as connection:
        holdings.require_held(connection, name.rpartition("_v")[0])
        row = holdings.read_copy(connection, name, store.identity)
    if row is None or row.state != "verified":
        raise Refused("repair.copy-not-verified", name, state=row.state if row else "-")
    for old in removed:
        with catalogue.begin() as connection:
            ledger.append(
                connection,
                action=RELEASED,
                subject=row.objid,
                actor=actor,
                moment=now(),
                details={
                    "name": name,
                    "medium": store.identity,
                    "quarantine": old.folder,
                    "reason": reason,
                    "bytes": old.size,
                    "at": stamp(now()),
                },
            )
        store.drop_aside(old.folder)
    return removed
