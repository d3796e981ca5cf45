"""Opens the catalogue: transactions and the schema's version, wherever it lies.

Alembic is imported only when the schema must be made or changed, since every command would pay for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, Engine

from preserve.data_management import leases, one_view
from preserve.data_management.engines import CataloguePlace, Entry, round_trips
from preserve.data_management.engines.sqlite import SqliteFile
from preserve.data_management.engines.sqlite import is_unreadable as is_unreadable
from preserve.data_management.leases import Leases
from preserve.data_management.write_rules import Rules as Rules
from preserve.errors import PreserveError
from preserve.home import Home
from preserve.work import keep_locks

SCHEMA = "0033"
"""The newest migration; `migrations/versions/` holds a file for each."""

READABLE_SINCE = "0031"
"""Programs that know this schema, or a later one, may work with the newest on a server. It is raised by a migration
that takes something away, to the one that this names as `contracts` (docs/schema-changes.md)."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """An open catalogue; `rules` where it is that of an archive and not only a place."""

    place: CataloguePlace
    engine: Engine
    rules: Rules | None = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction: all of it is recorded, durably, or nothing.

        Raises Busy where its turn does not come within some seconds, or where the catalogue was replaced under it.
        """
        place, rules = self.place, self.rules
        question = rules.question if rules is not None else ""
        one_view.let_go(self.engine)
        if rules is not None:
            rules.before()
        with (
            place.translated(),
            place.begun(self.engine, writes=True, question=question) as connection,
            place.to_its_end(connection),
        ):
            if self.is_on_a_server and rules is not None:  # one that is being made has no leases
                leases.require_held(connection, place.name)
            elif self.is_on_a_server:
                round_trips.take_time(connection)
            if rules is not None:
                rules.opening(connection)
            yield connection
            if rules is not None:
                rules.closing(connection)
            place.require_current(connection)

    def append_alone(self, entry: Entry) -> int | None:
        """Append an entry in a transaction of its own; its number. None, and nothing done, where `begin` is needed
        because there is more to ask than a server can ask itself. Raises as `begin`."""
        place, rules = self.place, self.rules
        one_view.let_go(self.engine)
        if rules is None or leases.are_held(place.name) or (asked := rules.alone()) is None:
            return None
        with place.translated():
            if (number := place.append_alone(self.engine, entry, asked)) is not None:
                rules.written(number)
        return number

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of the catalogue; writers do not wait for it. Raises Busy."""
        place, shared = self.place, one_view.here(self.engine)
        if shared is not None:
            with place.translated(), shared.entered(lambda: place.begun(self.engine, writes=False)) as connection:
                yield connection
            return
        with place.translated(), place.begun(self.engine, writes=False) as connection, place.to_its_end(connection):
            yield connection

    def together(self) -> AbstractContextManager[None]:
        """Within it all that this thread reads is read of one moment, until it writes."""
        return one_view.together(self.engine)

    @contextmanager
    def locked(self, *, reads: bool = False) -> Iterator[Connection]:
        """A view during which nobody else writes, and in which nothing is written, for who replaces the catalogue.

        `reads`, of who comes often: nothing can be written, and COMMIT at its end keeps what is prepared.
        """
        one_view.let_go(self.engine)
        with self.place.translated(), self.place.begun(self.engine, writes=True) as connection:
            if self.is_on_a_server:
                (round_trips.write_nothing if reads else round_trips.take_time)(connection)
            yield connection
            if self.is_on_a_server and reads:
                connection.commit()

    @contextmanager
    def while_held(self) -> Iterator[None]:
        """Within it nobody takes over what this piece of work holds; for what is done to files that another may make.

        No writer waits meanwhile. It is for moments: whoever is stopped in it for longer than a transaction may idle
        was taken over, and learns it at its end (Busy, MediumProblem). Of a catalogue that is a file nobody could take
        over: the kernel lets a lock go with its process. Raises Busy.
        """
        if not self.is_on_a_server:
            yield
            return
        place = self.place
        with place.translated(), place.beside(self.engine) as connection, place.to_its_end(connection):
            if self.rules is not None:  # one that is being made has no leases
                leases.require_held(connection, place.name)
            yield

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        """A transaction beside the order of the others, for what is no part of the archive: signs of life.

        Nothing in it may touch what `begin` is for. Raises Busy, MediumProblem.
        """
        assert self.is_on_a_server, "a file has one writer at a time"
        with self.place.translated(), self.engine.connect() as connection:
            connection.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                yield connection

    @property
    def is_on_a_server(self) -> bool:
        """Whether several machines may work with it."""
        return not isinstance(self.place, SqliteFile)

    @property
    def path(self) -> Path:
        """The file, of a catalogue that is one."""
        assert isinstance(self.place, SqliteFile), "a catalogue on a server is no file"
        return self.place.path

    def close(self) -> None:
        """Close every connection; SQLite's WAL is folded into the file."""
        self.engine.dispose()


def place_of(home: Home) -> CataloguePlace:
    """Where a home's catalogue lies, as its settings say."""
    settings = home.settings.catalogue
    if settings is None:
        return SqliteFile(home.catalogue)
    from preserve.data_management.engines.postgresql import PostgresqlSchema, schema_of

    password = (home.path / settings.password_file) if settings.password_file else None
    schema = settings.schema_name or schema_of(home.settings.archive_id)
    return PostgresqlSchema(settings.url, schema, password)


def sweep(catalogue: Catalogue) -> None:
    """Take out of a server's tables the dead rows of what was deleted for good; SQLite has overwritten them.

    It needs the owner of the tables: for another role the server leaves them to its own VACUUM.
    """
    if isinstance(catalogue.place, SqliteFile):
        return
    with catalogue.place.translated(), catalogue.engine.connect() as connection:
        apart = connection.execution_options(isolation_level="AUTOCOMMIT")
        here = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relispartition = false"
        ours = f"{here} AND relnamespace = to_regnamespace(current_schema()) AND pg_has_role(relowner, 'USAGE')"
        if own := ", ".join(apart.exec_driver_sql(ours).scalars()):
            apart.exec_driver_sql(f"VACUUM {own}")


def is_file(home: Home) -> bool:
    """Whether a home's catalogue is a file in it."""
    return home.settings.catalogue is None


def create_catalogue(where: Path | CataloguePlace) -> Catalogue:
    """Make a new catalogue with the newest schema: the file, or what lies at the place. Raises Conflict, Refused."""
    place = SqliteFile(where) if isinstance(where, Path) else where
    catalogue = Catalogue(place, place.engine())
    place.make(catalogue.engine)
    if isinstance(place, SqliteFile):
        with catalogue.begin() as connection:
            migrate(connection)
    return catalogue


def fold(catalogue: Catalogue) -> None:
    """Bring SQLite's log into the file, as far as nobody needs it. Raises MediumProblem."""
    if not isinstance(catalogue.place, SqliteFile):
        return
    with catalogue.place.translated():
        raw = catalogue.engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            raw.close()


def damage(connection: Connection, most: int = 20) -> list[str]:
    """What the database says is damaged in the file, in its own words, at most so many; empty where all is well.

    PostgreSQL holds pages to their sums when it reads them, and `pg_amcheck` what it knows: see docs/postgresql.md.
    """
    if connection.dialect.name != "sqlite":
        return []
    answers = connection.exec_driver_sql(f"PRAGMA integrity_check({most})")
    return [str(answer) for (answer,) in answers if answer != "ok"]


def overwrite_what_is_deleted(connection: Connection) -> None:
    """From here on this connection overwrites with zeros what it deletes: names must not stay in free pages.

    Of PostgreSQL nobody can ask that: what was deleted lies in dead rows until VACUUM, and in the log until that goes.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def size(home: Home, connection: Connection) -> int:
    """Bytes that the catalogue takes on its medium."""
    if is_file(home):
        return home.catalogue.stat().st_size
    ours = "relnamespace = to_regnamespace(current_schema()) AND relkind IN ('r', 'p')"
    asked = f"SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class WHERE {ours}"
    return int(connection.exec_driver_sql(asked).scalar_one())


def engine_version(connection: Connection) -> tuple[str, str]:
    """The engine's name and its version."""
    return connection.dialect.name, ".".join(map(str, connection.dialect.server_version_info or ()))


def open_catalogue(home: Home | Path | CataloguePlace, *, older: bool = False) -> Catalogue:
    """Open a home's catalogue (or the file), bringing its schema up to date.

    On a server the schema is brought up to date by `preserve catalogue upgrade` alone, since others may work with it;
    `older` is for who only needs to know what an older one says. Raises NotIntact where it is missing or damaged
    (`preserve catalogue rebuild` makes it again), PreserveError where it is of another release, Busy where another
    operation holds it, MediumProblem.
    """
    place = place_of(home) if isinstance(home, Home) else SqliteFile(home) if isinstance(home, Path) else home
    catalogue = Catalogue(place, place.engine())
    try:
        with catalogue.read() as connection:
            version = place.version(connection) or ""
            if version > SCHEMA and not _is_readable(place, connection):
                raise PreserveError("catalogue.newer", place.name, version=version, known=SCHEMA)
            if version >= SCHEMA:
                place.require_schema(connection)
            elif catalogue.is_on_a_server and not older:
                raise PreserveError("catalogue.older", place.name, version=version, known=SCHEMA)
        if version < SCHEMA and not catalogue.is_on_a_server:
            with catalogue.begin() as connection:
                migrate(connection)
    except BaseException:
        catalogue.close()
        raise
    if not isinstance(home, Home):
        return catalogue
    from preserve.data_management.sealing import Keeper

    if catalogue.is_on_a_server and version >= SCHEMA:  # an older one may have no leases
        keep_locks(home.path, Leases(home.path, place))
    return replace(catalogue, rules=Keeper(home))


def require_own(catalogue: Catalogue) -> None:
    """Raises PreserveError unless the schema is this program's, for who copies or makes again what it knows of."""
    with catalogue.read() as connection:
        version = catalogue.place.version(connection)
    if version != SCHEMA:
        raise PreserveError("catalogue.newer", catalogue.place.name, version=version or "", known=SCHEMA)


def _is_readable(place: CataloguePlace, connection: Connection) -> bool:
    """Whether a newer schema only has more than this program knows."""
    since = place.oldest_reader(connection)
    return since is not None and since <= SCHEMA


def migrate(connection: Connection, told: Callable[[str], None] = lambda revision: None) -> None:
    """Bring the schema to the newest in the caller's transaction; `told` hears of each migration that was done."""
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["connection"], settings.attributes["told"] = connection, told
    command.upgrade(settings, "head")
