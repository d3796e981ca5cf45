"""An archival number held to the bureau's pattern, and the number that the pattern gives a case (DA/T 13-2022)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from preserve.administration.numbering.profile import NumberingProfile, Part
from preserve.data_management.filings import Number
from preserve.data_management.fonds import BETWEEN
from preserve.description.legacy import closed
from preserve.description.schema import CaseDescription

WITHIN = "·"
"""What stands between the parts of one level."""
UNKNOWN_YEAR = "0000"
"""What stands for the year of an old case of which nobody knows in which it was closed."""
_FONDS = re.compile(r"[A-Z][0-9]{3}")
_CODE = re.compile(r"[A-Z0-9]+")
_SIGNS = str.maketrans({**dict.fromkeys("•．・‧∙･", WITHIN), **dict.fromkeys("—–－‐‑‒−﹣", BETWEEN)})


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not hold in a number: `reason` is `levels`, `parts`, `signs`, or the kind of the part that is wrong.

    `level` and `place` count from 1, 0 where it is the whole; `written` is what stands there, `wanted` what should.
    """

    reason: str
    written: str
    wanted: str
    level: int = 0
    place: int = 0


def is_fonds_number(text: str) -> bool:
    """Whether this is a 全宗号 of four signs: a letter and three digits."""
    return _FONDS.fullmatch(text) is not None


def normalised(text: str) -> str:
    """With the signs between and within levels as the standard has them: old lists use many others."""
    return text.translate(_SIGNS)


def faults(profile: NumberingProfile, text: str, description: CaseDescription, fonds_number: str = "") -> list[Fault]:
    """Everything in which a number is not what the pattern asks of this case; `fonds_number` where it is known."""
    found = [Fault("signs", text, normalised(text))] if normalised(text) != text else []
    levels = normalised(text).split(BETWEEN)
    wanted = profile.levels
    if len(levels) != len(wanted):
        return [*found, Fault("levels", str(len(levels)), str(len(wanted)))]
    for level, (written, parts) in enumerate(zip(levels, wanted, strict=True), 1):
        pieces = written.split(WITHIN)
        if len(pieces) != len(parts):
            found.append(Fault("parts", written, str(len(parts)), level))
            continue
        for place, (piece, part) in enumerate(zip(pieces, parts, strict=True), 1):
            should = _wanted(profile, part, description, fonds_number)
            if not _holds(part, piece, should):
                found.append(Fault(part.kind, piece, "/".join(should) or _shape(part), level, place))
    return found


def _wanted(profile: NumberingProfile, part: Part, description: CaseDescription, fonds_number: str) -> tuple[str, ...]:
    """What may stand in a part of this case's number; nothing where only its shape is known."""
    if part.kind == "fonds":
        return (fonds_number,) if fonds_number else ()
    if part.kind == "year":
        return (year,) if (year := closed(description)[:4]) else ()
    if part.kind == "term":
        return (profile.terms[description.retention],)
    if part.kind == "code" and (own := part.by_type.get(description.case_type)):
        return (own,)
    return part.values


def _holds(part: Part, piece: str, should: tuple[str, ...]) -> bool:
    if should:
        return piece in should
    if part.kind == "fonds":
        return is_fonds_number(piece)
    if part.kind == "year":
        return piece.isascii() and piece.isdigit() and len(piece) == 4
    if part.kind == "sequence":
        return _sequence(part, piece) > 0
    return _CODE.fullmatch(piece) is not None and part.least <= len(piece) <= part.most


def _shape(part: Part) -> str:
    """An example of what may stand there, for people."""
    if part.kind == "fonds":
        return "A001"
    if part.kind == "sequence":
        return "1".zfill(part.least)
    return f"A–Z 0–9 × {part.least}–{part.most}"


def _sequence(part: Part, piece: str) -> int:
    """The number that a piece says, 0 where it is none as this archive writes them (007, never 0007 for width 3)."""
    if not (piece.isascii() and piece.isdigit() and part.least <= len(piece) <= part.most):
        return 0
    number = int(piece)
    return number if str(number).zfill(part.least) == piece else 0


def described(profile: NumberingProfile, text: str, fonds_number: str) -> Number | None:
    """A number that somebody wrote, without its 全宗号; None where it is not of this fonds.

    Its sequence is known where its last level is one.
    """
    head, between, local = normalised(text).partition(BETWEEN)
    if not (between and local and head == fonds_number and head):
        return None
    series, _, last = local.rpartition(BETWEEN)
    sequence = _sequence(profile.part[-1], last)
    return Number(local, series if sequence else "", sequence)


def series_of(profile: NumberingProfile, description: CaseDescription) -> str:
    """In what a case of this description is counted: its number without 全宗号 and sequence."""
    return BETWEEN.join(
        WITHIN.join(_given(profile, part, description) for part in parts) for parts in profile.levels[1:-1]
    )


def _given(profile: NumberingProfile, part: Part, description: CaseDescription) -> str:
    if part.kind == "year":
        return closed(description)[:4] or UNKNOWN_YEAR
    if part.kind == "term":
        return profile.terms[description.retention]
    return part.code_of(description.case_type)


def given(profile: NumberingProfile, series: str, sequence: int) -> Number | None:
    """The number of that sequence in a series; None where it is wider than the rules let it be."""
    last = profile.part[-1]
    written = str(sequence).zfill(last.least)
    if len(written) > last.most:
        return None
    return Number(f"{series}{BETWEEN}{written}" if series else written, series, sequence)
