"""Which row of a list holds its headings, in one level or two, and which kind of list they are those of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from preserve.ingest.legacy.keys import heading_key
from preserve.ingest.legacy.profile import ListField, ListProfile
from preserve.ingest.legacy.sheets import Area, Row

LEAST = 2
"""So many headings must be known for a row to be one of headings."""


@dataclass(frozen=True, slots=True)
class Headings:
    """The columns of a table: field by column, all headings by column, how many rows they take.

    `twice` are columns of a field that another column has already.
    """

    fields: Mapping[int, ListField]
    words: Mapping[int, str]
    rows: int
    known: int
    marks: int
    twice: tuple[int, ...] = ()

    @property
    def column_of(self) -> Mapping[ListField, int]:
        """The column of each field."""
        return {field: column for column, field in self.fields.items()}


def read_headings(profile: ListProfile, row: Row, below: Row | None, merged: Iterable[Area]) -> Headings | None:
    """The headings in a row, or in it and the one below; None where it is none of this kind of list."""
    width = max(len(row.cells), len(below.cells) if below else 0)
    upper = [row.text(column) for column in range(width)]
    one = _fit(profile, upper, [""] * width, 1)
    if below is None:
        return one
    lower = [below.text(column) for column in range(width)]
    two = _fit(profile, _spread(upper, lower, row.number, merged), lower, 2)
    alone = _fit(profile, lower, [""] * width, 1)  # the row below says as much without this one: this is a title
    others = max((fit.known for fit in (one, alone) if fit), default=0)
    return two if two and two.known > others else one


def _spread(upper: Sequence[str], lower: Sequence[str], number: int, merged: Iterable[Area]) -> list[str]:
    """The upper headings over all the columns that they stand above."""
    spread = list(upper)
    for area in merged:
        if area.top <= number <= area.bottom and area.left < len(spread):
            for column in range(area.left + 1, min(area.right + 1, len(spread))):
                spread[column] = spread[column] or upper[area.left]
    for column in range(1, len(spread)):  # a list without marks of what is merged
        if not spread[column] and lower[column]:
            spread[column] = spread[column - 1] if lower[column - 1] else ""
    return spread


def _fit(profile: ListProfile, upper: Sequence[str], lower: Sequence[str], rows: int) -> Headings | None:
    names = profile.by_heading()
    rest = {heading_key(one) for one in profile.rest}
    marks = {heading_key(one) for one in profile.marks}
    fields: dict[int, ListField] = {}
    words: dict[int, str] = {}
    twice: list[int] = []
    known = marked = 0
    for column, (above, beneath) in enumerate(zip(upper, lower, strict=True)):
        whole = " ".join(one for one in (above, beneath) if one)
        if not whole:
            continue
        words[column] = whole
        tried = [above + beneath, beneath] if beneath else [above]
        keys = [heading_key(one) for one in tried]
        field = next((names[key] for key in keys if key in names), None)
        known += field is not None or any(key in rest for key in keys)
        marked += any(key in marks for key in keys)
        if field is None:
            continue
        if field in fields.values():
            twice.append(column)
        else:
            fields[column] = field
    there = set(fields.values())
    if known < LEAST or not all(there & set(group) for group in profile.needs):
        return None
    return Headings(fields, words, rows, known, marked, tuple(twice))


def choose(fits: Sequence[tuple[ListProfile, Headings]]) -> list[tuple[ListProfile, Headings]]:
    """The kinds of list that the headings fit best; several only where they would be read differently."""
    if not fits:
        return []
    best = max((one.known, one.marks) for _, one in fits)
    chosen = [(profile, one) for profile, one in fits if (one.known, one.marks) == best]
    alike = all(one.fields == chosen[0][1].fields for _, one in chosen)
    return chosen[:1] if alike else chosen


def same_again(headings: Headings, row: Row) -> bool:
    """Whether a row repeats the headings, as lists do that were made page by page."""
    said = {column: heading_key(row.text(column)) for column in headings.words}
    same = sum(bool(word) and word in heading_key(headings.words[column]) for column, word in said.items())
    filled = sum(bool(word) for word in said.values())
    return filled >= LEAST and same == filled
