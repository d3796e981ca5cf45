"""What was read of a waiting deposit in its room: kept with its answers, said where nobody answered, lost without harm."""

from __future__ import annotations

import json
from pathlib import Path

from preserve.description.drafted import Proposal
from preserve.ingest.handing_in.offers import (
    Settled,
    keep_offers,
    pictures_of,
    read_offers,
    settle_offer,
    unanswered_offers,
)
from preserve.ingest.handing_in.rooms import Room

TAKEN = Settled(taken=True, by="周", account="zhou", at="2026-11-30T00:00:00Z")


def _proposal(sheet: str, field: str, value: str, before: str = "") -> Proposal:
    return Proposal(sheet=sheet, field=field, value=value, before=before, file="a.jpg", page=1)


PROPOSALS = [
    _proposal("case", "case_number", "临文综罚〔2026〕12号"),
    _proposal("case", "title", "题名", before="文件夹"),
    _proposal("seen", "telephone", "13812345678"),
]


def _room(folder: Path) -> Room:
    room = Room(folder / "up-01k00000000000000000000000")
    keep_offers(room, PROPOSALS, {0: b"png"})
    return room


def test_they_are_kept_with_their_pictures_and_a_new_reading_keeps_the_answers(tmp_path: Path) -> None:
    room = _room(tmp_path)
    assert [(one.number, one.asks, one.settled) for one in read_offers(room)] == [
        (1, True, None),
        (2, True, None),
        (3, False, None),
    ]
    assert [path.read_bytes() for path in pictures_of(room).values()] == [b"png"]
    settle_offer(room, 2, TAKEN)
    keep_offers(room, list(reversed(PROPOSALS)), {})
    assert [(one.proposal.field, one.settled) for one in read_offers(room)] == [
        ("telephone", None),
        ("title", TAKEN),
        ("case_number", None),
    ]
    assert pictures_of(room) == {} and len(list(room.path.glob("read-*"))) == 1


def test_what_nobody_answered_is_a_warning_and_what_somebody_filled_in_otherwise_is_not(tmp_path: Path) -> None:
    room = _room(tmp_path)
    assert [(one.severity, one.where, one.values["row"]) for one in unanswered_offers(room)] == [
        ("warning", "a.jpg", 1),
        ("warning", "a.jpg", 2),
    ]
    room.put(room.draft, json.dumps({"case_number": "别的号", "title": "文件夹"}).encode())
    assert [one.values["row"] for one in unanswered_offers(room)] == [2]
    settle_offer(room, 2, TAKEN.model_copy(update={"taken": False}))
    assert unanswered_offers(room) == ()


def test_a_list_that_is_damaged_is_none(tmp_path: Path) -> None:
    room = _room(tmp_path)
    (room.path / "read.json").write_bytes(b"{")
    room.put(room.draft, b"[]")
    assert read_offers(room) == () and unanswered_offers(room) == ()
    assert unanswered_offers(Room(tmp_path / "up-none")) == ()
