"""Sums over the formats of packages: what there is of each, what a policy would touch, what older signatures named.

There are some hundreds of kinds, however many cases there are: the database counts, and no package is opened. Only the
newest version of a case counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from preserve.data_management.formats_index import Kind

# What does not count: versions that were superseded, and cases that were tried under this very policy. They are few, or
# the archive small: counting them apart and subtracting costs less than asking for each of millions of rows.
_SUPERSEDED = (
    "SELECT o.objid, o.version FROM versions o WHERE EXISTS"
    " (SELECT 1 FROM versions n WHERE n.objid = o.objid AND n.version > o.version)"
)
_TRIED = (
    " UNION SELECT t.objid, t.version FROM represervations r JOIN versions t ON t.objid = r.objid"
    " WHERE r.policy = :policy AND r.state <> 'running'"
)
_SUMS = "v.format, sum(v.files), sum(v.size), sum(v.pixels)"
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
    rows = connection.execute(
        text(
            "SELECT f.representation, f.puid, f.name, f.version, count(DISTINCT v.objid), sum(v.files), sum(v.size)"
            f" FROM version_formats v JOIN formats f ON f.id = v.format WHERE {_LATEST}"
            " GROUP BY f.representation, f.puid, f.name, f.version"
        )
    )
    return [
        FormatSum(representation, puid, name, version, int(cases), int(files), int(size))
        for representation, puid, name, version, cases, files, size in rows
    ]


def by_signatures(connection: Connection) -> list[SignatureSum]:
    """The signatures that named the originals."""
    rows = connection.execute(
        text(
            "SELECT f.signatures, count(DISTINCT v.objid), sum(v.files) FROM version_formats v JOIN formats f"
            f" ON f.id = v.format WHERE f.representation = 'original' AND {_LATEST}"
            " GROUP BY f.signatures ORDER BY f.signatures"
        )
    )
    return [SignatureSum(str(signatures), int(cases), int(files)) for signatures, cases, files in rows]


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
    listed = _listed(numbers)
    left_out = _SUPERSEDED if again else _SUPERSEDED + _TRIED
    sums = {
        int(number): Sum(int(files), int(size), int(pixels))
        for number, files, size, pixels in connection.execute(
            text(f"SELECT {_SUMS} FROM version_formats v WHERE v.format IN ({listed}) GROUP BY v.format")
        )
    }
    for number, files, size, pixels in connection.execute(
        text(
            f"SELECT {_SUMS} FROM ({left_out}) x CROSS JOIN version_formats v ON v.objid = x.objid"
            f" AND v.version = x.version AND v.format IN ({listed}) GROUP BY v.format"
        ),
        {} if again else {"policy": policy},
    ):
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
