"""Which waiting deposits somebody may know of: an archivist each, everybody else those that they sent themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from preserve.administration.duties import Duty
from preserve.administration.people import Person
from preserve.errors import Conflict, NotFound
from preserve.home import Home
from preserve.ingest.handed import Handed
from preserve.ingest.handing_in import inboxes
from preserve.ingest.handing_in.closing import digests
from preserve.ingest.handing_in.manifest import Offered, read
from preserve.ingest.handing_in.offers import unanswered_offers
from preserve.ingest.handing_in.rooms import Record, Room, room_of


@lru_cache(maxsize=8)
def _list(path: Path, declared: str) -> tuple[Offered, ...]:
    """Read once: a list is known by its digest, and no two uploads have one place."""
    return read(path.read_bytes())


@dataclass(frozen=True, slots=True)
class Known:
    """A waiting deposit that somebody may know of: its room, its record, and where its files lie."""

    room: Room
    record: Record
    folder: Path

    @property
    def files(self) -> tuple[Offered, ...]:
        """The list of an upload."""
        return _list(self.room.manifest, self.record.declared)

    def handed(self) -> Handed:
        """As ingest takes it: with the description that was filled in here, and the digests of an upload."""
        beside = self.room.draft.read_bytes() if self.room.draft.exists() else b""
        top = f"{self.record.top}/" if self.record.top else ""
        came = digests(self.room, self.files) if self.record.kind == "upload" else {}
        known_by = {path.removeprefix(top): digest for path, digest in came.items()}
        return Handed(self.folder, beside, known_by, unanswered_offers(self.room))


def takes_in(person: Person) -> bool:
    """Whether somebody takes others' deposits in: who ingests, and who answers for errors in them."""
    return person.may(Duty.INGEST) or person.may(Duty.ANSWER)


def known(home: Home, person: Person, identifier: str) -> Known:
    """Raises NotFound where there is no such deposit, or none that this person may know of."""
    if identifier.startswith("in-"):
        if not takes_in(person):
            raise NotFound("deposit.unknown", identifier[:80])
        waiting = inboxes.find(home, identifier)
        room, record = inboxes.record_of(home, waiting)
        return Known(room, record, waiting.path)
    room = room_of(home, identifier)
    record = room.read()
    if record.owner != person.account and (record.state == "uploading" or not takes_in(person)):
        raise NotFound("deposit.unknown", identifier)
    return Known(room, record, room.files / record.top if record.top else room.files)


def own(home: Home, person: Person, identifier: str) -> Known:
    """An upload of theirs. Raises NotFound for every other."""
    found = known(home, person, identifier)
    if found.record.owner != person.account:
        raise NotFound("deposit.unknown", identifier)
    return found


def may_change(found: Known, person: Person) -> bool:
    """Whether this person may write to it now: who sent it until it is handed in, an archivist until it is taken in."""
    state = found.record.state
    mine = found.record.owner == person.account and state in ("draft", "returned")
    return mine or (takes_in(person) and state not in ("uploading", "taken-in"))


def require_change(found: Known, person: Person) -> None:
    """Raises Conflict where it is in other hands, or was taken in."""
    if not may_change(found, person):
        raise Conflict("deposit.not-yours-now", found.room.id, state=found.record.state)
