"""What a machine read of a waiting deposit, kept in its room until a person answers: taken or left, by whom."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from metadata.findings import Finding
from preserve.description.drafted import SEEN, Proposal, Rows, label_code
from preserve.ingest.handing_in.rooms import Room
from preserve.messages import say


class Settled(BaseModel):
    """A person's answer; `at` is RFC 3339."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    taken: bool
    by: str
    account: str
    at: str


class Offer(BaseModel):
    """One proposal with its number, from 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int
    proposal: Proposal
    settled: Settled | None = None

    @property
    def asks(self) -> bool:
        """Whether it is for a field at all."""
        return self.proposal.sheet != SEEN

    def is_open(self, rows: Rows) -> bool:
        """Whether it waits for an answer: a field that a person filled in otherwise has had one."""
        return self.asks and self.settled is None and rows.stands(self.proposal) in ("", self.proposal.before)


class _Offers(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    pictures: str = ""
    """The folder of the pictures: each reading has its own, so that none is shown beside another line."""
    offers: tuple[Offer, ...] = ()


def read_offers(room: Room) -> tuple[Offer, ...]:
    """What was read; nothing where nothing was, or where it cannot be read: it can be read again."""
    return _read(room).offers


def _read(room: Room) -> _Offers:
    try:
        return _Offers.model_validate_json(_list(room).read_bytes())
    except (OSError, ValidationError):
        return _Offers()


def keep_offers(room: Room, proposals: Iterable[Proposal], pictures: Mapping[int, bytes]) -> None:
    """Keep what was read instead of what was there; what somebody answered and was read again stays answered."""
    answered = {_key(one.proposal): one.settled for one in read_offers(room)}
    folder = room.path / f"read-{os.urandom(6).hex()}"
    folder.mkdir(parents=True)
    for place, picture in pictures.items():
        room.put(folder / f"{place + 1}.png", picture)
    offers = tuple(
        Offer(number=number, proposal=one, settled=answered.get(_key(one))) for number, one in enumerate(proposals, 1)
    )
    _write(room, _Offers(pictures=folder.name, offers=offers))
    for old in room.path.glob("read-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)


def _key(one: Proposal) -> str:
    return json.dumps([one.sheet, one.row, one.field, one.value, one.file, one.page])


def settle_offer(room: Room, number: int, settled: Settled) -> None:
    """Keep an answer; the caller holds the room."""
    known = _read(room)
    offers = tuple(one.model_copy(update={"settled": settled}) if one.number == number else one for one in known.offers)
    _write(room, known.model_copy(update={"offers": offers}))


def _write(room: Room, offers: _Offers) -> None:
    room.put(_list(room), offers.model_dump_json(indent=1).encode("utf-8", "backslashreplace"))


def _list(room: Room) -> Path:
    return room.path / "read.json"


def pictures_of(room: Room) -> Mapping[int, Path]:
    """The pictures of the lines that there are, by the numbers of their offers."""
    known = _read(room)
    folder = room.path / known.pictures
    if not known.pictures or not folder.is_dir():
        return {}
    there = {path.name for path in folder.iterdir()}
    names = {one.number: f"{one.number}.png" for one in known.offers}
    return {number: folder / name for number, name in names.items() if name in there}


def unanswered_offers(room: Room) -> tuple[Finding, ...]:
    """A warning for each proposal that nobody answered. It is not in the description, and keeps nothing out.

    What was read is not said: what is found of a deposit stands in its package.
    """
    offers = read_offers(room)
    if not offers:
        return ()
    try:
        content = json.loads(room.draft.read_bytes())
    except (OSError, ValueError):
        content = {}
    rows = Rows(content if isinstance(content, dict) else {})
    open_ones = [one for one in offers if one.is_open(rows)]
    return tuple(
        Finding(
            "reading.draft-unconfirmed",
            one.proposal.file,
            "warning",
            {"field": say(label_code(one.proposal)), "row": one.number},
        )
        for one in open_ones
    )
