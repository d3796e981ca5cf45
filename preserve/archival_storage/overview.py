"""What copies each case should have, which it has, and the next thing to do for each that is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from preserve.archival_storage.media import store_identity
from preserve.archival_storage.opening import attached
from preserve.archival_storage.policy import PLACE, Standing, StorageProfile, judge
from preserve.data_management import destroyed, holdings, standings, versions
from preserve.data_management.counted import MOST_COUNTED
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.data_management.versions import VersionOfCase
from preserve.home import Home
from storage_adapters.registry import traits_of

_BATCH = 5_000  # versions that are held at once
LOOKED_AT = 2_000
"""Among so many versions at a time those are sought that lack a copy."""
_STEP = 500
Act = Literal["write", "insert", "compose", "burn", "register", "place", "verify", "nothing"]


@dataclass(frozen=True, slots=True)
class Task:
    """The next thing to do for a package: what, with which medium (its label), which lies where."""

    name: str
    act: Act
    kind: str = ""
    medium: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """One version of a case: what should exist, what does, and what comes next."""

    name: str
    objid: str
    case_number: str
    title: str
    long_term: bool
    wanted: tuple[tuple[str, int], ...]
    copies: tuple[CopyRow, ...]
    standing: Standing
    next: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Some versions one after the other; `more` follow after the package name `next`."""

    versions: tuple[Overview, ...]
    next: str
    more: int


def overview(home: Home, connection: Connection, profile: StorageProfile, only: str = "") -> Iterator[Overview]:
    """Every version, or those of one case, with its copies held against the policy; some thousand are held at once."""
    after = ""
    while True:
        rows = versions.with_cases(connection, only, after=after, limit=_BATCH)
        yield from _held_against(home, connection, profile, rows)
        if len(rows) < _BATCH:
            return
        after = rows[-1].name


def part_of(home: Home, connection: Connection, profile: StorageProfile, after: str, size: int) -> Part:
    """So many versions in the order they were made, from the one that follows the package name `after`."""
    rows = versions.with_cases(connection, after=after, limit=size)
    more = versions.count_after(connection, rows[-1].name, MOST_COUNTED) if len(rows) == size else 0
    shown = _held_against(home, connection, profile, rows)
    return Part(tuple(shown), rows[-1].name if more else "", more)


def lacking(home: Home, connection: Connection, profile: StorageProfile, after: str, size: int) -> Part:
    """At most so many versions that lack a copy, of the next `LOOKED_AT` after that package name: a bounded search.

    The part's key is that of the last version that was looked at, so that the next call goes on from there.
    """
    found: list[Overview] = []
    part = Part((), after, 0)
    for _ in range(LOOKED_AT // _STEP):
        part = part_of(home, connection, profile, part.next, _STEP)
        found += [version for version in part.versions if not version.standing.sealed]
        if len(found) >= size:
            beyond = found[size - 1].name
            return Part(tuple(found[:size]), beyond, versions.count_after(connection, beyond, MOST_COUNTED))
        if not part.next:
            break
    return Part(tuple(found), part.next, part.more)


def lacking_among(
    connection: Connection, profile: StorageProfile, media: Mapping[str, MediumRow], newest: int
) -> tuple[int, int]:
    """Of so many of the newest packages: how many lack a copy, and how many there were to look at."""
    after = standings.package_before_last(connection, newest)
    rows = versions.with_cases(connection, after=after, limit=newest)
    copies: dict[str, list[CopyRow]] = {}
    for copy in holdings.copies_of_many(connection, {row.objid for row in rows}):
        copies.setdefault(copy.name, []).append(copy)
    stands = (judge(copies.get(row.name, []), media, row.long_term, profile) for row in rows)
    return sum(not standing.sealed for standing in stands), len(rows)


def _held_against(
    home: Home, connection: Connection, profile: StorageProfile, rows: Sequence[VersionOfCase]
) -> list[Overview]:
    inventory = holdings.all_media(connection)
    # The server's own store is where copies are made from: one that is missing there is restored, not written.
    online = {row.id for row in inventory if traits_of(row.kind).online} - {store_identity(home)}
    reachable = {*attached(home, inventory), *online}
    media = {row.id: row for row in inventory}
    objids = {row.objid for row in rows}
    copies: dict[str, list[CopyRow]] = {}
    for copy in holdings.copies_of_many(connection, objids):
        copies.setdefault(copy.name, []).append(copy)
    begun = {(loss.objid, loss.item) for loss in destroyed.listed(connection, objids).values() if loss.state == "begun"}
    whole = {objid for objid, item in begun if not item}
    partly = {objid for objid, item in begun if item}
    newest = versions.newest_of(connection, partly)
    overviews = []
    for row in rows:
        # What is being destroyed needs no copies any more, nor do the versions that still hold a part that goes.
        if row.objid in whole or (row.objid in partly and row.version < newest[row.objid]):
            continue
        of_version = copies.get(row.name, [])
        stands = judge(of_version, media, row.long_term, profile)
        overviews.append(
            Overview(
                row.name,
                row.objid,
                row.case_number,
                row.title,
                row.long_term,
                tuple((wanted.kind, wanted.count) for wanted in profile.wanted(row.long_term)),
                tuple(of_version),
                stands,
                tuple(_tasks(row.name, stands, of_version, inventory, reachable)),
            )
        )
    return overviews


def _tasks(
    name: str, stands: Standing, copies: Sequence[CopyRow], inventory: Sequence[MediumRow], reachable: Collection[str]
) -> list[Task]:
    media = {row.id: row for row in inventory}
    there = {copy.medium for copy in copies if copy.state not in ("retired", "lost", "planned")}
    tasks = []
    for kind, count in stands.missing:
        if kind == PLACE:
            tasks.append(Task(name, "place", kind))
            continue
        if traits_of(kind).composed:
            planned = [media[copy.medium] for copy in copies if copy.state == "planned" and copy.medium in media]
            tasks += [Task(name, "burn", kind, medium.label, medium.place) for medium in planned[:count]]
            tasks += [Task(name, "compose", kind)] * (count - len(planned[:count]))
            continue
        free = [row for row in inventory if row.kind == kind and row.state == "in use" and row.id not in there]
        free.sort(key=lambda row: row.id not in reachable)
        for row in free[:count]:
            act: Act = "write" if row.id in reachable else "insert"
            tasks.append(Task(name, act, kind, row.label, row.place))
        tasks += [Task(name, "register", kind)] * (count - len(free[:count]))
    return tasks
