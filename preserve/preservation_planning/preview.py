"""What a formats policy would change in the whole archive, reckoned in the catalogue by kinds of files.

There are some hundreds of kinds, however many cases there are: the rules are asked for each kind once, and the
database counts. No package is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from preserve.data_management.formats_index import Kind, Traits
from preserve.ingest.normalise import FormatsProfile
from preserve.preservation_planning.policy import Policy, Wish, wish_for

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
_PAGED = (
    f"{_LATEST} AND NOT EXISTS (SELECT 1 FROM represervations r WHERE r.objid = v.objid AND r.policy = :policy"
    " AND r.state <> 'running')"
)


@dataclass(frozen=True, slots=True)
class Touched:
    """Originals of one kind that the policy would treat otherwise: how many, their bytes, what would be made of them.

    `estimate` are the bytes of the copies that would be made, at most.
    """

    kind: Kind
    wish: Wish
    files: int
    size: int
    estimate: int


@dataclass(frozen=True, slots=True)
class Preview:
    """The whole: cases, originals and their bytes, the bytes that new copies need, and the new packages all together.

    `settled` are cases that were tried under this very policy and are left alone.
    """

    policy: Policy
    cases: int
    files: int
    size: int
    estimate: int
    packages: int
    settled: int
    touched: tuple[Touched, ...]


def kinds(connection: Connection, representation: str = "original") -> dict[int, Kind]:
    """Every kind that the archive holds, by its number."""
    names = ", ".join(Kind.__dataclass_fields__)
    rows = connection.execute(
        text(f"SELECT id, {names} FROM formats WHERE representation = :representation"),
        {"representation": representation},
    )
    return {int(row[0]): Kind(*row[1:]) for row in rows}


def changing(connection: Connection, policy: Policy) -> dict[int, tuple[Kind, Wish]]:
    """The kinds of originals that the policy would treat otherwise."""
    wishes = {number: (kind, wish_for(kind, policy)) for number, kind in kinds(connection).items()}
    return {number: one for number, one in wishes.items() if one[1].changes}


def preview(connection: Connection, policy: Policy, *, again: bool = False) -> Preview:
    """Count what the policy would touch; with `again` also the cases that were tried under it already."""
    found = changing(connection, policy)
    if not found:
        return Preview(policy, 0, 0, 0, 0, 0, 0, ())
    numbers = _list(found)
    values = {"policy": policy.key}
    left_out = _SUPERSEDED if again else _SUPERSEDED + _TRIED
    where = _LATEST if again else _PAGED
    counts = {
        number: [count, size, pixels]
        for number, count, size, pixels in connection.execute(
            text(f"SELECT {_SUMS} FROM version_formats v WHERE v.format IN ({numbers}) GROUP BY v.format")
        )
    }
    for number, *gone in connection.execute(
        text(
            f"SELECT {_SUMS} FROM ({left_out}) x CROSS JOIN version_formats v ON v.objid = x.objid"
            f" AND v.version = x.version AND v.format IN ({numbers}) GROUP BY v.format"
        ),
        values,
    ):
        counts[number] = [whole - part for whole, part in zip(counts[number], gone, strict=True)]
    touched = []
    for number, (files, size, pixels) in counts.items():
        if not files:
            continue
        kind, wished = found[int(number)]
        estimate = estimated(wished, int(size), int(pixels), policy.formats)
        touched.append(Touched(kind, wished, int(files), int(size), estimate))
    cases, packages = connection.execute(
        text(
            "SELECT count(*), coalesce(sum(v.size), 0) FROM versions v WHERE EXISTS (SELECT 1 FROM version_formats f"
            f" WHERE f.objid = v.objid AND f.version = v.version AND +f.format IN ({numbers})) AND {where}"
        ),
        values,
    ).one()
    settled = connection.execute(
        text(
            "SELECT count(DISTINCT objid) FROM represervations WHERE policy = :policy"
            " AND state IN ('settled', 'failed')"
        ),
        values,
    ).scalar_one()
    touched.sort(key=lambda one: (-one.size, one.kind.puid, one.kind.traits))
    estimate = sum(one.estimate for one in touched)
    return Preview(
        policy,
        int(cases),
        sum(one.files for one in touched),
        sum(one.size for one in touched),
        estimate,
        int(packages) + estimate,
        int(settled),
        tuple(touched),
    )


def estimated(wished: Wish, size: int, pixels: int, formats: FormatsProfile) -> int:
    """Bytes that the wished copies of so many bytes of originals need, at most."""
    needed = 0.0
    for kind in wished.make:
        if kind == "ffv1" and pixels:
            needed += pixels * formats.estimate["ffv1_pixel"]
        else:
            needed += size * formats.estimate[kind]
    return int(needed)


def affected(connection: Connection, policy: Policy, count: int, *, again: bool = False, after: str = "") -> list[str]:
    """The next cases (objids, in their order) that the policy would touch; none that was tried under it already."""
    found = changing(connection, policy)
    if not found:
        return []
    rows = connection.execute(
        text(
            "SELECT DISTINCT v.objid FROM version_formats v"
            f" WHERE v.objid > :after AND +v.format IN ({_list(found)}) AND {_PAGED if not again else _LATEST}"
            " ORDER BY v.objid LIMIT :count"
        ),
        {"policy": policy.key, "after": after, "count": count},
    )
    return [str(objid) for (objid,) in rows]


def _list(found: Sequence[int] | dict[int, tuple[Kind, Wish]]) -> str:
    return ", ".join(str(int(number)) for number in found)


def named(kind: Kind) -> Iterator[str]:
    """A kind for people: format, codecs, encoding."""
    traits = Traits.read(kind.traits)
    yield " ".join(part for part in (kind.name or "?", kind.version) if part)
    yield ", ".join((*traits.video, *traits.sound, *([traits.encoding] if traits.encoding else [])))
