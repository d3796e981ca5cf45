"""The catalogue again, from the packages on the media and the ledger's segments, to an equal state.

A new file is made beside the old one and takes its place when it is whole. What only the old file knows (the
journal of unfinished ingests, ledger entries that no segment holds yet) is taken over where it can be read and
contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from metadata.findings import Finding
from preserve.clock import now
from preserve.data_management import (
    accounts,
    anchors,
    audits,
    cases,
    checkpoints,
    gone,
    history,
    holdings,
    ledger,
    proceedings,
    proving,
    request_index,
    sealing,
    search,
)
from preserve.data_management.database import Catalogue, create_catalogue, open_catalogue
from preserve.data_management.merkle import Frontier
from preserve.data_management.tables import checkpoints as checkpoint_table
from preserve.data_management.tables import (
    credentials,
    ingest_events,
    ingest_files,
    ingests,
    media,
    metadata,
    represervations,
    tokens,
)
from preserve.data_management.tables import ledger as ledger_table
from preserve.errors import NotIntact, PreserveError
from preserve.home import Home
from storage_adapters.directory import DirectoryAdapter
from storage_adapters.durable import drop_file, move_in, sync_folder

LEDGER_FOLDER = "ledger"
_JOURNAL = (ingests, ingest_files, ingest_events, represervations, credentials, tokens)


@dataclass(frozen=True, slots=True)
class Report:
    """What was made again. `kept` is where the old file was put aside, empty where there was none."""

    cases: int
    packages: int
    entries: int
    from_old: bool  # ledger and journal were taken over from the old file
    kept: str
    findings: tuple[Finding, ...]


def rebuild(
    home: Home,
    adapters: Iterable[DirectoryAdapter],
    progress: Callable[[int], None] = lambda _: None,
    finish: Callable[[Connection], None] = lambda _: None,
) -> Report:
    """Make the catalogue again and put it in the old one's place; `progress` is told 1 for each package.

    `finish` computes, in the same transaction, what rooms above this one keep in the catalogue.

    Raises NotIntact, and changes nothing, where the old ledger contradicts its checkpoints and no segment can
    stand in for it.
    """
    fresh = home.path / "catalogue.sqlite.new"
    for suffix in ("", "-wal", "-shm"):
        drop_file(Path(f"{fresh}{suffix}"), home.path)
    findings: list[Finding] = []
    made = create_catalogue(fresh)
    segments = home.store / LEDGER_FOLDER
    try:
        with made.begin() as connection:
            from_old = _take_over(home, connection, segments, findings)
            lost = 0 if from_old else sealing.enter_loss(home, connection)
            if lost:
                findings.append(Finding("catalogue.entries-lost", str(segments), "warning", {"count": lost}))
            holdings.replay(connection)
            audits.replay(connection)
            accounts.replay(connection)
            request_index.replay(connection)
            proceedings.replay(connection)
            gone.replay(connection)
            packages = _enter_packages(connection, adapters, findings, progress)
            search.fill(connection)
            history.replay(connection, home.store)
            findings += history.check_anchors(connection, home.store)
            finish(connection)
            found = int(connection.execute(text("SELECT count(*) FROM cases")).scalar_one())
            entries = ledger.size(connection)
            head = checkpoints.newest(connection)
        _fold(made)
    finally:
        made.close()
    if head is not None and not lost:
        sealing.write_head(home, head)
    kept = _swap(home, fresh)
    if head is not None and lost:
        # Only now: were it killed before, the next one would not know of the loss.
        sealing.write_head(home, head)
    return Report(found, packages, entries, from_old, kept, tuple(findings))


def _take_over(home: Home, connection: Connection, segments: Path, findings: list[Finding]) -> bool:
    """Ledger, checkpoints and journal from the old file where it is sound; else the ledger from its segments."""
    public = proving.trusted_keys(home.keys / "ledger.pub")
    try:
        old = open_catalogue(home)
    except (PreserveError, SQLAlchemyError) as error:
        findings.append(Finding("catalogue.old-unreadable", str(home.catalogue), "note", detail=str(error)))
        _read_segments(connection, segments, findings)
        return False
    try:
        with old.read() as source:
            report = proving.prove(source, segments, public)
            findings.extend(report.findings)
            if not report.sound:
                if not checkpoints.segments(segments):
                    raise NotIntact("catalogue.ledger-contradicted", str(home.catalogue), findings=report.findings)
                _read_segments(connection, segments, findings)
                return False
            for table in (ledger_table, checkpoint_table, *_JOURNAL):
                _copy_rows(source, connection, table)
            return True
    except (SQLAlchemyError, NotIntact) as error:
        if isinstance(error, NotIntact) and error.code != "catalogue.damaged":
            raise
        findings.append(Finding("catalogue.old-unreadable", str(home.catalogue), "note", detail=str(error)))
        for table in (*reversed(_JOURNAL), checkpoint_table, ledger_table):
            connection.execute(table.delete())
        _read_segments(connection, segments, findings)
        return False
    finally:
        old.close()


def _copy_rows(source: Connection, target: Connection, table: Any) -> None:
    rows = source.execution_options(yield_per=2000).execute(select(table))
    for batch in rows.mappings().partitions(2000):
        target.execute(table.insert(), [dict(row) for row in batch])


def _read_segments(connection: Connection, folder: Path, findings: list[Finding]) -> None:
    frontier = Frontier()
    for first, _, path in checkpoints.segments(folder):
        rows = []
        with path.open(encoding="utf-8", newline="\n") as stream:
            for line in stream:
                rows.append(ledger.row_of(line.removesuffix("\n")))
                frontier.add(rows[-1]["leaf"])
        if rows:
            connection.execute(ledger_table.insert(), rows)
        with suppress(OSError):
            one = checkpoints.parse_checkpoint(path.with_suffix(".checkpoint").read_text(encoding="utf-8"))
            peaks = frontier.peaks() if one.size == frontier.size else None
            checkpoints.keep(connection, one, peaks=peaks, first_entry=first)
    findings.append(Finding("catalogue.ledger-from-segments", str(folder), "note", {"count": ledger.size(connection)}))


def _enter_packages(
    connection: Connection,
    adapters: Iterable[DirectoryAdapter],
    findings: list[Finding],
    progress: Callable[[int], None],
) -> int:
    entered: set[str] = set()
    for adapter in adapters:
        present = set()
        for copy in adapter.copies():
            present.add(copy.name)
            if gone.is_gone(connection, copy.name):
                where = {"medium": adapter.identity}
                findings.append(Finding("catalogue.destroyed-found", copy.name, "warning", where))
                continue
            if holdings.read_copy(connection, copy.name, adapter.identity) is None:
                findings.append(Finding("catalogue.copy-not-in-ledger", copy.name, "warning"))
            if copy.name not in entered:
                if _unregistered(connection, copy.name):
                    # Published by a run that was killed before it entered it: the next one proves and enters it.
                    findings.append(Finding("ledger.no-anchor", copy.name, "error"))
                    continue
                try:
                    with connection.begin_nested():
                        cases.index_package(connection, adapter.path(copy), indexed=False)
                except NotIntact as error:
                    findings.append(Finding(error.code, copy.name, "error", detail=error.detail))
                    continue
                try:
                    anchors.read_anchor(connection, copy.name)
                except NotIntact as error:
                    findings.append(Finding(error.code, copy.name, "error", dict(error.values)))
                entered.add(copy.name)
                progress(1)
        names = text("SELECT name FROM copies WHERE medium = :medium AND state NOT IN ('planned', 'lost', 'retired')")
        for (name,) in connection.execute(names, {"medium": adapter.identity}):
            if name not in present:
                findings.append(Finding("catalogue.copy-absent", name, "error", {"medium": adapter.identity}))
        if connection.execute(select(media.c.id).where(media.c.id == adapter.identity)).first() is None:
            findings.append(Finding("catalogue.medium-not-in-ledger", adapter.identity, "warning"))
    return len(entered)


def _unregistered(connection: Connection, name: str) -> bool:
    """Whether this is a later version of a package that no entry of the ledger registers."""
    if name.endswith("_v0001"):
        return False
    try:
        anchors.read_anchor(connection, name)
    except NotIntact as error:
        return error.code == "ledger.no-anchor"
    return False


def _fold(catalogue: Catalogue) -> None:
    raw = catalogue.engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()


def _swap(home: Home, fresh: Path) -> str:
    aside = home.path / f"catalogue.sqlite.before-{now():%Y%m%dT%H%M%SZ}"
    kept = ""
    # The log of the old file must not lie beside the new one, so it goes with the old.
    for suffix in ("-wal", "-shm", ""):
        old = Path(f"{home.catalogue}{suffix}")
        if old.exists():
            move_in(old, Path(f"{aside}{suffix}"))
            kept = str(aside)
    move_in(fresh, home.catalogue)
    sync_folder(home.path)
    return kept


def state(connection: Connection, *, journal: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in a fixed order, to compare two catalogues with."""
    tables = [table for table in metadata.sorted_tables if journal or table not in _JOURNAL]
    found = {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
        for table in tables
    }
    # What was signed between two segments lies in the catalogue alone.
    closing = select(checkpoint_table).where(checkpoint_table.c.first_entry.isnot(None))
    found["checkpoints"] = [tuple(row) for row in connection.execute(closing.order_by(checkpoint_table.c.size))]
    # A case's number in the index may be another when the catalogue is made again.
    for name in ("findable", "facets"):
        del found[name]
    found["findable"] = [
        tuple(row) for row in connection.execute(text("SELECT objid, head, body FROM findable ORDER BY 1"))
    ]
    rows = text("SELECT objid, kind, value, file FROM facets JOIN findable USING (number) ORDER BY 1, 2, 3, 4")
    found["facets"] = [tuple(row) for row in connection.execute(rows)]
    return found
