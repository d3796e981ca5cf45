"""Opens the catalogue: connections, transactions, schema version.

SQLite in WAL mode with full synchronisation: an entry in the ledger that was answered for survives a power loss.
Alembic is imported only when the schema must be made or changed, since every command would pay for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from preserve.errors import MediumProblem, NotIntact, PreserveError
from preserve.home import Home

SCHEMA = "0007"
"""The newest migration; `migrations/versions/` holds a file for each."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """An open catalogue."""

    path: Path
    engine: Engine

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction: all of it is recorded, durably, or nothing. Waits its turn for up to a minute."""
        with (
            _translated(self.path),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of the catalogue; writers do not wait for it."""
        with _translated(self.path), self.engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close every connection; the WAL is folded into the file."""
        self.engine.dispose()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if "disk is full" in reason or "disk I/O" in reason:
            raise MediumProblem("catalogue.medium", str(path), reason=reason) from error
        if "readonly" in reason or "unable to open" in reason:
            raise MediumProblem("catalogue.read-only", str(path), reason=reason) from error
        if "locked" in reason:
            raise PreserveError("catalogue.busy", str(path)) from error
        raise
    except DatabaseError as error:
        if "malformed" in str(error.orig) or "not a database" in str(error.orig):
            raise NotIntact("catalogue.damaged", str(path), detail=str(error.orig)) from error
        raise


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 60})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        # The driver must not open transactions by itself: ours begin with the lock they need.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("busy_timeout=60000", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
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
    engine = _engine(path)
    with _translated(path):
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode=WAL")
        finally:
            raw.close()
        _migrate(engine)
    return Catalogue(path, engine)


def open_catalogue(home: Home | Path) -> Catalogue:
    """Open a home's catalogue (or the file), bringing its schema up to date.

    Raises NotIntact where it is missing or damaged; `preserve catalogue rebuild` makes it again.
    """
    path = home.catalogue if isinstance(home, Home) else home
    if not path.is_file():
        raise NotIntact("catalogue.missing", str(path))
    engine = _engine(path)
    with _translated(path):
        with engine.connect() as connection, connection.begin():
            tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name='alembic_version'").all()
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if tables else None
        if version is not None and str(version) > SCHEMA:
            raise PreserveError("catalogue.newer", str(path), version=str(version), known=SCHEMA)
        if version != SCHEMA:
            _migrate(engine)
    return Catalogue(path, engine)


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
