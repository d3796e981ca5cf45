"""A bureau's own list of old cases read into cases: which kind of list it is, its rows, what could not be read."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from metadata.findings import Finding
from preserve.errors import Refused
from preserve.ingest.legacy.gathering import Gathering
from preserve.ingest.legacy.headings import LEAST, Headings, choose, read_headings, same_again
from preserve.ingest.legacy.keys import case_number, heading_key, may_be_archival
from preserve.ingest.legacy.profile import ListField, ListProfile, ListProfiles, read_lists
from preserve.ingest.legacy.records import CaseList
from preserve.ingest.legacy.row_facts import RowReader
from preserve.ingest.legacy.sheets import Row, Sheet, read_sheets
from preserve.messages import listed

_ABOVE = 60
"""So many rows may stand above the headings: titles, and what holds for the whole sheet."""
_OF_THE_SHEET = re.compile(r"(全宗号|目录号|年度|保管期限|全宗名称|立档单位)\s*[:：]?\s*([^\s:：,，;；]{1,60})")
_FIELD_OF = {"全宗号": "fonds", "目录号": "catalogue", "年度": "year", "保管期限": "retention"}
_NUMBERED: tuple[ListField, ...] = ("case_number", "archival_number")
_MOST_TOLD = 2000


def read_list(path: Path, profile: str = "", own: Path | None = None) -> CaseList:
    """The cases of a list (xlsx, csv). `profile` names the kind of list, else its headings say it; `own`: the folder of
    the archive's own profiles.

    Raises Refused where it cannot be read, where no row holds headings that a profile knows, or where several kinds
    fit that would be read differently.
    """
    profiles = read_lists(own)
    wanted = _wanted(profiles, profile, path)
    reading = _Reading(path, profiles, wanted)
    for sheet in read_sheets(path):
        reading.sheet(sheet)
    if reading.profile is None:
        seen = listed(reading.seen[:12])
        raise Refused("legacy.list-no-headings", path.name, seen=seen or "—", kinds=_names(wanted))
    return CaseList(reading.profile.name, reading.gathering.cases(), tuple(reading.findings()))


def _wanted(profiles: ListProfiles, name: str, path: Path) -> tuple[ListProfile, ...]:
    chosen = tuple(one for one in profiles.list if not name or one.name == name)
    if not chosen:
        raise Refused("legacy.list-profile-unknown", path.name, name=name, kinds=_names(profiles.list))
    return chosen


def _names(profiles: Iterable[ListProfile]) -> str:
    return listed(f"{one.name} ({one.label.spoken})" for one in profiles)


class _Reading:
    """Reads the sheets of one list, one after the other."""

    def __init__(self, path: Path, profiles: ListProfiles, wanted: tuple[ListProfile, ...]) -> None:
        self.path, self.profiles, self.wanted = path, profiles, wanted
        self.profile: ListProfile | None = None
        self.gathering = Gathering()
        self.seen: list[str] = []
        self._findings: list[Finding] = []
        self._told = 0
        words = "|".join(map(re.escape, profiles.totals)) or "(?!)"
        self._totals = re.compile(rf"(?:{words})+[\d:,.件卷页份条盒册个宗元共]*")

    def findings(self) -> Iterator[Finding]:
        """What could not be read, the first thousands of it, and how many more."""
        yield from self._findings
        if self._told > len(self._findings):
            yield Finding("legacy.list-more", "", "warning", {"count": self._told - len(self._findings)})

    def tell(self, finding: Finding) -> None:
        """Keep a finding."""
        self._told += 1
        if len(self._findings) < _MOST_TOLD:
            self._findings.append(finding)

    def sheet(self, sheet: Sheet) -> None:
        """Read one sheet: what stands above its headings, then its rows."""
        rows = iter(sheet.rows)
        head = deque(islice(rows, _ABOVE))
        above: dict[str, str] = {}
        while head:
            row = head.popleft()
            if (found := self._headings(sheet, row, head[0] if head else None)) is not None:
                profile, headings = found
                self.profile = self.profile or profile
                for _ in range(headings.rows - 1):
                    head.popleft()
                self._rows(sheet, profile, headings, above, _chain(head, rows))
                return
            self._note_above(row, above)
        if above or self.seen:
            self.tell(Finding("legacy.sheet-no-headings", sheet.name, "note", {"sheet": sheet.name}))

    def _note_above(self, row: Row, above: dict[str, str]) -> None:
        texts = [text for column in range(len(row.cells)) if (text := row.text(column))]
        self.seen += [one[:40] for one in texts[: 40 - len(self.seen)]]
        for name, value in _OF_THE_SHEET.findall(" ".join(texts)[:2000]):
            above[_FIELD_OF.get(name, "producer")] = value

    def _headings(self, sheet: Sheet, row: Row, below: Row | None) -> tuple[ListProfile, Headings] | None:
        """The kind of list and its headings; of several sheets all are held to be of the kind of the first."""
        for kinds in ((self.profile,), self.wanted) if self.profile else (self.wanted,):
            fits = [(one, fit) for one in kinds if one and (fit := read_headings(one, row, below, sheet.merged))]
            chosen = choose(fits)
            if len(chosen) > 1:
                place = sheet.place(row.number, 0)
                kinds_found = _names(one for one, _ in chosen)
                raise Refused("legacy.list-ambiguous", f"{self.path.name} {place}", kinds=kinds_found)
            if chosen:
                return chosen[0]
        return None

    def _rows(
        self, sheet: Sheet, profile: ListProfile, headings: Headings, above: dict[str, str], rows: Iterator[Row]
    ) -> None:
        for column in headings.twice:
            told = {"heading": headings.words[column][:100]}
            self.tell(Finding("legacy.column-twice", sheet.place(0, column).rstrip("0"), "note", told))
        reader = RowReader(sheet, profile, self.profiles, headings, above)
        numbered = [headings.column_of[name] for name in _NUMBERED if name in headings.column_of]
        known = {heading_key(one) for words in profile.columns.values() for one in words}
        for row in rows:
            texts = [row.text(column) for column in range(min(len(row.cells), 60))]
            filled = [one for one in texts if one]
            numbers = [row.text(column) for column in numbered]
            if not filled or self._no_case(filled, numbers) or same_again(headings, row):
                continue
            if sum(heading_key(one) in known for one in filled) >= LEAST and (
                other := read_headings(profile, row, None, sheet.merged)
            ):
                headings = other
                numbered = [other.column_of[name] for name in _NUMBERED if name in other.column_of]
                reader = RowReader(sheet, profile, self.profiles, headings, above)
                continue
            listed_row, findings = reader.read(row)
            for finding in findings:
                self.tell(finding)
            if listed_row is not None:
                for finding in self.gathering.add(listed_row):
                    self.tell(finding)

    def _no_case(self, filled: Sequence[str], numbers: Sequence[str]) -> bool:
        """A row that counts others, or stands below the table for those who sign; none that has a number of its own."""
        if any(case_number(number) or may_be_archival(number) for number in numbers if number):
            return False
        first = heading_key(filled[0]).lstrip("(")
        if self._totals.fullmatch(first):
            return True
        signs = "".join(filled[0].split()).replace("：", ":")
        return len(filled) <= 6 and any(signs.startswith(word.replace("：", ":")) for word in self.profiles.signatures)


def _chain(head: Iterable[Row], rows: Iterator[Row]) -> Iterator[Row]:
    yield from head
    yield from rows
