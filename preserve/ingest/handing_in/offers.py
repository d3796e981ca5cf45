"""What a machine read of a waiting deposit, kept in its room until a person answers: taken or left, by whom."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from metadata.findings import Finding
from preserve.description.drafted import SEEN, Proposal, label_code, stands
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

    def is_open(self, content: Mapping[str, Any]) -> bool:
        """Whether it waits for an answer: a field that a person filled in otherwise has had one."""
        return self.asks and self.settled is None and stands(content, self.proposal) in ("", self.proposal.before)


class _Offers(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    offers: tuple[Offer, ...] = ()


def read_offers(room: Room) -> tuple[Offer, ...]:
    """What was read; nothing where nothing was, or where it cannot be read: it can be read again."""
    try:
        return _Offers.model_validate_json(_list(room).read_bytes()).offers
    except (OSError, ValidationError):
        return ()


def keep_offers(room: Room, proposals: Iterable[Proposal], pictures: Mapping[int, bytes]) -> None:
    """Keep what was read instead of what was there; what somebody answered and was read again stays answered."""
    answered = {_key(one.proposal): one.settled for one in read_offers(room)}
    room.path.mkdir(parents=True, exist_ok=True)
    _list(room).unlink(missing_ok=True)  # no picture is ever shown beside another line
    _folder(room).mkdir(exist_ok=True)
    offers = []
    for number, one in enumerate(proposals, 1):
        if picture := pictures.get(number - 1):
            room.put(picture_of(room, number), picture)
        else:
            picture_of(room, number).unlink(missing_ok=True)
        offers.append(Offer(number=number, proposal=one, settled=answered.get(_key(one))))
    _write(room, offers)


def _key(one: Proposal) -> str:
    return json.dumps([one.sheet, one.row, one.field, one.value, one.file, one.page])


def settle_offer(room: Room, number: int, settled: Settled) -> None:
    """Keep an answer; the caller holds the room."""
    offers = read_offers(room)
    _write(room, [one.model_copy(update={"settled": settled}) if one.number == number else one for one in offers])


def _write(room: Room, offers: Iterable[Offer]) -> None:
    room.put(_list(room), _Offers(offers=tuple(offers)).model_dump_json(indent=1).encode("utf-8", "backslashreplace"))


def _list(room: Room) -> Path:
    return room.path / "read.json"


def _folder(room: Room) -> Path:
    return room.path / "read"


def picture_of(room: Room, number: int) -> Path:
    """The picture of an offer's line, there or not."""
    return _folder(room) / f"{number}.png"


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
    open_ones = [one for one in offers if one.is_open(content if isinstance(content, dict) else {})]
    return tuple(
        Finding(
            "reading.draft-unconfirmed",
            one.proposal.file,
            "warning",
            {"field": say(label_code(one.proposal)), "row": one.number},
        )
        for one in open_ones
    )
