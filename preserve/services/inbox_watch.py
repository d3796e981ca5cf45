"""The watched inbox: new folders get a draft of their description by themselves, and old unfinished uploads end."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from metadata.findings import text_in
from preserve.administration.duties import Duty
from preserve.errors import Busy, Refused
from preserve.ingest.handing_in import inboxes
from preserve.ingest.handing_in.access import Known
from preserve.ingest.handing_in.described import draft_of, forget_read
from preserve.ingest.handing_in.figures import Figures, figures
from preserve.ingest.handing_in.rooms import Room
from preserve.services.deposit_drafts import drafted
from preserve.services.operation import job
from preserve.services.runs import Runs
from preserve.services.session import Session
from preserve.services.upload_ends import clear_kept, end_old

SETTLED = 600
"""Seconds for which nothing in a folder may change before it counts as laid there: a share keeps files' old times."""


_READ = 30 * 86400.0
"""After so many seconds a workbook of an inbox is read anew."""


@dataclass(frozen=True, slots=True)
class InboxWatched:
    """What one round did: folders that got a draft, those still being filled, those without a file or unreadable, and
    how many unfinished uploads were taken away. `cleared`: uploads whose
    case has all its copies. `absent` are inboxes that cannot be read now.
    """

    drafted: tuple[str, ...]
    filling: tuple[str, ...]
    unreadable: tuple[str, ...]
    ended: int
    cleared: int
    absent: tuple[str, ...]


@job("inbox.watch", duty=Duty.INGEST, runs=Runs(place=""))
def watch(session: Session, *, settled: int = SETTLED) -> InboxWatched:
    """One round over the inboxes; nothing in them is changed. Run by a timer.

    A folder that lies unchanged since a round `settled` seconds ago, and has no description, gets a draft. Raises
    Stopped.
    """
    home, moment = session.home, session.archive.now()
    made, filling, unreadable = [], [], []
    session.progress.begin("deposit.drafting")
    for folder in inboxes.listed(home):
        session.progress(0, 1)
        room, record = inboxes.record_of(home, folder)
        place = Known(room, record, folder.path)
        if record.state != "draft" or draft_of(home, place).origin != "none":
            continue
        size = figures(folder.path, fresh=True)
        name = str(text_in(folder.name))
        if not size.readable or not size.files:
            unreadable.append(name)
        elif not _lies_still(room, size, moment, settled):
            filling.append(name)
        else:
            with suppress(Busy):
                try:
                    drafted(session, place)
                    made.append(name)
                except Refused:
                    unreadable.append(name)
    ended, cleared = end_old(session), clear_kept(session)
    forget_read(home, _READ)
    return InboxWatched(tuple(made), tuple(filling), tuple(unreadable), ended, cleared, inboxes.absent(home))


def _lies_still(room: Room, size: Figures, moment: datetime, settled: int) -> bool:
    """Whether it is as it was in a round so many seconds ago; the first round only notes what is there."""
    note = room.path / "seen.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(note.read_bytes())
        if known["fingerprint"] == size.fingerprint:
            return moment.timestamp() - float(known["at"]) >= settled
    room.put(note, json.dumps({"fingerprint": size.fingerprint, "at": moment.timestamp()}).encode())
    return settled <= 0
