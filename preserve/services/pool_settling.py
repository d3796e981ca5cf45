"""What follows from claims: a deposit was taken in or is gone, a case has all its copies."""

from __future__ import annotations

from contextlib import suppress

from preserve.archival_storage.packages import read_version
from preserve.archival_storage.policy import read_policy, standing
from preserve.data_management import pool, pool_records
from preserve.data_management.cases import find_case
from preserve.errors import Conflict, NotFound, NotIntact
from preserve.ingest.handing_in.rooms import room_of
from preserve.services.session import Session


def settle(session: Session, deposit: str, objid: str) -> int:
    """A deposit was taken in: its recordings are that case's from now on; how many."""
    archive, count = session.archive, 0
    with archive.catalogue.begin() as connection:
        for row in pool.of_deposit(connection, deposit):
            if row.state == "claimed":
                held = pool.require(connection, session.home, row.id)
                pool.step(
                    connection,
                    held,
                    pool.IN_CASE,
                    {"deposit": deposit, "objid": objid},
                    actor=session.person.account,
                    moment=archive.now(),
                )
                count += 1
    return count


def settle_all(session: Session) -> tuple[int, int]:
    """What is left to do about claims: of deposits that are gone or taken in, and of cases with all their copies.

    How many recordings wait again, and of how many the pool keeps no bytes any more. Each deposit and each case is
    looked at once, however many recordings are claimed for it. One whose record cannot be read is neither gone nor
    taken in: its claims stay.
    """
    released = 0
    with session.archive.catalogue.read() as connection:
        deposits = pool.named(connection, "deposit", "claimed")
    for deposit in deposits:
        with suppress(NotIntact):
            try:
                record = room_of(session.home, deposit).read()
            except NotFound:
                released += _release(session, deposit)
                continue
            if record.state == "taken-in":
                settle(session, deposit, record.objid)
    return released, _clear(session)


def _release(session: Session, deposit: str) -> int:
    """The recordings that were claimed for a deposit that is gone wait again."""
    archive, released = session.archive, 0
    with archive.catalogue.read() as connection:
        rows = pool.of_deposit(connection, deposit)
    for row in rows:
        details = {"deposit": deposit, "reason": "deposit-gone"}
        with suppress(Conflict), archive.catalogue.begin() as connection:
            held = pool.require(connection, session.home, row.id)
            pool.step(connection, held, pool.RELEASED, details, actor=session.person.account, moment=archive.now())
            released += 1
    return released


def _clear(session: Session) -> int:
    """The pool's bytes of recordings go whose case has every copy that it needs, as those of uploads do."""
    archive, home, cleared = session.archive, session.home, 0
    policy = read_policy(home.profiles)
    with archive.catalogue.read() as connection:
        objids = pool.named(connection, "objid", "in-case")
    for objid in objids:
        with archive.catalogue.read() as connection:
            is_known = find_case(connection, objid) is not None
            if not is_known or not standing(connection, objid, read_version(connection, objid).version, policy).sealed:
                continue
            rows = [row for row in pool.of_case(connection, objid) if pool.case_holds(connection, objid, row.sha256)]
        for row in rows:
            # The bytes first: an entry that tells of them as gone while they lie there would be forgotten for good.
            pool_records.drop_recording(home, row.file)
            with archive.catalogue.begin() as connection:
                held = pool.require(connection, home, row.id)
                details = {"objid": objid}
                pool.step(connection, held, pool.CLEARED, details, actor=session.person.account, moment=archive.now())
            cleared += 1
    return cleared
