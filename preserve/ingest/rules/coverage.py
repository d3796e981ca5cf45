"""What of a span of time no recording covers, and whether that was explained (Art. 9, 13, 14)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from preserve.description.schema import CaseDescription
from preserve.ingest.rules import View
from preserve.ingest.rules.recordings import Recording, time_code


@dataclass(frozen=True, slots=True)
class Piece:
    """A span that nothing covers, with the recordings beside it, if there are any."""

    start: datetime
    end: datetime
    before: Recording | None
    after: Recording | None


def uncovered(taken: Sequence[Recording], start: datetime, end: datetime, slack: timedelta) -> list[Piece]:
    """The pieces of a span, each longer than `slack`, that none of the recordings covers; these by their starts."""
    pieces: list[Piece] = []
    covered, before, after = start, None, None
    for one in taken:
        if one.end <= covered:
            before = one if before is None or one.end > before.end else before
            continue
        if one.start >= end:
            after = one
            break
        if one.start > covered + slack:
            pieces.append(Piece(covered, one.start, before, one))
        covered, before = one.end, one
    if covered + slack < end:
        pieces.append(Piece(covered, end, before, after))
    return pieces


def touching(taken: Sequence[Recording], start: datetime, end: datetime, slack: timedelta) -> list[Recording]:
    """The recordings that have something of the span, or come near it."""
    return [one for one in taken if one.start <= end + slack and one.end >= start - slack]


def explained_files(case: CaseDescription) -> frozenset[str]:
    """The files whose interruption a document explains; none explains its own."""
    return frozenset(_name(item.explains) for item in case.objects if item.explains and item.explains != item.file)


def is_explained(piece: Piece, view: View) -> bool:
    """Whether a document explains a file beside the piece, or words that were said in one."""
    explained = explained_files(view.case)
    if any(_name(one.file) in explained for one in _beside(piece, view.zone)):
        return True
    if piece.after is not None and spoken_within(piece.after) is not None:
        return True
    return piece.after is None and piece.before is not None and _said_at_the_end(piece.before)


def _beside(piece: Piece, zone: tzinfo) -> Iterator[Recording]:
    """The files next to the piece that are of the same day."""
    if piece.before is not None and _day(piece.before.end, zone) == _day(piece.start, zone):
        yield piece.before
    if piece.after is not None and _day(piece.after.start, zone) == _day(piece.end, zone):
        yield piece.after


def spoken_within(recording: Recording) -> float | None:
    """The second at which an interruption is explained aloud; None where none is told, or it lies outside."""
    spoken = recording.item.spoken_explanation if recording.item else ""
    seconds = time_code(spoken) if spoken else None
    return seconds if seconds is not None and seconds <= _length(recording) else None


def _said_at_the_end(recording: Recording) -> bool:
    """In the second half: what is said at a beginning explains what came before it."""
    seconds = spoken_within(recording)
    return seconds is not None and seconds * 2 >= _length(recording)


def _length(recording: Recording) -> float:
    return (recording.end - recording.start).total_seconds()


def _day(moment: datetime, zone: tzinfo) -> object:
    return moment.astimezone(zone).date()


def _name(file: str) -> str:
    return unicodedata.normalize("NFC", file)
