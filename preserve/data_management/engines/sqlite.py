"""A catalogue in a SQLite file.

WAL mode with full synchronisation: an entry in the ledger that was answered for survives a power loss.
A transaction belongs to the file that lies under the catalogue's name: one that was replaced is let go and opened anew.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from preserve.data_management.engines import WAIT, Entry, Question, in_turns
from preserve.data_management.engines.transactions import ended
from preserve.data_management.replacing import Identity, identity_of, is_under_way, wait_for
from preserve.data_management.schema_check import require_schema
from preserve.errors import Busy, MediumProblem, NotIntact

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_FAILING = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_CLOSED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class _File(sqlite3.Connection):
    """A connection that knows which file it opened, whatever lies under the name by now."""

    opened: Identity | None = None


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A catalogue's file."""

    path: Path

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.path)

    def engine(self) -> Engine:
        """Connections to the file that lies there when they are opened."""
        return _engine(self.path)

    def make(self, engine: Engine) -> None:
        """Make a new file; its log beside it gets the same mode from SQLite."""
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640))
        with self.translated():
            raw = sqlite3.connect(self.path, isolation_level=None)
            try:
                raw.execute("PRAGMA journal_mode=WAL")
            finally:
                raw.close()

    def begun(self, engine: Engine, *, writes: bool, question: str = "", entry: Entry | None = None) -> Connection:
        """A connection to the file that lies there now, with its transaction begun. Waits for a lock, not for ever."""
        until = time.monotonic() + WAIT
        while True:
            if not wait_for(self.path):
                raise NotIntact("catalogue.missing", str(self.path))
            before = identity_of(self.path)
            try:
                connection = self._connect(engine, writes)
            except (sqlite3.Error, DBAPIError) as error:
                passing = _code(error) in _BUSY or identity_of(self.path) != before
                if not passing or time.monotonic() >= until:
                    raise
                engine.dispose()
                continue
            if self._is_current(connection) and not is_under_way(self.path):
                return connection
            connection.close()
            engine.dispose()
            if time.monotonic() >= until:
                raise Busy("catalogue.busy", str(self.path))

    def append_alone(self, engine: Engine, entry: Entry, asked: Question) -> int | None:
        """Nobody waits for a file's answers."""
        return None

    def beside(self, engine: Engine) -> Connection:
        """Nothing is beside a file's one writer."""
        return self.begun(engine, writes=False)

    def to_its_end(self, connection: Connection) -> Any:
        """Commit where the body ends well, else roll back."""
        return ended(connection)

    def require_current(self, connection: Connection) -> None:
        """Raises Busy where the file was replaced."""
        if not self._is_current(connection):
            raise Busy("catalogue.replaced", str(self.path))

    @contextmanager
    def translated(self) -> Iterator[None]:
        """SQLite's errors as ours."""
        try:
            yield
        except PoolTimeout as error:
            raise Busy("catalogue.busy", str(self.path)) from error
        except (sqlite3.Error, DBAPIError) as error:
            code, reason = _code(error), str(error.orig if isinstance(error, DBAPIError) else error)
            if code in _FAILING:
                raise MediumProblem("catalogue.medium", str(self.path), reason=reason) from error
            if code in _CLOSED:
                raise MediumProblem("catalogue.read-only", str(self.path), reason=reason) from error
            if code in _BUSY:
                raise Busy("catalogue.busy", str(self.path)) from error
            if code in _DAMAGED:
                raise NotIntact("catalogue.damaged", str(self.path), detail=reason) from error
            raise

    def version(self, connection: Connection) -> str | None:
        """The newest migration that the file has seen."""
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name='alembic_version'").all()
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if tables else None
        return None if version is None else str(version)

    def oldest_reader(self, connection: Connection) -> str | None:
        """A file is of one machine, which has one program."""
        return None

    def require_schema(self, connection: Connection) -> None:
        """Raises NotIntact for triggers, views, and other columns or indexes of the logs than ours."""
        require_schema(connection, str(self.path))

    def _connect(self, engine: Engine, writes: bool) -> Connection:
        connection = engine.connect().execution_options(writes=writes)
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


def _code(error: BaseException) -> int:
    """The primary result code of SQLite, 0 where the error is not its own."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return int(getattr(cause, "sqlite_errorcode", 0)) & 0xFF


def is_unreadable(error: BaseException) -> bool:
    """Whether an error says that the file is damaged or no catalogue, and not that its medium fails or is full."""
    return _code(error) in {*_DAMAGED, sqlite3.SQLITE_ERROR}


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

    engine = create_engine(
        f"sqlite:///{path}",
        creator=connect,
        pool_timeout=WAIT,
        pool_size=16,
        pool_use_lifo=True,
        hide_parameters=True,  # an error comes into logs: values are names of people, and content
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        # SQLite's own patience is short, since it counts what it sleeps and not what passes; `begun` looks at a clock.
        for pragma in ("busy_timeout=250", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        in_turns.add_to(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
