"""Cases as the catalogue knows them: which case is meant by a name, what its description says, and lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from functools import cache, cached_property
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select, update

from preserve.data_management import filings
from preserve.data_management.counted import count_up_to
from preserve.data_management.object_index import DESCRIPTIONS
from preserve.data_management.tables import cases, files, versions
from preserve.errors import NotFound, Refused

if TYPE_CHECKING:
    from preserve.description.schema import CaseDescription

_BATCH = 500  # objids that one query asks for
_TOGETHER = 20  # rows that are read at once: a large case's description has some megabytes


@dataclass(frozen=True, slots=True)
class DescribedCase:
    """A case as its newest version describes it; days as 2026-01-31."""

    objid: str
    case_number: str
    archival_number: str
    title: str
    case_type: str
    cause: str
    producer: str
    classification: str
    started: str | None
    closed: str | None
    long_term: bool


@dataclass(frozen=True)
class Case(DescribedCase):
    """The row of a case; `newest` is the number of its newest version, 0 where it has none left."""

    description_text: str
    newest: int = 0

    @cached_property
    def description(self) -> CaseDescription:
        """What its newest version says of it. Raises ValueError where the text is none."""
        from preserve.description.stored import case_of  # a list of cases pays for no whole description

        return case_of(self.description_text)

    @property
    def package(self) -> str:
        """The name of the package that holds its newest version."""
        return f"{self.objid}_v{self.newest:04}"


@dataclass(frozen=True, slots=True)
class CaseName:
    """What people call a case."""

    case_number: str
    title: str


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list; `files` are all of its newest version's, `pieces` the originals among them."""

    objid: str
    case_number: str
    archival_number: str
    title: str
    case_type: str
    cause: str
    producer: str
    classification: str
    closed: str | None
    long_term: bool
    version: int
    files: int
    size: int
    pieces: int


_NAMES = tuple(field.name for field in fields(CaseRow))
_VALUES = attrgetter(*_NAMES)


def values_of(row: CaseRow) -> dict[str, Any]:
    """The values of such a row by their names: `asdict` would copy each of them."""
    return dict(zip(_NAMES, _VALUES(row), strict=True))


_OWN = [
    filings.whole_number() if column.name == "archival_number" else column
    for column in cases.c
    if column.name != "description"
]
_VERSIONS = versions.alias()
_NEWEST = select(func.max(_VERSIONS.c.version)).where(_VERSIONS.c.objid == cases.c.objid).scalar_subquery()


def _case(row: Row[Any]) -> Case:
    return Case(**{**row._mapping, "long_term": bool(row.long_term)})


def _query() -> Select[Any]:
    return select(
        *_OWN, cases.c.description.label("description_text"), func.coalesce(_NEWEST, 0).label("newest")
    ).order_by(cases.c.objid)


# --- which case is meant


def find_case(connection: Connection, name: str) -> str | None:
    """The objid of the case with this objid, package name, case number or archival number."""
    # One question an index, the first answer counts: all of them in one condition would read every case.
    for column, wanted in (
        (cases.c.objid, name.partition("_v")[0]),
        (cases.c.case_number, name),
        (cases.c.archival_number, name),
    ):
        objid = connection.execute(select(cases.c.objid).where(column == wanted)).scalars().first() if wanted else None
        if objid is not None:
            return str(objid)
    return filings.find(connection, name)


def unknown(name: str) -> Refused:
    """That there is no case, or no package, of this name."""
    return NotFound("cli.case-unknown", name)


def objid_of(connection: Connection, name: str) -> str:
    """As `find_case`. Raises Refused where there is none."""
    objid = find_case(connection, name)
    if objid is None:
        raise unknown(name)
    return objid


def require(connection: Connection, name: str) -> Case:
    """The case of this objid, package name, case number or archival number. Raises Refused where there is none."""
    return read(connection, find_case(connection, name) or name)


def read(connection: Connection, objid: str) -> Case:
    """The case of this objid. Raises Refused where there is none."""
    row = connection.execute(_query().where(cases.c.objid == objid)).first()
    if row is None:
        raise unknown(objid)
    return _case(row)


def each_of(connection: Connection, objids: Iterable[str]) -> Iterator[Case]:
    """Those of these objids that there are, at most some thousand, in their order; few are in memory at once."""
    query = _query().where(cases.c.objid.in_(objids))
    yield from map(_case, connection.execute(query, execution_options={"yield_per": _TOGETHER}))


def read_many(connection: Connection, objids: Iterable[str]) -> dict[str, Case]:
    """Those of these objids that there are, by objid."""
    known = {}
    waiting = iter(sorted(set(objids)))
    while batch := list(islice(waiting, _BATCH)):
        for row in connection.execute(_query().where(cases.c.objid.in_(batch))):
            known[str(row.objid)] = _case(row)
    return known


def names_of(connection: Connection, objids: Iterable[str]) -> dict[str, CaseName]:
    """What people call those of these cases that there are, by objid."""
    names = {}
    waiting = iter(sorted(set(objids)))
    while batch := list(islice(waiting, _BATCH)):
        query = select(cases.c.objid, cases.c.case_number, cases.c.title).where(cases.c.objid.in_(batch))
        for objid, case_number, title in connection.execute(query):
            names[str(objid)] = CaseName(case_number, title)
    return names


def is_listed(connection: Connection, objid: str) -> bool:
    """Whether the catalogue has a case of this objid."""
    return connection.execute(select(cases.c.objid).where(cases.c.objid == objid)).first() is not None


def long_term_of(connection: Connection, objids: Iterable[str]) -> dict[str, bool]:
    """By objid, of those of these cases that there are: whether regulation Art. 18 applies."""
    answers = {}
    waiting = iter(sorted(set(objids)))
    while batch := list(islice(waiting, _BATCH)):
        for objid, answer in connection.execute(
            select(cases.c.objid, cases.c.long_term).where(cases.c.objid.in_(batch))
        ):
            answers[str(objid)] = bool(answer)
    return answers


def is_long_term(connection: Connection, objid: str) -> bool:
    """Whether regulation Art. 18 applies to the case. Raises Refused where there is none."""
    answer = connection.execute(select(cases.c.long_term).where(cases.c.objid == objid)).scalar()
    if answer is None:
        raise unknown(objid)
    return bool(answer)


def objids(connection: Connection) -> list[str]:
    """Every case, in the order of objids."""
    return list(connection.execute(select(cases.c.objid).order_by(cases.c.objid)).scalars())


def closed_within(connection: Connection, year: int, code: str = "") -> list[str]:
    """Cases closed in a year by objid, those filed in a fonds where `code` names one; by archival and case number."""
    number = filings.whole_number()
    query = select(cases.c.objid, number).where(cases.c.closed.between(f"{year:04}-01-01", f"{year:04}-12-31"))
    if code:
        query = query.where(cases.c.objid.in_(filings.in_fonds(code)))
    return list(connection.execute(query.order_by(number, cases.c.case_number)).scalars())


def years_of(connection: Connection, code: str) -> list[int]:
    """The years in which cases were closed that are filed in a fonds, the first first."""
    year = func.substr(cases.c.closed, 1, 4)
    query = select(year).where(cases.c.objid.in_(filings.in_fonds(code)), cases.c.closed.is_not(None)).distinct()
    return sorted(int(one) for one in connection.execute(query).scalars())


def numbers_twice(connection: Connection, year: int) -> dict[str, int]:
    """Archival numbers that more than one case of a fonds closed in a year has (重号), and how many have each."""
    number, count = filings.whole_number(), func.count()
    named = (
        select(number, filings.fonds_code())
        .where(cases.c.closed.between(f"{year:04}-01-01", f"{year:04}-12-31"))
        .subquery()
    )
    query = select(named.c.archival_number, count).where(named.c.archival_number != "")
    query = (
        query.group_by(named.c.archival_number, named.c.fonds_code).having(count > 1).order_by(named.c.archival_number)
    )
    return {str(one): int(many) for one, many in connection.execute(query)}


# --- what is left in the catalogue of a case that was destroyed


def insert(connection: Connection, case: Case) -> None:
    """Enter the row of a case that has no package any more."""
    row = asdict(case)
    row["description"] = row.pop("description_text")
    del row["newest"]
    filed = filings.filing_of(connection, case.objid)
    if filed is not None and filed.how == "given":
        row["archival_number"] = ""  # no package of it ever said it: the row is as it was
    connection.execute(cases.insert(), row)


def replace_description(connection: Connection, objid: str, description: CaseDescription) -> None:
    """Have the row of a case say no more than this description."""
    row = {"description": description.model_dump_json()}
    connection.execute(update(cases).where(cases.c.objid == objid).values(**row))


# --- lists


@cache
def _listing() -> Select[Any]:
    """Cases by case number, `most` of them that follow `after`. Made once: SQLAlchemy takes long for one so large."""
    named = [column for field in fields(CaseRow) for column in _OWN if column.name == field.name]
    pieces = (
        select(func.count())
        .where(files.c.objid == cases.c.objid, files.c.version == versions.c.version)
        .where(files.c.representation == "original", files.c.path.not_in(DESCRIPTIONS))
    )
    counted = pieces.correlate(cases, versions).scalar_subquery()
    return (
        select(*named, versions.c.version, versions.c.files, versions.c.size, counted)
        .select_from(cases)
        .join(versions, (versions.c.objid == cases.c.objid) & (versions.c.version == _NEWEST))
        .where(cases.c.case_number > bindparam("after"))
        .order_by(cases.c.case_number)
    ).limit(bindparam("most"))


def list_cases(connection: Connection, *, after: str = "", limit: int = 100) -> list[CaseRow]:
    """Cases by case number, from the one that follows the number `after`; counts are those of the newest version."""
    return [CaseRow(*tuple(row)) for row in connection.execute(_listing(), {"after": after, "most": limit})]


def count_cases(connection: Connection, *, after: str = "", most: int | None = None) -> int:
    """How many cases have a case number that follows `after`; `most` where there are as many or more."""
    return count_up_to(connection, select(cases.c.case_number).where(cases.c.case_number > after), most)
