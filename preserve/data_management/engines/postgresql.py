"""A catalogue in a schema of a PostgreSQL database, one schema an archive.

Who writes takes the schema's advisory lock with its first statement and then reads what others committed (READ
COMMITTED): one writer at a time, in the order in which they came, and nothing that would have to be run again. Who
reads has one view of everything (REPEATABLE READ READ ONLY) and waits for nobody.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from preserve.data_management.engines import WAIT, Entry, Question, alone, postgresql_schema, round_trips
from preserve.data_management.engines.in_doubt import LINE, Number, committed
from preserve.data_management.engines.transactions import ended
from preserve.errors import Busy, MediumProblem, NotIntact, PreserveError, Refused, ToolMissing

OURS = "preserve "
"""What the names of our connections begin with; the schema that the program knows follows, and the schema's name."""

# By class of SQLSTATE, or whole.
_BUSY = {"55P03", "40001", "40P01", "55006"}
_FAILING = {"53100", "58030", "53200"}
_RIGHTS = {"42501", "0LP01"}
_CLOSED = {"25006"}
_GONE = {"42P01", "3F000"}  # the schema was put aside under who works with it
_DAMAGED = {"XX001", "XX002"}
_ALTERED = {"42703"}  # a column is not there
_AWAY = {"57P01", "57P02", "57P03", "53300", "3D000", "25P03", "28000", "28P01"}


@dataclass(frozen=True, slots=True)
class PostgresqlSchema:
    """A schema of a database. `url` has no password; that is in `password_file`, or where libpq looks for it."""

    url: str
    schema: str
    password_file: Path | None = None

    @property
    def name(self) -> str:
        """The database's address and the schema."""
        return f"{self.url}#{self.schema}"

    def engine(self) -> Engine:
        """Connections to the database, which look for every name in the schema alone."""
        try:
            import psycopg
        except ImportError as error:
            raise ToolMissing("catalogue.no-psycopg", self.name) from error

        def connect() -> Any:
            return psycopg.connect(self.url, **self.arguments(self.schema))

        engine = create_engine(
            "postgresql+psycopg://",
            creator=connect,
            pool_timeout=WAIT,
            pool_size=4,
            max_overflow=12,
            pool_recycle=3600,
            hide_parameters=True,  # an error comes into logs: values are names of people, and content
        )

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, record: object) -> None:
            connection.adapters.register_loader("numeric", _whole_numbers(psycopg))

        return engine

    def is_there(self) -> bool:
        """Whether the database has the schema. Raises MediumProblem."""
        engine = self.engine()
        try:
            with self.translated(), engine.connect() as connection:
                query = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
                return connection.exec_driver_sql(query, (self.schema,)).first() is not None
        finally:
            engine.dispose()

    def arguments(self, schema: str) -> dict[str, Any]:
        """How a connection is opened beside the address, so that names are looked for in one schema alone."""
        return {
            "password": self._password() if self.password_file else None,
            # Who changes the schema asks by it which programs work with it, of which release.
            "application_name": f"{OURS}{_known()} {schema}",
            "connect_timeout": int(WAIT),
            # A network that is away says nothing: without these who asks would wait for hours, and so would the locks.
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 25_000,
            # A backslash is one, times are UTC, and nobody waits for a lock for ever.
            "options": f"-c search_path={schema} -c lock_timeout={int(WAIT * 1000)} -c timezone=UTC"
            " -c standard_conforming_strings=on -c client_encoding=UTF8"
            " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_user_timeout=25000",
        }

    def make(self, engine: Engine) -> None:
        """Make the schema with its tables, as they are by the newest migration. Raises Refused, Conflict."""
        from preserve.data_management import deliveries

        with self.translated(), engine.connect() as connection, connection.begin():
            _lock(connection, self.schema)
            postgresql_schema.create(connection, self.schema, self.name)
            deliveries.make_schema(connection, self.schema)

    def begun(self, engine: Engine, *, writes: bool, question: str = "") -> Connection:
        """A connection with its transaction begun; who writes holds the schema's lock. Raises Busy.

        `question` is asked with the lock; `round_trips` tells what came of it.
        """
        return _anew(engine, lambda: self._connect(engine, writes, question))

    def append_alone(self, engine: Engine, entry: Entry, asked: Question) -> int | None:
        """Append an entry in a transaction of its own; None, and nothing done, where what was asked forbids it."""
        return alone.append(engine, self.schema, entry, asked, self.engine, self.name)

    def beside(self, engine: Engine) -> Connection:
        """A connection with a transaction begun for which nobody waits; the server ends it where it hangs."""
        return _anew(engine, lambda: _connect_beside(engine))

    def to_its_end(self, connection: Connection) -> AbstractContextManager[None]:
        """Commit where the body ends well, else roll back; where a COMMIT had no answer, ask what became of it."""
        if connection.get_execution_options().get("writes"):
            return committed(connection, self.engine, self.name, self._last_word)
        return ended(connection)

    def require_current(self, connection: Connection) -> None:
        """Who writes holds the lock under which a schema is replaced: it is still there."""

    @contextmanager
    def translated(self) -> Iterator[None]:
        """PostgreSQL's errors as ours, by their SQLSTATE."""
        try:
            yield
        except PoolTimeout as error:
            raise Busy("catalogue.busy", self.name) from error
        except DBAPIError as error:
            if (ours := self._ours(error)) is None:
                raise
            raise ours from error
        except Exception as error:
            # What psycopg says outside SQLAlchemy, when a connection is opened or a transaction ended.
            if type(error).__module__.partition(".")[0] != "psycopg" or (ours := self._ours(error)) is None:
                raise
            raise ours from error

    def version(self, connection: Connection) -> str | None:
        """The newest migration that the schema has seen. Raises NotIntact where there is none, Refused by collation."""
        postgresql_schema.require_order(connection, self.name)
        if connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar() is None:
            postgresql_schema.require_right(connection, self.schema, self.name)
            raise NotIntact("catalogue.no-schema", self.name)
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return None if version is None else str(version)

    def oldest_reader(self, connection: Connection) -> str | None:
        """As the schema says of itself."""
        return postgresql_schema.oldest_reader(connection)

    def require_schema(self, connection: Connection) -> None:
        """Raises NotIntact for triggers, views, and other columns or functions than ours."""
        postgresql_schema.require_schema(connection, self.name)

    def _last_word(self, connection: Connection) -> Number | None:
        """The number of a transaction that is about to be committed, None where nothing was written.

        It holds the lock under which the schema is changed. Raises PreserveError where the schema was changed, since
        this program opened it, into one that it does not know.
        """
        from preserve.data_management.database import SCHEMA

        if (known := round_trips.number_of(connection)) is not None:
            number, since = known
        else:
            asked = f"SELECT pg_current_xact_id_if_assigned()::text, {LINE}, {postgresql_schema.OLDEST_READER}"
            said, line, since = connection.exec_driver_sql(asked).one()
            if said is None:
                return None
            number = Number(str(said), str(line))
        if since is not None and since > SCHEMA:
            raise PreserveError("catalogue.newer", self.name, version=str(since), known=SCHEMA)
        return number

    def _connect(self, engine: Engine, writes: bool, question: str) -> Connection:
        connection = engine.connect()
        try:
            # SQLAlchemy's and psycopg's own BEGIN would be a round trip more: ours goes with what is asked first.
            connection = connection.execution_options(isolation_level="AUTOCOMMIT", writes=writes)
            connection.begin()
            if writes:
                round_trips.begin(connection, self.schema, question)
            else:
                round_trips.begin_to_read(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _password(self) -> str:
        assert self.password_file is not None
        try:
            if self.password_file.stat().st_mode & 0o077:
                raise Refused("catalogue.password-open", str(self.password_file))
            return self.password_file.read_text(encoding="utf-8").strip("\r\n")
        except OSError as error:
            reason = error.strerror or str(error)
            raise MediumProblem("catalogue.read-only", str(self.password_file), reason=reason) from error

    def _ours(self, error: BaseException) -> PreserveError | None:
        cause = error.orig if isinstance(error, DBAPIError) else error
        state = getattr(cause, "sqlstate", None) or ""
        reason = " ".join(str(cause).split())
        if state in _BUSY:
            return Busy("catalogue.busy", self.name)
        if state in _GONE:
            return NotIntact("catalogue.no-schema", self.name)
        if state in _RIGHTS:
            return MediumProblem("catalogue.no-right", self.name, reason=reason)
        if state in _ALTERED:
            return NotIntact("catalogue.schema-altered", self.name, name=reason)
        if state in _FAILING:
            return MediumProblem("catalogue.medium", self.name, reason=reason)
        if state in _CLOSED:
            return MediumProblem("catalogue.read-only", self.name, reason=reason)
        if state in _DAMAGED:
            return NotIntact("catalogue.damaged", self.name, detail=reason)
        if not state and "NUL (0x00)" in reason:  # psycopg says so before the server is asked
            return Refused("catalogue.nul", self.name)
        if not state and "invalid URI" in reason:  # libpq says so before any server is asked
            return Refused("catalogue.address-wrong", self.name, reason=reason)
        if state in _AWAY or state.startswith("08") or _is_cut(cause, state):
            return MediumProblem("catalogue.unreachable", self.name, reason=reason)
        return None


def _anew(engine: Engine, begin: Callable[[], Connection]) -> Connection:
    """Nothing was done yet: a connection that the server let go while it lay in the pool is opened anew, once."""
    until = time.monotonic() + WAIT
    while True:
        try:
            return begin()
        except DBAPIError as error:
            if not error.connection_invalidated or time.monotonic() >= until:
                raise
            engine.dispose()
            until = 0.0


def _connect_beside(engine: Engine) -> Connection:
    connection = engine.connect().execution_options(isolation_level="READ COMMITTED")
    try:
        connection.begin()
        connection.exec_driver_sql(f"SELECT {round_trips.HANGS}")
    except BaseException:
        connection.close()
        raise
    return connection


def _known() -> str:
    from preserve.data_management.database import SCHEMA

    return SCHEMA


def _whole_numbers(psycopg: Any) -> Any:
    """Reads `numeric` as int: no column is of that type, but the sum of bytes is, and JSON knows no Decimal."""

    class Whole(psycopg.adapt.Loader):  # type: ignore[misc]
        def load(self, data: bytes) -> int | float:
            said = bytes(data)
            return float(said) if b"." in said else int(said)

    return Whole


def _is_cut(cause: BaseException | None, state: str) -> bool:
    """Whether libpq itself says that there is no connection: then there is no SQLSTATE."""
    return not state and type(cause).__name__ in ("OperationalError", "ConnectionTimeout")


def _lock(connection: Connection, schema: str) -> None:
    """Of who makes the schema: what is there is asked for after that."""
    connection.exec_driver_sql(round_trips.lock(schema))


def schema_of(archive_id: str) -> str:
    """The schema of an archive that does not name one."""
    return f"preserve_{re.sub('[^a-z0-9]', '_', archive_id.lower())}"[:38]
