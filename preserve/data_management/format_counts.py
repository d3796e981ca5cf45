"""Sums over the formats of packages: what there is of each, what a policy would touch, what older signatures named.

There are some hundreds of kinds, however many cases there are: the database counts, and no package is opened. Only the
newest version of a case counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from preserve.data_management import kept_sums
from preserve.data_management.engines.dialect import on
from preserve.data_management.formats_index import Kind

_TRIED = "SELECT DISTINCT objid FROM represervations WHERE policy = :policy AND state <> 'running'"
_LATEST = "NOT EXISTS (SELECT 1 FROM versions n WHERE n.objid = v.objid AND n.version > v.version)"
_UNTRIED = (
    f"{_LATEST} AND NOT EXISTS (SELECT 1 FROM represervations r WHERE r.objid = v.objid AND r.policy = :policy"
    " AND r.state <> 'running')"
)


@dataclass(frozen=True, slots=True)
class Sum:
    """So many files of one kind, their bytes, and their pixels over all frames, where they are known."""

    files: int
    size: int
    pixels: int


@dataclass(frozen=True, slots=True)
class FormatSum:
    """What the newest versions hold in one format and representation; `size` in bytes."""

    representation: str
    puid: str
    name: str
    version: str
    cases: int
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class SignatureSum:
    """Originals that identifiers with these signatures named: in how many cases, how many files."""

    signatures: str
    cases: int
    files: int


def kinds(connection: Connection, representation: str = "original") -> dict[int, Kind]:
    """Every kind that the archive holds, by its number."""
    names = ", ".join(Kind.__dataclass_fields__)
    rows = connection.execute(
        text(f"SELECT id, {names} FROM formats WHERE representation = :representation"),
        {"representation": representation},
    )
    return {int(row[0]): Kind(*row[1:]) for row in rows}


def by_format(connection: Connection) -> list[FormatSum]:
    """Every format of every representation."""
    sums = kept_sums.read_formats(connection)
    return [FormatSum(*key, counted.cases, counted.files, counted.size) for key, counted in sums.items()]


def by_signatures(connection: Connection) -> list[SignatureSum]:
    """The signatures that named the originals."""
    sums = kept_sums.read(connection, kept_sums.SIGNATURES)
    return [SignatureSum(signatures, counted.cases, counted.files) for signatures, counted in sums.items()]


def cases_with(connection: Connection, numbers: Collection[int], count: int, after: str = "") -> list[str]:
    """The next cases (objids, in their order) that hold files of these kinds."""
    if not numbers:
        return []
    rows = connection.execute(
        text(
            "SELECT DISTINCT v.objid FROM version_formats v WHERE v.objid > :after"
            f" AND v.format IN ({_listed(numbers)}) AND {_LATEST} ORDER BY v.objid LIMIT :count"
        ),
        {"after": after, "count": count},
    )
    return [str(objid) for (objid,) in rows]


# --- what a formats policy, named by the digest of its text, would touch


def touched(connection: Connection, numbers: Collection[int], policy: str, *, again: bool) -> Mapping[int, Sum]:
    """What there is of these kinds; without `again` less what was tried under the policy already."""
    kept = kept_sums.read(connection, kept_sums.KIND)
    sums = {number: Sum(*kept[str(number)][1:]) for number in numbers if str(number) in kept}
    # Those are few, or the archive small: what was tried is subtracted, and what was not is not asked for.
    join = on(connection, "CROSS JOIN", "JOIN")  # SQLite keeps to the order of a cross join
    tried = text(
        f"SELECT v.format, sum(v.files), sum(v.size), sum(v.pixels) FROM ({_TRIED}) t {join} version_formats v"
        f" ON v.objid = t.objid WHERE v.format IN ({_listed(numbers)}) AND {_LATEST} GROUP BY v.format"
    )
    for number, files, size, pixels in () if again else connection.execute(tried, {"policy": policy}):
        whole = sums[int(number)]
        sums[int(number)] = Sum(whole.files - int(files), whole.size - int(size), whole.pixels - int(pixels))
    return {number: left for number, left in sums.items() if left.files}


def touched_packages(connection: Connection, numbers: Collection[int], policy: str, *, again: bool) -> tuple[int, int]:
    """How many cases hold files of these kinds, and the bytes of their packages."""
    where = _LATEST if again else _UNTRIED
    cases, size = connection.execute(
        text(
            "SELECT count(*), coalesce(sum(v.size), 0) FROM versions v WHERE EXISTS (SELECT 1 FROM version_formats f"
            f" WHERE f.objid = v.objid AND f.version = v.version AND +f.format IN ({_listed(numbers)})) AND {where}"
        ),
        {} if again else {"policy": policy},
    ).one()
    return int(cases), int(size)


def touched_cases(
    connection: Connection, numbers: Collection[int], policy: str, count: int, *, again: bool, after: str = ""
) -> list[str]:
    """The next cases (objids, in their order) that hold files of these kinds and were not tried under the policy."""
    where = _LATEST if again else _UNTRIED
    values = {"after": after, "count": count} | ({} if again else {"policy": policy})
    rows = connection.execute(
        text(
            "SELECT DISTINCT v.objid FROM version_formats v"
            f" WHERE v.objid > :after AND +v.format IN ({_listed(numbers)}) AND {where}"
            " ORDER BY v.objid LIMIT :count"
        ),
        values,
    )
    return [str(objid) for (objid,) in rows]


def _listed(numbers: Collection[int]) -> str:
    """Numbers of kinds as SQL; there are more of them than the database takes values."""
    return ", ".join(str(int(number)) for number in numbers)
