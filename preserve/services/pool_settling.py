"""What follows from claims: a deposit was taken in or is gone, a case has all its copies."""

from __future__ import annotations

from contextlib import suppress

from preserve.archival_storage.packages import read_version
from preserve.archival_storage.policy import read_policy, standing
from preserve.data_management import pool, pool_records
from preserve.data_management.cases import find_case
from preserve.data_management.pool import Wish
from preserve.errors import Conflict
from preserve.ingest.handing_in.rooms import rooms
from preserve.services.session import Session

_AT_ONCE = 10_000


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

    How many recordings wait again, and of how many the pool keeps no bytes any more.
    """
    archive = session.archive
    states = {room.id: record for room, record in rooms(session.home)}
    released = 0
    with archive.catalogue.read() as connection:
        claimed = pool.page(connection, Wish(state="claimed"), "", _AT_ONCE)[0]
    for row in claimed:
        record = states.get(row.deposit)
        if record is not None and record.state == "taken-in":
            settle(session, row.deposit, record.objid)
        elif record is None:
            with suppress(Conflict), archive.catalogue.begin() as connection:
                held = pool.require(connection, session.home, row.id)
                pool.step(
                    connection,
                    held,
                    pool.RELEASED,
                    {"deposit": row.deposit, "reason": "deposit-gone"},
                    actor=session.person.account,
                    moment=archive.now(),
                )
                released += 1
    return released, _clear(session)


def _clear(session: Session) -> int:
    """The pool's bytes of recordings go whose case has every copy that it needs, as those of uploads do."""
    archive, home, cleared = session.archive, session.home, 0
    policy = read_policy(home.profiles)
    with archive.catalogue.read() as connection:
        rows = pool.page(connection, Wish(state="in-case"), "", _AT_ONCE)[0]
    for row in rows:
        with archive.catalogue.read() as connection:
            whole = find_case(connection, row.objid) is not None and standing(
                connection, row.objid, read_version(connection, row.objid).version, policy
            )
            holds = whole and pool.case_holds(connection, row.objid, row.sha256)
        if not whole or not whole.sealed or not holds:
            continue
        # The bytes first: an entry that tells of them as gone while they lie there would be forgotten for good.
        pool_records.drop_recording(home, row.file)
        with archive.catalogue.begin() as connection:
            held = pool.require(connection, home, row.id)
            pool.step(
                connection, held, pool.CLEARED, {"objid": row.objid}, actor=session.person.account, moment=archive.now()
            )
        cleared += 1
    return cleared
