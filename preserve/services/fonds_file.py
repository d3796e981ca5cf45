"""The file about a fonds (全宗卷, DA/T 12): papers in seven groups with an index, and the fonds sheet (全宗单)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from metadata.names import safe_names
from preserve.administration.duties import Duty
from preserve.administration.file_forms.printing import Sheet, Workbook, as_pdf
from preserve.administration.file_forms.profile import FormsProfile, read_forms
from preserve.administration.file_forms.reading import reader_of
from preserve.administration.file_forms.writing import FormsPlace, YearOf, write_year
from preserve.administration.fixity_report.facts import gather, limit_of
from preserve.administration.fixity_report.sections import sections
from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf as as_report
from preserve.archival_storage.policy import read_policy
from preserve.clock import zone
from preserve.data_management import cases, filings
from preserve.data_management import fonds as register
from preserve.data_management.fonds import FondsRow
from preserve.messages import bytes_for_people, say, speaking
from preserve.outputs import new_folder
from preserve.services import statistics
from preserve.services.fonds_gathering import GROUPS, Gathered, Gatherer, changes_of
from preserve.services.forms import FormFile
from preserve.services.operation import Arguments, Look, job
from preserve.services.runs import Runs
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class FondsFileWritten:
    """The papers of a fonds: how many are in each of the seven groups, by the group's name, and the files."""

    folder: Path
    code: str
    groups: dict[str, int]
    files: tuple[FormFile, ...]


@dataclass(frozen=True, slots=True)
class _Listed:
    """One line of the index."""

    group: str
    title: str
    day: str
    name: str
    bytes: int
    sha256: str
    of_archive: bool


def _looked_at(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"fonds": arguments["code"]}


@job(
    "forms.fonds",
    duty=Duty.REGISTER,
    subject="code",
    look=Look("forms.printed", _looked_at),
    runs=Runs("waited", folder="folder", anew=True),
)
def print_fonds(session: Session, code: str, folder: Path) -> FondsFileWritten:
    """Gather the papers about a fonds into a new folder, in the seven groups of DA/T 12, with index and 全宗单.

    Receipts, transfers, appraisals, disposals, lists of its years, rules in force, the fixity report and the figures.
    What is the whole archive's is marked so. Raises NotFound, NotIntact where a paper was altered.
    """
    with speaking(session.home.settings.language), new_folder(folder, session.home) as staged:
        maker = _Maker(session, code, staged, read_forms(session.home.profiles))
        return maker.make(folder)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Fills the folder of one fonds."""

    session: Session
    code: str
    staged: Path
    profile: FormsProfile

    def make(self, folder: Path) -> FondsFileWritten:
        """Everything, then the index over it."""
        archive = self.session.archive
        listed: list[_Listed] = []
        for group in GROUPS:  # an empty one says that there is nothing
            self._below(group)
        with archive.catalogue.read() as connection:
            row = register.require(connection, self.code)
            gathered = list(Gatherer(archive, connection, self.code).each())
        listed += self._put(gathered)
        listed += self._years(row)
        listed += self._reports()
        listed.sort(key=lambda one: (GROUPS.index(one.group), one.name))
        index = self._index(row, listed)
        counts = {group: sum(one.group == group for one in listed) for group in GROUPS}
        files = tuple(FormFile(one.name, one.group, 0, one.bytes, one.sha256) for one in listed)
        return FondsFileWritten(folder, self.code, counts, (*index, *files))

    def _below(self, group: str) -> Path:
        place = self.staged / f"{GROUPS.index(group) + 1}-{say(f'forms.group-{group}')}"
        place.mkdir(exist_ok=True)
        return place

    def _put(self, gathered: list[Gathered]) -> Iterator[_Listed]:
        named = safe_names([f"{one.group}/{one.title.replace('/', '_')}{one.ending}" for one in gathered])
        for one, name in zip(gathered, named, strict=True):
            path = self._below(one.group) / name.partition("/")[2]
            path.write_bytes(one.data())
            yield self._listed(one.group, path, one.title, one.day, of_archive=one.of_archive)

    def _listed(self, group: str, path: Path, title: str, day: str = "", *, of_archive: bool = False) -> _Listed:
        data = path.read_bytes()
        name = path.relative_to(self.staged).as_posix()
        return _Listed(group, title, day, name, len(data), hashlib.sha256(data).hexdigest(), of_archive)

    def _years(self, row: FondsRow) -> Iterator[_Listed]:
        """案卷目录 of each year of the fonds, and the 全宗单."""
        archive, home = self.session.archive, self.session.home
        forms = self.profile.about("year", ("files",))
        place = FormsPlace(self._below("arranging"), home.settings.institution, archive.now())
        with archive.catalogue.read() as connection:
            reader = reader_of(connection, home, self.profile.style, inner=False)
            for year in cases.years_of(connection, self.code) if forms else ():
                under = say("forms.under-year", name=row.name, year=year)
                told = YearOf(year, archive.today(), {"year": str(year), "fonds-name": row.name, "under": under})
                yearly = FormsPlace(place.folder, place.author, place.moment, below=str(year))
                for one in write_year(yearly, self.profile, forms, told, reader.of_year(connection, year, self.code)):
                    yield self._listed("arranging", place.folder / one.name, f"{year} {Path(one.name).stem}")
            cells = self._sheet_cells(row, filings.cases_in(connection), changes_of(connection, self.code))
        for form in self.profile.about("fonds"):
            if form.lists == "fonds":
                values = tuple(map(cells.__getitem__, (column.name for column in form.columns)))
                sheet = Sheet(form, (), (values,))
                path = place.folder / f"{sheet.title}.pdf"
                path.write_bytes(as_pdf([sheet], sheet.title, place.author, place.moment))
                yield self._listed("arranging", path, sheet.title)

    @staticmethod
    def _sheet_cells(row: FondsRow, counts: Mapping[str, int], changes: str) -> dict[str, str]:
        """The columns of 全宗单; its class and place are not kept here and stay empty."""
        return {
            "order": "1",
            "fonds-number": row.number,
            "fonds-name": row.name,
            "fonds-class": "",
            "dates": f"{row.since}–{row.until}" if row.since or row.until else "",
            "amount": say("forms.volumes", count=counts.get(row.code, 0)),
            "place": "",
            "changes": changes,
            "remark": "" if row.is_open else say("forms.fonds-closed"),
        }

    def _reports(self) -> Iterator[_Listed]:
        """The fixity report and the figures: both are of the whole archive."""
        archive, home = self.session.archive, self.session.home
        moment, author = archive.now(), home.settings.institution
        local = zone(home.settings.time_zone)
        policy = read_policy(home.profiles)
        facts = gather(home, archive.catalogue, policy, moment)
        limits = {one.kind: limit_of(policy, one.kind) for one in facts.coverage}
        figures = statistics.show.run(self.session, moment.astimezone(local).year)
        told = (
            ("keeping", say("report.title"), sections(facts, local, limits)),
            ("counting", say("forms.paper-figures"), [_figures(figures)]),
        )
        day = f"{moment.astimezone(local):%Y-%m-%d}"
        for group, title, parts in told:
            path = self._below(group) / f"{title}.pdf"
            path.write_bytes(as_report(title, f"{author}　{day}", author, moment, parts))
            yield self._listed(group, path, title, day, of_archive=True)

    def _index(self, row: FondsRow, listed: list[_Listed]) -> Iterator[FormFile]:
        home, moment = self.session.home, self.session.archive.now()
        for form in self.profile.about("fonds"):
            if form.lists != "index":
                continue
            names = [column.name for column in form.columns]
            rows = tuple(
                tuple(_index_cells(number, one)[name] for name in names) for number, one in enumerate(listed, 1)
            )
            sheet = Sheet(form, (), rows, say("forms.under-fonds", name=row.name, number=row.number or row.code))
            path = self.staged / f"{sheet.title}.pdf"
            path.write_bytes(as_pdf([sheet], sheet.title, home.settings.institution, moment))
            book = Workbook(self.staged / f"{sheet.title}.xlsx", sheet, moment)
            for cells in rows:
                book.add(cells)
            book.close()
            for made in (path, path.with_suffix(".xlsx")):
                one = self._listed(GROUPS[0], made, sheet.title)
                yield FormFile(one.name, form.name, len(rows), one.bytes, one.sha256)


def _index_cells(number: int, one: _Listed) -> dict[str, str]:
    return {
        "order": str(number),
        "group": say(f"forms.group-{one.group}"),
        "title": one.title,
        "date": one.day,
        "file": one.name,
        "sha256": one.sha256,
        "remark": say("forms.of-archive") if one.of_archive else "",
    }


def _figures(shown: statistics.Statistics) -> Section:
    """What the archive holds, and how many packages were made in each year."""
    holdings = shown.holdings
    rows = [(say("forms.figure-cases"), str(holdings.cases)), (say("forms.figure-packages"), str(holdings.packages))]
    rows += [
        (say("forms.figure-bytes", name=say(f"words.representation-{one.name}")), bytes_for_people(one.bytes))
        for one in holdings.representations
    ]
    rows += [(say("forms.figure-year", year=one.year), str(one.packages)) for one in shown.years]
    heads = (say("forms.head-title"), say("forms.head-amount"))
    return Section(say("forms.paper-figures"), "", heads, tuple(rows), widths=(3, 1))
