"""The forms of case files on paper: of cases, of a year, and of a fonds; each printing is a look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from metadata.findings import Finding
from metadata.names import one_name, safe_names
from preserve.administration.duties import Duty
from preserve.administration.file_forms.case_forms import findings_of
from preserve.administration.file_forms.profile import About, Form, FormsProfile, read_forms
from preserve.administration.file_forms.reading import Filled, reader_of
from preserve.administration.file_forms.writing import FormsPlace, Written, YearOf, write_case, write_year
from preserve.data_management import cases
from preserve.data_management import fonds as register
from preserve.data_management.fonds import FondsRow
from preserve.errors import Refused, UsageError
from preserve.messages import say, speaking
from preserve.outputs import new_folder
from preserve.services.documents import FindingShown
from preserve.services.inner_volume import require_finder
from preserve.services.operation import Arguments, Look, job, of_archive
from preserve.services.runs import Runs
from preserve.services.session import Session

_RUNS = Runs("waited", folder="folder", anew=True)
_MOST = 200
"""Cases that are printed at once by their names."""
_MOST_FINDINGS = 500


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file with a form; `name` below the folder."""

    name: str
    form: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FormsWritten:
    """The forms that were written; `objid` is of the one case, empty where there are more.

    `left_out` papers of internal volumes are on none: nobody asked for them.

    `findings` are what an inspector of case files would send back.
    """

    folder: Path
    files: tuple[FormFile, ...]
    objid: str
    cases: int
    left_out: int
    findings: tuple[FindingShown, ...]


def _files(written: Sequence[Written]) -> tuple[FormFile, ...]:
    return tuple(FormFile(one.name, one.form, one.rows, one.bytes, one.sha256) for one in written)


def _forms(profile: FormsProfile, about: About, names: Sequence[str]) -> tuple[Form, ...]:
    """Raises UsageError for a name that no form about this has."""
    forms = profile.about(about, tuple(names))
    known = {form.name for form in forms}
    for name in names:
        if name not in known:
            raise UsageError("forms.unknown", name, known=", ".join(form.name for form in profile.about(about)))
    if not forms:
        raise UsageError("forms.none", about)
    return forms


def _duties(arguments: Arguments) -> tuple[Duty, ...]:
    """Forms of internal volumes are for who may see them, and so are the files that a job makes of them."""
    return (Duty.SEE_INNER,) if arguments["inner"] else (Duty.FIND,)


def _cases_looked_at(session: Session, arguments: Arguments) -> Mapping[str, object]:
    wanted = arguments["cases"]
    if not 1 <= len(wanted) <= _MOST:
        raise UsageError("forms.cases-many", str(len(wanted)), most=_MOST)
    with session.archive.catalogue.read() as connection:
        return {
            "cases": [cases.objid_of(connection, name) for name in wanted],
            "forms": list(arguments["forms"]),
            "inner": arguments["inner"],
        }


def _only_case(arguments: Arguments) -> str:
    return str(arguments["cases"][0]) if len(arguments["cases"]) == 1 else ""


@job(
    "forms.case", duty=_duties, subject=_only_case, look=Look("forms.printed", _cases_looked_at, of_archive), runs=_RUNS
)
def print_case(
    session: Session,
    cases: Sequence[str],
    folder: Path,
    *,
    forms: Sequence[str] = (),
    workbook: bool = False,
    inner: bool = False,
) -> FormsWritten:
    """Write the forms of these cases into a new folder, in the archive's language; several in a folder a case.

    Main and internal volume are forms apart; the internal one's only where `inner` asks for them. Raises NotFound,
    Refused for a destroyed case, UsageError for a form that is none.
    """
    archive, moment = session.archive, session.archive.now()
    profile = read_forms(session.home.profiles)
    wanted = _forms(profile, "case", forms)
    author = session.home.settings.institution
    written: list[Written] = []
    findings: list[Finding] = []
    left_out = 0
    with (
        speaking(session.home.settings.language),
        new_folder(folder, session.home) as staged,
        archive.catalogue.read() as connection,
    ):
        require_finder(connection, session.person)
        reader = reader_of(connection, session.home, profile.style, inner=inner)
        chosen = list(dict.fromkeys(reader.one(connection, name).objid for name in cases))
        numbers = _names(connection, chosen)
        for objid in chosen:
            filled = reader.one(connection, objid)
            if filled.file.destroyed:
                raise Refused("forms.case-destroyed", filled.file.description.case_number)
            below = numbers[objid] if len(chosen) > 1 else ""
            written += write_case(FormsPlace(staged, author, moment, workbook, below), profile, wanted, filled)
            findings += findings_of(filled.file, filled.volumes)
            left_out += filled.left_out
    return FormsWritten(
        folder,
        _files(written),
        chosen[0] if len(chosen) == 1 else "",
        len(chosen),
        left_out,
        tuple(findings[:_MOST_FINDINGS]),
    )


def _names(connection: Connection, objids: Sequence[str]) -> dict[str, str]:
    """A folder's name for each of these cases, after its number."""
    named = cases.names_of(connection, objids)
    wanted = [one_name(named[objid].case_number) for objid in objids]
    return dict(zip(objids, safe_names(wanted), strict=True))


def _year_looked_at(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {
        "year": arguments["year"],
        "fonds": arguments["fonds"],
        "forms": list(arguments["forms"]),
        "inner": arguments["inner"],
    }


def _year(arguments: Arguments) -> str:
    return str(arguments["year"])


@job("forms.year", duty=_duties, subject=_year, look=Look("forms.printed", _year_looked_at, of_archive), runs=_RUNS)
def print_year(
    session: Session,
    year: int,
    folder: Path,
    *,
    fonds: str = "",
    forms: Sequence[str] = (),
    workbook: bool = False,
    inner: bool = False,
) -> FormsWritten:
    """Write the lists of the cases closed in a year into a new folder: 案卷目录, 归档文件目录, 移交清册, 登记表.

    `fonds` takes the cases of one only, `inner` adds lists of internal volumes. Rows are read and written as they
    come. Raises NotFound, UsageError.
    """
    if not 1949 <= year <= 2100:
        raise UsageError("forms.year-wrong", str(year))
    archive, moment = session.archive, session.archive.now()
    profile = read_forms(session.home.profiles)
    wanted = _forms(profile, "year", forms)
    counted = _Counted()
    with (
        speaking(session.home.settings.language),
        new_folder(folder, session.home) as staged,
        archive.catalogue.read() as connection,
    ):
        require_finder(connection, session.person)
        reader = reader_of(connection, session.home, profile.style, inner=inner)
        name = register.require(connection, fonds).name if fonds else session.home.settings.institution
        told = YearOf(year, archive.today(), _year_facts(name, year, reader.register.get(fonds)))
        place = FormsPlace(staged, session.home.settings.institution, moment, workbook)
        filled = counted.each(reader.of_year(connection, year, fonds))
        written = write_year(place, profile, wanted, told, filled)
        twice = cases.numbers_twice(connection, year)
    findings = [Finding("forms.number-twice", number, "error", {"count": count}) for number, count in twice.items()]
    findings += counted.findings
    return FormsWritten(folder, _files(written), "", counted.cases, counted.left_out, tuple(findings[:_MOST_FINDINGS]))


def _year_facts(name: str, year: int, row: FondsRow | None) -> dict[str, str]:
    return {
        "year": str(year),
        "handing-unit": name,
        "fonds-name": name,
        "fonds-number": row.number if row else "",
        "under": say("forms.under-year", name=name, year=year),
    }


class _Counted:
    """Counts cases while they pass, and keeps the first of what was found."""

    def __init__(self) -> None:
        self.cases = 0
        self.left_out = 0
        self.findings: list[Finding] = []

    def each(self, filled: Iterable[Filled]) -> Iterator[Filled]:
        """The same cases."""
        for one in filled:
            self.cases += 1
            self.left_out += one.left_out
            if len(self.findings) < _MOST_FINDINGS:
                self.findings += findings_of(one.file, one.volumes)
            yield one
