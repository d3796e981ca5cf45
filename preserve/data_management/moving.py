"""Moves the catalogue from a file to a database server, or back, row by row, and proves that nothing was lost.

Nobody writes meanwhile. The new one is filled beside, compared with the old one row by row and by the ledger's root,
and gets an entry that tells of the move. Then the settings name it, and the old one is put aside. Until the settings
do, the old one is the catalogue and nothing of it was touched, wherever the move was cut off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import DBAPIError

from preserve.data_management import checkpoints, ledger, machine_search, replacing, sealing, search
from preserve.data_management.database import Catalogue, fold, open_catalogue, place_of, require_own
from preserve.data_management.engines.dialect import go_on_numbering
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.data_management.leases import TERM
from preserve.data_management.ledger_keys import has_sealer, sealing_here
from preserve.data_management.nodes import all_nodes, clock_of, is_alive
from preserve.data_management.sealer import LOCK
from preserve.data_management.successors import put_aside, successor_of
from preserve.data_management.tables import leases, metadata, nodes
from preserve.errors import Busy, Conflict, NotIntact, Refused
from preserve.home import Home
from preserve.settings import SETTINGS, CatalogueAt, read_settings
from preserve.work import hold
from storage_adapters.durable import write_file

MOVED = "catalogue.moved"
# What machines hold and do at this moment is of no use elsewhere, and changes while all else is held: this move's own
# lease is renewed there every few seconds.
_TABLES = tuple(table for table in metadata.sorted_tables if table not in (leases, nodes))
_LOOK_IN = 0.5
_AT_ONCE = 2000
_HEADING = re.compile(r"\s*\[")
_OURS = re.compile(r"\s*\[\s*catalogue\s*\]\s*(#.*)?")


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows and entries were brought over, where the catalogue lies now, and where the old one was put."""

    rows: int
    entries: int
    where: str
    kept: str


def move(
    home: Home,
    to: CatalogueAt | None,
    progress: Callable[[int], None] = lambda _: None,
    told: Callable[[str], None] = lambda what: None,
) -> Moved:
    """Move the catalogue to the database, or with None into a file in the home; `progress` hears of rows.

    `told` hears of each edge that is passed. Raises Conflict where it lies there already or another archive's does,
    Busy while somebody writes, a machine works or the sealer signs, Refused where a text cannot be kept there,
    NotIntact where the ledger is not what was signed or the key is not here; and then nothing was changed.
    """
    file = home.path / SETTINGS
    text = settings_text(file.read_text(encoding="utf-8"), to)
    after = Home(home.path, read_settings(text, file))
    if place_of(after) == place_of(home):
        raise Conflict("catalogue.there-already", home.catalogue_name)
    busy = Busy("catalogue.being-rebuilt", home.catalogue_name)
    with hold(replacing.lock_of(home.catalogue), busy, _LOOK_IN), ExitStack() as closing:
        _require_free(after)
        fresh = successor_of(after)
        closing.callback(fresh.drop)
        target = fresh.make()
        closing.callback(target.close)
        source = open_catalogue(home)
        closing.callback(source.close)
        require_own(source)  # of a newer one this program does not know all tables
        _be_alone(home, source, closing)
        fold(source)
        old = closing.enter_context(source.locked())
        told("held")
        rows, entries = _fill(home, old, target, progress)
        told("filled")
        fresh.finish(target)
        fresh.put(told)
        write_file(file, text.encode(), durable=True)
        told("named")
        kept = put_aside(home)
    told("aside")
    sealing.write_newest_head(after)
    return Moved(rows, entries, place_of(after).name, kept)


def _be_alone(home: Home, source: Catalogue, closing: ExitStack) -> None:
    """See that no machine works, and where one process signs for all, be that one and sign what waits.

    Nobody signs for the new catalogue what the old one's sealer had not come to, nor the entry that tells of the move:
    both would look like somebody else's.
    """
    with source.read() as connection:
        moment = clock_of(connection)
        alive = [node.name for node in all_nodes(connection) if is_alive(node, moment)]
    if alive:
        raise Busy("catalogue.machines-work", home.catalogue_name, names=", ".join(alive))
    if has_sealer(home):
        closing.enter_context(hold(home.work / LOCK, Busy("ledger.sealer-there", str(home.path)), TERM + 1))
        closing.enter_context(sealing_here(home))
        with source.begin():
            pass  # what waits is signed when this closes


def settings_text(text: str, to: CatalogueAt | None) -> str:
    """The text of the settings with another `[catalogue]`, or without any; all else stays as it was written."""
    kept, ours = [], False
    for line in text.splitlines():
        if _HEADING.match(line):
            ours = _OURS.fullmatch(line) is not None
        if not ours:
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    if to is not None:
        given = to.model_dump(by_alias=True, exclude_defaults=True)
        kept += ["", "[catalogue]", *(f"{name} = {_quoted(value)}" for name, value in given.items())]
    return "\n".join(kept) + "\n"


def _quoted(value: str | int) -> str:
    if isinstance(value, int):
        return str(value).lower()
    if any(ord(character) < 32 for character in value):
        raise Refused("home.settings-wrong", fields="catalogue")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _require_free(after: Home) -> None:
    """Raises Conflict where another archive's catalogue lies there; one of this archive is put aside."""
    place = place_of(after)
    if not isinstance(place, PostgresqlSchema) or not place.is_there():
        return
    there = open_catalogue(place)
    try:
        with there.read() as connection:
            first = next(ledger.entries(connection, 1, 1), None)
    finally:
        there.close()
    if first is not None and first.subject != after.settings.archive_id:
        raise Conflict("catalogue.schema-taken", place.name)


def _fill(home: Home, old: Connection, target: Catalogue, progress: Callable[[int], None]) -> tuple[int, int]:
    """Copy every row, prove it, and write down that it was moved; how many rows and entries there are now."""
    with target.begin() as connection:
        rows = 0
        for table in _TABLES:
            for batch in _batches(old, table):
                _insert(connection, table, batch)
                rows += len(batch)
                progress(len(batch))
        go_on_numbering(connection, _TABLES)
        search.fill(connection)
        machine_search.fill(connection)
        _prove(home, old, connection)
        ledger.note(home, connection, MOVED, {"from": old.dialect.name, "to": connection.dialect.name, "rows": rows})
        sealing.sign_what_grew(home, connection)
        return rows, ledger.size(connection)


def _insert(connection: Connection, table: Table, batch: list[dict[str, Any]]) -> None:
    try:
        connection.execute(table.insert(), batch)
    except DBAPIError as error:
        # PostgreSQL keeps no NUL in a text. Nothing of ours lets one in; a file that others wrote into may have one.
        if any("\0" in value for row in batch for value in row.values() if isinstance(value, str)):
            raise Refused("catalogue.text-with-nul", table.name) from error
        raise


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    own = [column for column in table.columns if column.computed is None]
    order = list(table.primary_key.columns)
    rows = connection.execute(select(*own).order_by(*order), execution_options={"yield_per": _AT_ONCE})
    for batch in rows.mappings().partitions(_AT_ONCE):
        yield [dict(row) for row in batch]


def _prove(home: Home, old: Connection, new: Connection) -> None:
    """Raises NotIntact unless each row is there, each is the same, and the ledger has the root that was signed."""
    for table in _TABLES:
        ours, theirs = _rows(old, table), _rows(new, table)
        for row in ours:
            if next(theirs, None) != row:
                raise NotIntact("catalogue.move-differs", table.name)
        if next(theirs, None) is not None:
            raise NotIntact("catalogue.move-differs", table.name)
    signed, size = checkpoints.newest(old), ledger.size(new)
    if signed is None or signed.size != size or signed.root != checkpoints.root_of(ledger.leaves(new, 1, size)):
        raise NotIntact("ledger.contradicts-checkpoint", home.catalogue_name, detail="", first=1, last=size)


def _rows(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """Every column of each row, those too that the engine itself makes of an entry."""
    order = list(table.primary_key.columns)
    rows = connection.execute(select(table).order_by(*order), execution_options={"yield_per": _AT_ONCE})
    for row in rows:
        yield tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
