"""Opens the catalogue: connections, transactions, schema version.

SQLite in WAL mode with full synchronisation: an entry in the ledger that was answered for survives a power loss.
A transaction belongs to the file that lies under the catalogue's name: one that was replaced is let go and opened anew.
Alembic is imported only when the schema must be made or changed, since every command would pay for it.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from preserve.data_management import one_view
from preserve.data_management.replacing import WAIT, Identity, identity_of, is_under_way, wait_for
from preserve.data_management.schema_check import require_schema
from preserve.errors import Busy, MediumProblem, NotIntact, PreserveError
from preserve.home import Home

SCHEMA = "0029"
"""The newest migration; `migrations/versions/` holds a file for each."""

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_FAILING = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_CLOSED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class _File(sqlite3.Connection):
    """A connection that knows which file it opened, whatever lies under the name by now."""

    opened: Identity | None = None


class Rules(Protocol):
    """What every write transaction of an archive's catalogue keeps to; each may raise, and then nothing is written."""

    def opening(self, connection: Connection) -> None:
        """Before anything is written."""

    def closing(self, connection: Connection) -> None:
        """When all was written, before it is committed."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """An open catalogue; `rules` where it is that of an archive and not only a file."""

    path: Path
    engine: Engine
    rules: Rules | None = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction: all of it is recorded, durably, or nothing.

        Raises Busy where its turn does not come within some seconds, or where the file was replaced under it.
        """
        one_view.let_go(self.engine)
        with _translated(self.path), self._begun(writes=True) as connection, _to_its_end(connection):
            if self.rules is not None:
                self.rules.opening(connection)
            yield connection
            if self.rules is not None:
                self.rules.closing(connection)
            if not self._is_current(connection):
                raise Busy("catalogue.replaced", str(self.path))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of the catalogue; writers do not wait for it. Raises Busy."""
        shared = one_view.here(self.engine)
        if shared is not None:
            with _translated(self.path), shared.entered(lambda: self._begun(writes=False)) as connection:
                yield connection
            return
        with _translated(self.path), self._begun(writes=False) as connection, _to_its_end(connection):
            yield connection

    def together(self) -> AbstractContextManager[None]:
        """Within it all that this thread reads is read of one moment, until it writes."""
        return one_view.together(self.engine)

    @contextmanager
    def locked(self) -> Iterator[Connection]:
        """A view during which nobody else writes, and in which nothing is written, for who replaces the file."""
        one_view.let_go(self.engine)
        with _translated(self.path), self._begun(writes=True) as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; the WAL is folded into the file."""
        self.engine.dispose()

    def _begun(self, *, writes: bool) -> Connection:
        """A connection to the file that lies there now, with its transaction begun. Waits for a lock, not for ever."""
        until = time.monotonic() + WAIT
        while True:
            if not wait_for(self.path):
                raise NotIntact("catalogue.missing", str(self.path))
            before = identity_of(self.path)
            try:
                connection = self._connect(writes)
            except (sqlite3.Error, DBAPIError) as error:
                passing = _code(error) in _BUSY or identity_of(self.path) != before
                if not passing or time.monotonic() >= until:
                    raise
                self.engine.dispose()
                continue
            if self._is_current(connection) and not is_under_way(self.path):
                return connection
            connection.close()
            self.engine.dispose()
            if time.monotonic() >= until:
                raise Busy("catalogue.busy", str(self.path))

    def _connect(self, writes: bool) -> Connection:
        connection = self.engine.connect().execution_options(writes=writes)
        try:
            connection.begin()
            # Until something is read, the view is not fixed and the log not opened.
            connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1").all()
        except BaseException:
            connection.close()
            raise
        return connection

    def _is_current(self, connection: Connection) -> bool:
        raw = connection.connection.dbapi_connection
        return isinstance(raw, _File) and raw.opened == identity_of(self.path)


@contextmanager
def _to_its_end(connection: Connection) -> Iterator[None]:
    transaction = connection.get_transaction()
    assert transaction is not None
    with transaction:
        yield


def _code(error: BaseException) -> int:
    """The primary result code of SQLite, 0 where the error is not its own."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return int(getattr(cause, "sqlite_errorcode", 0)) & 0xFF


def is_unreadable(error: BaseException) -> bool:
    """Whether an error says that the file is damaged or no catalogue, and not that its medium fails or is full."""
    return _code(error) in {*_DAMAGED, sqlite3.SQLITE_ERROR}


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise Busy("catalogue.busy", str(path)) from error
    except (sqlite3.Error, DBAPIError) as error:
        code, reason = _code(error), str(error.orig if isinstance(error, DBAPIError) else error)
        if code in _FAILING:
            raise MediumProblem("catalogue.medium", str(path), reason=reason) from error
        if code in _CLOSED:
            raise MediumProblem("catalogue.read-only", str(path), reason=reason) from error
        if code in _BUSY:
            raise Busy("catalogue.busy", str(path)) from error
        if code in _DAMAGED:
            raise NotIntact("catalogue.damaged", str(path), detail=reason) from error
        raise


def _engine(path: Path) -> Engine:
    def connect() -> _File:
        while True:
            before = identity_of(path)
            opened = sqlite3.connect(
                # Never made by opening it: where there is none, it was lost or is being replaced.
                f"file:{quote(os.fsencode(path))}?mode=rw",
                uri=True,
                timeout=0.25,
                isolation_level=None,
                check_same_thread=False,
                factory=_File,
            )
            if identity_of(path) == before:
                opened.opened = before
                return opened
            opened.close()

    engine = create_engine(f"sqlite:///{path}", creator=connect, pool_timeout=WAIT, pool_size=16, pool_use_lifo=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        # SQLite's own patience is short, since it counts what it sleeps and not what passes; `_begun` looks at a clock.
        for pragma in ("busy_timeout=250", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def create_catalogue(path: Path) -> Catalogue:
    """Make a new catalogue file with the newest schema; its log beside it gets the same mode from SQLite."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640))
    with _translated(path):
        raw = sqlite3.connect(path, isolation_level=None)
        try:
            raw.execute("PRAGMA journal_mode=WAL")
        finally:
            raw.close()
    catalogue = Catalogue(path, _engine(path))
    _migrate(catalogue)
    return catalogue


def fold(catalogue: Catalogue) -> None:
    """Bring the log into the file, as far as nobody needs it. Raises MediumProblem."""
    with _translated(catalogue.path):
        raw = catalogue.engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            raw.close()


def damage(connection: Connection, most: int = 20) -> list[str]:
    """What SQLite says is damaged in the file, in its own words, at most so many of them; empty where all is well."""
    answers = connection.exec_driver_sql(f"PRAGMA integrity_check({most})")
    return [str(answer) for (answer,) in answers if answer != "ok"]


def overwrite_what_is_deleted(connection: Connection) -> None:
    """From here on this connection overwrites with zeros what it deletes: names must not stay in free pages."""
    connection.exec_driver_sql("PRAGMA secure_delete=ON")


def open_catalogue(home: Home | Path) -> Catalogue:
    """Open a home's catalogue (or the file), bringing its schema up to date.

    Raises NotIntact where it is missing or damaged (`preserve catalogue rebuild` makes it again), Busy where another
    operation holds it, MediumProblem.
    """
    path = home.catalogue if isinstance(home, Home) else home
    catalogue = Catalogue(path, _engine(path))
    try:
        with catalogue.read() as connection:
            tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name='alembic_version'").all()
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if tables else None
        if version is not None and str(version) > SCHEMA:
            raise PreserveError("catalogue.newer", str(path), version=str(version), known=SCHEMA)
        if version == SCHEMA:
            with catalogue.read() as connection:
                require_schema(connection, str(path))
        if version != SCHEMA:
            _migrate(catalogue)
    except BaseException:
        catalogue.close()
        raise
    if isinstance(home, Path):
        return catalogue
    from preserve.data_management.sealing import Keeper

    return replace(catalogue, rules=Keeper(home))


def _migrate(catalogue: Catalogue) -> None:
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with catalogue.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
