"""Brings the schema of a catalogue on a server to this program's, when an administrator asks for it.

Several machines work with such a catalogue, so no program changes it by opening it. The change is one transaction under
the lock that every writer takes: killed anywhere, the former schema is there. Programs of the release before go on
beside the new one where the change only adds; where it takes something away, nobody may be at work who needs that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from preserve import __version__
from preserve.data_management import ledger
from preserve.data_management.database import READABLE_SINCE, SCHEMA, Catalogue, migrate, open_catalogue
from preserve.data_management.engines import postgresql_schema
from preserve.data_management.engines.postgresql import OURS, PostgresqlSchema
from preserve.data_management.sealing import Keeper
from preserve.errors import Busy, PreserveError, Refused
from preserve.home import Home

UPGRADED = "catalogue.upgraded"
BASELINE = "0021"
"""The oldest schema that there was on a server; earlier migrations are for files alone."""

_ALONE = postgresql_schema.LOCK + 1
_LOCK_TIMEOUT = "5s"  # who waits for a table stands before everybody who comes after
_HERE = "to_regnamespace(current_schema())"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """Which schema there was and which there is, and the migrations between; none where it was this one already."""

    before: str
    now: str
    steps: tuple[str, ...]


def upgrade(
    home: Home, begin: Callable[[int], None] = lambda steps: None, told: Callable[[str], None] = lambda what: None
) -> Upgraded:
    """Change the schema; `begin` hears how many migrations there are, and `told` of each edge that is passed.

    Of a catalogue that is a file it does what opening it does. Raises Busy where another upgrade or a long statement
    is under way, Refused where programs work that could not go on, PreserveError, NotIntact; and then nothing changed
    but that an index may be there already.
    """
    with closing(open_catalogue(home, older=True)) as catalogue:
        place = catalogue.place
        if not isinstance(place, PostgresqlSchema):
            return Upgraded(SCHEMA, SCHEMA, ())
        with _alone(catalogue, place):
            with catalogue.read() as connection:
                before = place.version(connection) or ""
            if before >= SCHEMA:
                return Upgraded(before, before, ())
            if before < BASELINE:
                raise PreserveError("catalogue.too-old", place.name, version=before, oldest=BASELINE)
            steps = _steps(before)
            begin(len(steps))
            for indexes in steps.values():
                _make_beforehand(catalogue, indexes)
            told("beforehand")
            _change(home, replace(catalogue, rules=None), place, before, told)
            return Upgraded(before, SCHEMA, tuple(steps))


def _steps(after: str) -> dict[str, Mapping[str, str]]:
    """The migrations after that one, and the indexes that each wants made beforehand on a server."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    found = [*script.iterate_revisions("head", after)]
    return {each.revision: getattr(each.module, "beforehand", {}) for each in reversed(found)}


def _change(
    home: Home, catalogue: Catalogue, place: PostgresqlSchema, before: str, told: Callable[[str], None]
) -> None:
    keeper = Keeper(home)
    with catalogue.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
        _require_nobody_older(connection, place)
        migrate(connection, told)
        postgresql_schema.name_oldest_reader(connection, READABLE_SINCE)
        place.require_schema(connection)
        # What keeps the ledger reads tables as this program knows them, so not before.
        keeper.opening(connection)
        ledger.note(home, connection, UPGRADED, {"from": before, "to": SCHEMA, "program": __version__})
        keeper.closing(connection)
        told("changed")
    told("committed")


def _require_nobody_older(connection: Connection, place: PostgresqlSchema) -> None:
    """Raises Refused where a program has a connection that what is taken away would break."""
    asked = (
        "SELECT application_name FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND starts_with(application_name, %s)"
    )
    names = [str(name).removeprefix(OURS).split(" ") for (name,) in connection.exec_driver_sql(asked, (OURS,))]
    older = [known for known, *schema in names if schema == [place.schema] and known < READABLE_SINCE]
    if older:
        raise Refused("catalogue.older-at-work", place.name, count=len(older), known=min(older))


@contextmanager
def _alone(catalogue: Catalogue, place: PostgresqlSchema) -> Iterator[None]:
    """While no other upgrade of this schema runs; the server lets the lock go with the connection. Raises Busy."""
    with place.translated(), catalogue.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        asked = f"hashtextextended(%s, {_ALONE})"
        if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({asked})", (place.schema,)).scalar_one():
            raise Busy("catalogue.being-upgraded", place.name)
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({asked})", (place.schema,))


def _make_beforehand(catalogue: Catalogue, indexes: Mapping[str, str]) -> None:
    """Make indexes while others write. One that was cut off is there, serves nobody, and is made again."""
    whole = (
        "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        f" WHERE c.relname = %s AND c.relnamespace = {_HERE}"
    )
    with catalogue.place.translated(), catalogue.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        for name, how in indexes.items():
            there = connection.exec_driver_sql(whole, (name,)).scalar()
            if there is False:
                connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY {name}")
            if not there:
                connection.exec_driver_sql(f"CREATE INDEX CONCURRENTLY {name} ON {how}")
