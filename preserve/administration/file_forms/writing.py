"""Writes forms into a folder: PDF/A files, and workbooks of the same rows where they are wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from preserve.administration.file_forms.case_forms import name_of, sheets_of
from preserve.administration.file_forms.printing import Sheet, Workbook, as_pdf, in_parts
from preserve.administration.file_forms.profile import Form, FormsProfile
from preserve.administration.file_forms.reading import Filled
from preserve.administration.file_forms.wording import case_cells, paper_cells
from preserve.description.fixed_values import Volume


@dataclass(frozen=True, slots=True)
class Written:
    """A file with a form: its name below the folder, which form, how many rows it has, its bytes and SHA-256."""

    name: str
    form: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FormsPlace:
    """Where forms go and in what shape: `author` stands under each, `workbook` asks for the same rows as xlsx."""

    folder: Path
    author: str
    moment: datetime
    workbook: bool = False
    below: str = ""

    def written(self, name: str, form: str, rows: int) -> Written:
        """What lies there now under a name."""
        data = (self.folder / self.below / name).read_bytes()
        shown = f"{self.below}/{name}" if self.below else name
        return Written(shown, form, rows, len(data), hashlib.sha256(data).hexdigest())

    def path(self, name: str) -> Path:
        """Where a file of that name goes."""
        target = self.folder / self.below
        target.mkdir(parents=True, exist_ok=True)
        return target / name

    def put(self, name: str, sheets: Sequence[Sheet], rows: int) -> Written:
        """Set forms as one PDF/A."""
        self.path(name).write_bytes(as_pdf(sheets, sheets[0].title, self.author, self.moment))
        return self.written(name, sheets[0].form.name, rows)


def write_case(place: FormsPlace, profile: FormsProfile, forms: Sequence[Form], filled: Filled) -> Iterator[Written]:
    """The forms of one case, a file a form and volume."""
    for volume, sheet in sheets_of(forms, filled.file, filled.volumes):
        name = name_of(sheet.form, volume.volume)
        rows = tuple(sheet.rows)
        whole = replace(sheet, rows=rows)
        for number, part in enumerate(in_parts(whole, profile.style.rows_a_file), 1):
            yield place.put(_numbered(name, number, ".pdf"), [part], len(tuple(part.rows)))
        if place.workbook and sheet.form.columns:
            yield _workbook(place, f"{name}.xlsx", whole, rows)


def _numbered(name: str, number: int, ending: str) -> str:
    return f"{name}{ending}" if number == 1 else f"{name}-{number}{ending}"


def _workbook(place: FormsPlace, name: str, sheet: Sheet, rows: Iterable[tuple[str, ...]]) -> Written:
    book = Workbook(place.path(name), sheet, place.moment)
    for row in rows:
        book.add(row)
    book.close()
    return place.written(name, sheet.form.name, book.rows)


class _List:
    """One list of a year while it is written: what has come fills a PDF, and begins another when that is full."""

    def __init__(self, place: FormsPlace, name: str, empty: Sheet, rows_a_file: int) -> None:
        self._place, self._name, self._empty, self._most = place, name, empty, rows_a_file
        self._columns = [column.name for column in empty.form.columns]
        self._waiting: list[tuple[str, ...]] = []
        self._parts = 0
        self.rows = 0
        self.written: list[Written] = []
        self._book = Workbook(place.path(f"{name}.xlsx"), empty, place.moment) if place.workbook else None

    def add(self, cells: Mapping[str, str]) -> None:
        """One row, of what may stand in it."""
        row = tuple(map(cells.__getitem__, self._columns))
        self.rows += 1
        self._waiting.append(row)
        if self._book is not None:
            self._book.add(row)
        if len(self._waiting) >= self._most:
            self._flush()

    def _flush(self) -> None:
        self._parts += 1
        sheet = replace(self._empty, rows=tuple(self._waiting))
        name = _numbered(self._name, self._parts, ".pdf")
        self.written.append(self._place.put(name, [sheet], len(self._waiting)))
        self._waiting = []

    def close(self) -> list[Written]:
        """Write what is left; one that never had a row is written as well."""
        if self._waiting or not self._parts:
            self._flush()
        if self._book is not None:
            self._book.close()
            self.written.append(self._place.written(f"{self._name}.xlsx", self._empty.form.name, self.rows))
        return self.written


@dataclass(frozen=True, slots=True)
class YearOf:
    """A year of one fonds, or of all; what stands once on its lists by the names of the profile."""

    year: int
    today: date
    facts: Mapping[str, str]


def write_year(
    place: FormsPlace, profile: FormsProfile, forms: Sequence[Form], year: YearOf, filled: Iterable[Filled]
) -> list[Written]:
    """The lists of a year, in one pass over its cases; internal volumes and their papers in lists of their own."""
    lists: dict[tuple[str, Volume], _List] = {}

    def list_of(form: Form, volume: Volume) -> _List:
        if (form.name, volume) not in lists:
            facts = tuple((name, year.facts.get(name, "")) for name in form.facts)
            empty = Sheet(form, facts, (), year.facts.get("under", ""))
            lists[form.name, volume] = _List(place, name_of(form, volume), empty, profile.style.rows_a_file)
        return lists[form.name, volume]

    for form in forms:
        list_of(form, Volume.MAIN)
    for case in filled:
        for volume in case.volumes:
            for form in forms:
                into = list_of(form, volume.volume)
                if form.lists == "cases":
                    into.add(case_cells(case.file, volume, into.rows + 1, year.today))
                    continue
                for leaf in volume.leaves:
                    cells = paper_cells(case.file, volume, leaf)
                    into.add({**cells, "order": str(into.rows + 1)})
    return [one for made in lists.values() for one in made.close()]
