"""The register of fonds (全宗), and the archival numbers (档号) that cases have in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from preserve.administration.duties import Duty
from preserve.administration.fonds_register import check_code, check_name, check_number
from preserve.administration.numbering import filing
from preserve.administration.numbering.profile import read_numbering
from preserve.clock import stamp
from preserve.data_management import cases as known_cases
from preserve.data_management import destroyed, filings
from preserve.data_management import fonds as register
from preserve.data_management.filings import Series
from preserve.data_management.fonds import FondsRow
from preserve.errors import Refused, UsageError
from preserve.services.operation import command, query
from preserve.services.session import Session

_SHOW = (Duty.FIND, Duty.REPORT, Duty.REGISTER)


@dataclass(frozen=True, slots=True)
class FondsShown:
    """One fonds, and how many cases are filed in it."""

    code: str
    number: str
    name: str
    since: str
    until: str
    cases: int


@dataclass(frozen=True, slots=True)
class FondsList:
    """The register in the order of entering; `unfiled` cases are in none. `numbers` is what is done with numbers."""

    fonds: tuple[FondsShown, ...]
    unfiled: int
    numbers: str


@dataclass(frozen=True, slots=True)
class FondsNumbers:
    """One fonds and its series of numbers, with those that no case has (空号)."""

    fonds: FondsShown
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class FondsStep:
    """A fonds after something was written down about it."""

    fonds: FondsShown


def _shown(row: FondsRow, counts: Mapping[str, int]) -> FondsShown:
    return FondsShown(row.code, row.number, row.name, row.since, row.until, counts.get(row.code, 0))


def _require_own(session: Session) -> None:
    """Raises Refused in a house: the register of the house is kept there, for all fonds at once."""
    if session.home.settings.fonds:
        raise Refused("fonds.kept-by-house", session.home.settings.fonds)


def _after(session: Session, code: str) -> FondsStep:
    with session.archive.catalogue.read() as connection:
        return FondsStep(_shown(register.require(connection, code), filings.cases_in(connection)))


@query("fonds.list", duty=_SHOW)
def list_fonds(session: Session) -> FondsList:
    """The register of fonds. Raises NotIntact where the table contradicts the ledger."""
    with session.archive.catalogue.read() as connection:
        counts = filings.cases_in(connection)
        rows = tuple(_shown(row, counts) for row in register.all_fonds(connection))
        unfiled = filings.unfiled(connection)
    return FondsList(rows, unfiled, read_numbering(session.home.profiles).use)


@query("fonds.show", duty=_SHOW, subject="code")
def show(session: Session, code: str) -> FondsNumbers:
    """One fonds with its series of numbers; counts and numbers alone, no case. Raises NotFound."""
    with session.archive.catalogue.read() as connection:
        row = register.require(connection, code)
        gone = frozenset(one.objid for one in destroyed.all_gone(connection) if not one.item)
        series = filings.series_of(connection, code, gone)
        return FondsNumbers(_shown(row, filings.cases_in(connection)), tuple(series))


@command("fonds.enter", duty=Duty.REGISTER, subject="code")
def enter(session: Session, code: str, *, name: str, number: str = "", since: date | None = None) -> FondsStep:
    """Enter a fonds: `name` is the body's (立档单位), `number` the 全宗号 where the receiving archive gave one.

    Raises Refused for what is no code, name or number, Conflict for one that is or was another's.
    """
    _require_own(session)
    archive = session.archive
    day = since.isoformat() if since else ""
    row = FondsRow(check_code(code), check_number(number), check_name(name), day, "", stamp(archive.now()))
    with archive.catalogue.begin() as connection:
        register.enter(connection, row, actor=session.person.account, moment=archive.now())
    return _after(session, code)


@command("fonds.number", duty=Duty.REGISTER, subject="code")
def number(session: Session, code: str, number: str, *, paper: str) -> FondsStep:
    """Write down the 全宗号 that the receiving archive gave, once; `paper` says where it stands. Raises Conflict."""
    _require_own(session)
    archive = session.archive
    if not number:
        raise UsageError("fonds.number-wrong", number)
    with archive.catalogue.begin() as connection:
        register.number(
            connection, code, check_number(number), paper, actor=session.person.account, moment=archive.now()
        )
    return _after(session, code)


@command("fonds.rename", duty=Duty.REGISTER, subject="code")
def rename(session: Session, code: str, name: str, *, reason: str) -> FondsStep:
    """Another name of the same body. Raises Conflict where another fonds has it."""
    _require_own(session)
    archive = session.archive
    with archive.catalogue.begin() as connection:
        register.rename(connection, code, check_name(name), reason, actor=session.person.account, moment=archive.now())
    return _after(session, code)


@command("fonds.close", duty=Duty.REGISTER, subject="code")
def close(session: Session, code: str, *, until: date, reason: str) -> FondsStep:
    """Close a fonds whose body has ended: cases closed after `until` are not filed in it. Raises Conflict."""
    _require_own(session)
    archive = session.archive
    if until > archive.today():
        raise UsageError("fonds.close-in-future", code, until=until.isoformat())
    with archive.catalogue.begin() as connection:
        register.close(connection, code, until.isoformat(), reason, actor=session.person.account, moment=archive.now())
    return _after(session, code)


@dataclass(frozen=True, slots=True)
class Filed:
    """One case and the archival number that it has now; empty where it has none."""

    objid: str
    case_number: str
    archival_number: str


@dataclass(frozen=True, slots=True)
class FiledCases:
    """Cases that were filed in a fonds."""

    fonds: FondsShown
    cases: tuple[Filed, ...]


@command("fonds.file", duty=Duty.REGISTER, subject="code")
def file(session: Session, code: str, cases: Sequence[str], *, reason: str) -> FiledCases:
    """File cases in a fonds, or move them there from another: all of them or none.

    Where the archive gives numbers, each gets the next; the one that it had stays empty for good. Raises NotFound,
    Conflict where a case is filed there already.
    """
    archive, filed = session.archive, []
    with archive.catalogue.begin() as connection:
        row = register.require(connection, code)
        for name in cases:
            case = known_cases.require(connection, name)
            filing.file(
                connection, session.home, case, code, reason, actor=session.person.account, moment=archive.now()
            )
            known = known_cases.read(connection, case.objid)
            filed.append(Filed(case.objid, case.case_number, known.archival_number))
        shown = _shown(row, filings.cases_in(connection))
    return FiledCases(shown, tuple(filed))
