"""One row of a list of old cases: its facts in the words of the description, where its files lie, what is no value."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from metadata.findings import Finding
from preserve.description.fixed_values import Classification, Retention
from preserve.ingest.legacy.days import Known, known_day, known_span, month_of_cell
from preserve.ingest.legacy.headings import Headings
from preserve.ingest.legacy.keys import archival_key, case_key, heading_key
from preserve.ingest.legacy.profile import PLACES, ListField, ListProfile, ListProfiles
from preserve.ingest.legacy.records import Cell, ListedPlace
from preserve.ingest.legacy.sheets import Area, Row, Sheet

_SCHEMA_NAMES: Mapping[str, str] = {"start": "date", "closed": "date", "span": "date"}
_PLAIN: Mapping[ListField, str] = {
    "title": "title",
    "cause": "cause",
    "case_type": "case_type",
    "party": "parties",
    "officer": "officers",
    "producer": "producer.name",
    "note": "note",
    "outcome": "outcome",
}
_DAYS: tuple[ListField, ...] = ("start", "closed")
_OF_THE_SHEET: tuple[ListField, ...] = ("fonds", "catalogue", "year", "retention", "producer")
_NAMES = re.compile(r"[、,，;；/／\n]+")
Words = Mapping[str, Retention] | Mapping[str, Classification]
_MOST_MERGED = 5000
LONGEST = 2000


@dataclass(slots=True)
class ListedRow:
    """What a row says of a case."""

    key: str
    number: str
    number_is: str
    cell: Cell
    facts: dict[str, str] = field(default_factory=dict)
    place: ListedPlace = field(default_factory=ListedPlace)
    rest: dict[str, str] = field(default_factory=dict)
    archival_number: str = ""
    written: dict[str, str] = field(default_factory=dict)


class RowReader:
    """Reads the rows below one set of headings."""

    def __init__(
        self, sheet: Sheet, profile: ListProfile, profiles: ListProfiles, headings: Headings, above: Mapping[str, str]
    ) -> None:
        self._sheet, self._profile, self._profiles = sheet, profile, profiles
        self._headings, self._above = headings, above
        self._unknown = {heading_key(one) or one for one in profiles.unknown} | set(profiles.unknown)
        self._terms = {heading_key(word): value for word, value in profiles.terms.items()}
        self._merged = _Merged(sheet.merged)
        self._findings: list[Finding] = []

    def read(self, row: Row) -> tuple[ListedRow | None, list[Finding]]:
        """The row, or None where it names no case; and everything in it that could not be read."""
        self._findings = []
        texts: dict[ListField, str] = {}
        for column, name in self._headings.fields.items():
            texts[name] = self._text(row, column, name)
        rest = {
            heading: text
            for column, heading in self._headings.words.items()
            if column not in self._headings.fields and (text := self._merged.fill(row, column, row.text(column)))
        }
        for name in _OF_THE_SHEET:
            if not texts.get(name) and self._above.get(name):
                texts[name] = self._above[name]
        made = self._made(row, texts)
        if made is not None:
            unread = {str(one.values.get("heading")): str(one.values.get("written")) for one in self._findings}
            made.rest = {heading[:100]: text[:LONGEST] for heading, text in {**rest, **unread}.items() if heading}
            words = self._headings.words.items()
            made.written = {word[:100]: text[:LONGEST] for at, word in words if word and (text := row.text(at))}
        return made, self._findings

    def _text(self, row: Row, column: int, name: ListField) -> str:
        schema = _SCHEMA_NAMES.get(name, name)
        if problem := row.lost(column, schema if name not in PLACES else "file"):
            self._tell(f"legacy.cell-{problem}", row, column, str(row.text(column))[:100])
            return ""
        text = row.text(column, schema, self._sheet.epoch)
        if column < len(row.cells) and name in ("start", "closed", "span", "year"):
            cell = row.cells[column]
            text = month_of_cell(cell.value, str(cell.number_format)) or text
        text = self._merged.fill(row, column, text)[: LONGEST + 1]
        if len(text) > LONGEST:
            self._tell("legacy.cell-long", row, column, text[:100])
            return ""
        return "" if text in self._unknown or heading_key(text) in self._unknown else text

    def _tell(self, code: str, row: Row, column: int, written: str) -> None:
        heading = self._headings.words.get(column, "")
        values = {"heading": heading[:100], "written": written}
        self._findings.append(Finding(code, self._sheet.place(row.number, column), "warning", values))

    def _made(self, row: Row, texts: dict[ListField, str]) -> ListedRow | None:
        archival = texts.get("archival_number", "") or self._composed(texts)
        number, number_is = texts.get("case_number", ""), "case_number"
        for other in self._profile.number_from if not number else ():
            candidate = archival if other == "archival_number" else texts.get("title", "")
            if not number and candidate:
                number, number_is = candidate, other
        place = ListedPlace(*(texts.get(name, "") for name in PLACES))
        if not number:
            said = next((text for text in texts.values() if text), "") or row.text(0)
            self._findings.append(
                Finding("legacy.row-no-case", self._sheet.place(row.number, 0), "warning", {"written": said[:100]})
            )
            return None
        key = archival_key(number) if number_is == "archival_number" else case_key(number)
        made = ListedRow(key, number, number_is, Cell(self._sheet.name, row.number), place=place)
        made.archival_number = archival
        made.facts = self._facts(row, texts)
        return made

    def _composed(self, texts: Mapping[ListField, str]) -> str:
        """The archival number of 1994 (全宗号-目录号-案卷号), where the list gives its parts."""
        parts = [texts.get(name, "") for name in ("fonds", "catalogue", "volume")]
        return "-".join(part for part in parts if part) if parts[0] and parts[2] else ""

    def _facts(self, row: Row, texts: Mapping[ListField, str]) -> dict[str, str]:
        facts = {own: texts[name] for name, own in _PLAIN.items() if texts.get(name)}
        for name in ("parties", "officers"):
            if name in facts:
                facts[name] = "、".join(part.strip() for part in _NAMES.split(facts[name]) if part.strip())
        if self._profile.case_type and "case_type" not in facts:
            facts["case_type"] = self._profile.case_type
        self._days(row, texts, facts)
        self._word(row, texts, facts, "retention", self._terms)
        self._word(row, texts, facts, "classification", self._profiles.secrecy)
        if self._profile.retention and "retention" not in facts and not texts.get("retention"):
            facts["retention"] = self._profile.retention.value
        return facts

    def _word(
        self, row: Row, texts: Mapping[ListField, str], facts: dict[str, str], name: ListField, words: Words
    ) -> None:
        """A word of the profile as the value that it stands for."""
        if written := texts.get(name, ""):
            value = words.get(heading_key(written)) or words.get(written)
            if value is None:
                self._tell("legacy.cell-word", row, self._column(name), written[:100])
            else:
                facts[name] = value.value

    def _column(self, name: str) -> int:
        return next((column for column, field in self._headings.fields.items() if field == name), 0)

    def _days(self, row: Row, texts: Mapping[ListField, str], facts: dict[str, str]) -> None:
        if span := texts.get("span"):
            found = known_span(span)
            if found is None:
                self._tell("legacy.cell-day", row, self._column("span"), span[:100])
            else:
                _put(facts, "closed", found[1])
                if found[0]:
                    _put(facts, "start", found[0])
        for name in _DAYS:
            if written := texts.get(name, ""):
                day = known_day(written)
                if day is None:
                    self._tell("legacy.cell-day", row, self._column(name), written[:100])
                else:
                    _put(facts, name, day)
        if (year := texts.get("year")) and "closed" not in facts and "legacy.closed" not in facts:
            day = known_day(year)
            if day is None:
                self._tell("legacy.cell-day", row, self._column("year"), year[:100])
            else:
                facts["legacy.closed"] = day.text[:4]


def _put(facts: dict[str, str], name: str, day: Known) -> None:
    facts.pop(name, None)
    facts.pop(f"legacy.{name}", None)
    facts[name if day.whole else f"legacy.{name}"] = day.text


class _Merged:
    """What a cell says that was merged with those above it: what stands in the topmost."""

    def __init__(self, areas: tuple[Area, ...]) -> None:
        self._columns: dict[int, list[Area]] = {}
        for area in areas:
            if area.top < area.bottom <= area.top + _MOST_MERGED:
                self._columns.setdefault(area.left, []).append(area)
        for found in self._columns.values():
            found.sort()
        self._tops = {column: [area.top for area in found] for column, found in self._columns.items()}
        self._said: dict[int, tuple[Area, str]] = {}

    def fill(self, row: Row, column: int, text: str) -> str:
        """The text of a cell, or of the one on top of those that it was merged with. Rows are asked in order."""
        if column not in self._columns:
            return text
        place = bisect_right(self._tops[column], row.number) - 1
        area = self._columns[column][place] if place >= 0 else None
        if area is None or row.number > area.bottom:
            return text
        if row.number == area.top:
            self._said[column] = (area, text)
            return text
        said = self._said.get(column)
        return text or (said[1] if said and said[0] == area else "")
