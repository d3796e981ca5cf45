"""The sealer: the one process of an archive on several machines that has the key, and signs what the others wrote."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass

from preserve.data_management import checkpoints, ledger, looks, looks_sealing, sealing
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.leases import TERM
from preserve.data_management.ledger_keys import has_sealer, sealing_here
from preserve.data_management.sealer import LOCK
from preserve.errors import Busy, MediumProblem, Refused, Stopped
from preserve.progress import check_stop, stoppable
from preserve.services.operation import job as long_work
from preserve.services.session import Session
from preserve.work import hold
from storage_adapters.errors import StorageError

_log = logging.getLogger("preserve.sealer")
_LOOK = 0.2  # seconds between two looks at whether there is anything to sign
_APART = 0.5  # seconds between two signatures at least: what came meanwhile is under one, and who acts waits for it
_LOOK_FOR_HOUR = 300.0  # seconds between two looks at whether looks have waited for an hour


@dataclass(frozen=True, slots=True)
class Sealed:
    """That a sealer ended, and how many checkpoints it signed."""

    signed: int


_WHY_OPEN = "it signs what stands in the logs and adds nothing to them; it is the key that says who may run it"


@long_work("ledger.seal_for_all", needs="home", open_to_all=_WHY_OPEN)
def seal_for_all(session: Session) -> Sealed:
    """Sign what is added to both logs, every half second or so, until it is asked to stop.

    Raises Refused where the settings name no sealer, Busy where there is one, NotIntact where the key is not this
    archive's, or the logs do not continue what was signed: then it signs no more, and after a while nobody writes.
    """
    home = session.home
    if not has_sealer(home):
        raise Refused("ledger.no-sealer", str(home.path))
    archive = open_archive(home.path)
    try:
        there = Busy("ledger.sealer-there", str(home.path))
        with sealing_here(home), stoppable(), hold(home.work / LOCK, there, TERM + 1):  # of one that was killed
            return Sealed(_until_stopped(archive))
    finally:
        archive.close()


def _until_stopped(archive: Archive) -> int:
    signed, looked = 0, float("-inf")
    owed = False  # what was signed is in the catalogue, and may not be in the store yet
    with suppress(Stopped):
        while True:
            try:
                due = time.monotonic() - looked > _LOOK_FOR_HOUR
                if due or owed or _waits(archive):
                    owed = True
                    signed += _seal(archive)
                    owed = False
                    looked = time.monotonic() if due else looked
                    time.sleep(_APART)
            except (Busy, MediumProblem, StorageError) as error:
                if error.code == "lease.lost":
                    raise  # another one signs by now
                _log.warning("tried again: %s", error.code)  # the server is away, or the store, which may be full
            check_stop()
            time.sleep(_LOOK)
    return signed


def _waits(archive: Archive) -> bool:
    """Whether there is an entry or a look that nobody signed."""
    with archive.catalogue.read() as connection:
        newest, over_looks = checkpoints.newest(connection), looks_sealing.newest(connection)
        grown = ledger.size(connection) > (newest.size if newest else 0)
        return grown or looks.size(connection) > (over_looks.size if over_looks else 0)


def _seal(archive: Archive) -> int:
    """Sign both logs, and put the newest checkpoints into the store; 1 where the ledger had grown."""
    with archive.catalogue.read() as connection:
        before = checkpoints.newest(connection)
    made = sealing.seal(archive.home)
    with archive.catalogue.locked(reads=True) as connection:
        looks_sealing.write_head(archive.home, connection)
    if made is None or (before is not None and before.size == made.size):
        return 0
    _log.info("signed %d entries", made.size)
    return 1
