"""The catalogue that is made beside the one in use, and takes its place when it is whole: a file, or a schema.

A schema is renamed, and the old one with it, in one transaction: whoever comes after finds the one or the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, text

from preserve.clock import now
from preserve.data_management import deliveries, replacing
from preserve.data_management.database import Catalogue, create_catalogue, fold, place_of
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.errors import NotIntact
from preserve.home import Home

_NAMED = text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :before) ORDER BY nspname")
Told = Callable[[str], None]


class Successor(Protocol):
    """What becomes the catalogue."""

    def make(self) -> Catalogue:
        """An empty one beside the old; what an earlier call left there goes. The caller holds the lock file."""

    def require_old(self) -> None:
        """Raises NotIntact where there is none, for which it would be wrong to wait."""

    def finish(self, catalogue: Catalogue) -> None:
        """Close it, whole and on the medium."""

    def put(self, told: Told) -> str:
        """Put it in the old one's place; where that went, or nothing. Nobody writes into the old one meanwhile."""

    def drop(self) -> None:
        """Take away what did not become the catalogue."""


def successor_of(home: Home) -> Successor:
    """What can take the place of a home's catalogue."""
    place = place_of(home)
    return _Schema(place) if isinstance(place, PostgresqlSchema) else _File(home)


def still_told(home: Home, moment: datetime) -> tuple[str, ...]:
    """What outside the catalogue still tells of something that is destroyed at this moment: for its tombstone."""
    said = [f"{name}: former catalogue, still tells of it" for name in former_of(home)]
    if (at := home.settings.catalogue) is not None:
        until = (moment + timedelta(days=at.kept_days)).date().isoformat()
        said.append(f"backups and archived log of the database: may tell of it until {until}")
    return tuple(said)


def forget(home: Home) -> None:
    """Take away the schema of a home that never came to be; a file goes with its folder. Raises MediumProblem.

    A schema in which there is a case is some archive's, whatever this home says: it stays.
    """
    place = place_of(home)
    if not isinstance(place, PostgresqlSchema):
        return
    engine = place.engine()
    try:
        with place.translated(), engine.begin() as connection:
            there = connection.exec_driver_sql(f"SELECT to_regclass('{place.schema}.cases')").scalar()
            if there and connection.exec_driver_sql(f"SELECT EXISTS (SELECT FROM {place.schema}.cases)").scalar():
                return
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {place.schema} CASCADE")
            deliveries.drop_schema(connection, place.schema)
    finally:
        engine.dispose()


def former_of(home: Home) -> list[str]:
    """The catalogues that others took the place of, which still say what they said."""
    place = place_of(home)
    files = sorted(path.name for path in home.path.glob("catalogue.sqlite.before-*"))
    if not isinstance(place, PostgresqlSchema):
        return files
    engine = place.engine()
    try:
        with place.translated(), engine.connect() as connection:
            return files + list(connection.execute(_NAMED, {"before": f"{place.schema}{_BEFORE}"}).scalars())
    finally:
        engine.dispose()


def put_aside(home: Home) -> str:
    """Put a home's catalogue aside, which is not the catalogue any more; where it went. The caller holds the lock."""
    place = place_of(home)
    if not isinstance(place, PostgresqlSchema):
        return replacing.put_aside(home.catalogue)
    engine = place.engine()
    try:
        with place.translated(), engine.begin() as connection:
            kept = _kept(connection, place.schema)
            connection.exec_driver_sql(f"ALTER SCHEMA {place.schema} RENAME TO {kept}")
    finally:
        engine.dispose()
    return f"{place.url}#{kept}"


def _kept(connection: Connection, schema: str) -> str:
    """A name for what is put aside now, which nothing has yet."""
    taken = set(connection.execute(_NAMED, {"before": f"{schema}{_BEFORE}"}).scalars())
    moment = now()
    while (name := f"{schema}{_BEFORE}{moment:%Y%m%dt%H%M%Sz}") in taken:
        moment += timedelta(seconds=1)
    return name


class _File(Successor):
    def __init__(self, home: Home) -> None:
        self._home, self._fresh = home, home.path / "catalogue.sqlite.new"

    def make(self) -> Catalogue:
        replacing.finish(self._home.catalogue)
        self.drop()
        return create_catalogue(self._fresh)

    def require_old(self) -> None:
        if not self._home.catalogue.is_file():
            raise NotIntact("catalogue.missing", self._home.catalogue_name)

    def finish(self, catalogue: Catalogue) -> None:
        fold(catalogue)
        catalogue.close()
        if self._home.settings.web.group:  # the door is another user of this group
            self._fresh.chmod(0o660)

    def put(self, told: Told) -> str:
        return replacing.replace(self._fresh, self._home.catalogue, told)

    def drop(self) -> None:
        replacing.drop_unfinished(self._fresh)


_BEFORE = "_before_"


@dataclass
class _Schema(Successor):
    place: PostgresqlSchema

    @property
    def _fresh(self) -> PostgresqlSchema:
        return replace(self.place, schema=f"{self.place.schema}_new")

    def make(self) -> Catalogue:
        self.drop()
        return create_catalogue(self._fresh)

    def require_old(self) -> None:
        """Opening it says so."""

    def finish(self, catalogue: Catalogue) -> None:
        catalogue.close()

    def put(self, told: Told) -> str:
        schema, engine = self.place.schema, self.place.engine()
        there = text("SELECT count(*) FROM pg_namespace WHERE nspname = :schema")
        try:
            with self.place.translated(), engine.begin() as connection:
                old = connection.execute(there, {"schema": schema}).scalar_one()
                kept = _kept(connection, schema)
                if old:
                    connection.exec_driver_sql(f"ALTER SCHEMA {schema} RENAME TO {kept}")
                connection.exec_driver_sql(f"ALTER SCHEMA {self._fresh.schema} RENAME TO {schema}")
                # What carries jobs has a schema of its own, named after this one; its functions are bound to that name.
                deliveries.make_schema(connection, schema)
                deliveries.drop_schema(connection, self._fresh.schema)
                told("ready")
        finally:
            engine.dispose()
        told("placed")
        return f"{self.place.url}#{kept}" if old else ""

    def drop(self) -> None:
        engine = self.place.engine()
        try:
            with self.place.translated(), engine.begin() as connection:
                connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {self._fresh.schema} CASCADE")
                deliveries.drop_schema(connection, self._fresh.schema)
        finally:
            engine.dispose()
