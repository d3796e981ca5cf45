"""How uploads end by themselves: unfinished ones after some days, those taken in once all copies are there."""

from __future__ import annotations

import shutil
from contextlib import suppress

from preserve.archival_storage.packages import read_version
from preserve.archival_storage.policy import read_policy, standing
from preserve.data_management.cases import find_case
from preserve.ingest.handing_in.rooms import rooms
from preserve.services.session import Session
from preserve.services.uploads import enter


def end_old(session: Session) -> int:
    """Take away uploads that nobody went on with for `DAYS` days; how many."""
    ended = 0
    for room, record in rooms(session.home):
        if record.state == "uploading" and room.ends() < session.archive.now():
            with suppress(OSError), room.held():
                enter(session, "deposit.expired", room.id, files=record.files, bytes=record.bytes)
                room.discard()
                ended += 1
    return ended


def clear_kept(session: Session) -> int:
    """Take the files of uploads away whose case has every copy that it needs; record and papers stay; how many."""
    archive, cleared = session.archive, 0
    policy = read_policy(session.home.profiles)
    for room, record in rooms(session.home):
        if record.kind != "upload" or record.state != "taken-in" or not room.files.exists():
            continue
        with archive.catalogue.read() as connection:
            kept = find_case(connection, record.objid) is not None
            whole = kept and standing(connection, record.objid, read_version(connection, record.objid).version, policy)
        if whole and whole.sealed:
            enter(session, "deposit.cleared", room.id, objid=record.objid)
            shutil.rmtree(room.files)
            shutil.rmtree(room.parts, ignore_errors=True)
            cleared += 1
    return cleared
