"""The schema on PostgreSQL is that of the files, column by column, and one that was altered is not opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect

from preserve.data_management.database import Catalogue, create_catalogue, open_catalogue
from preserve.data_management.engines import postgresql_schema
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.errors import Conflict, NotIntact, Refused
from tests.support import postgresql


@pytest.fixture
def catalogue(schema: PostgresqlSchema) -> Iterator[Catalogue]:
    made = create_catalogue(schema)
    yield made
    made.close()


_OF_FTS5 = {
    f"{index}{part}" for index in ("search", "machine_search") for part in ("", "_config", "_data", "_docsize", "_idx")
}
# What both of them call a type. SQLite's INTEGER has 64 bits, and a DATETIME there is a text.
_SAME = {"BIGINT": "INTEGER", "BYTEA": "BLOB", "DOUBLE PRECISION": "FLOAT", "VARCHAR(32)": "TEXT", "VARCHAR": "TEXT"}


def _columns(engine: Engine, schema: str | None) -> dict[str, Any]:
    there = inspect(engine)
    return {
        table: {
            column["name"]: (_SAME.get(str(column["type"]), str(column["type"])), column["nullable"])
            for column in there.get_columns(table, schema=schema)
        }
        for table in there.get_table_names(schema=schema)
        if table not in _OF_FTS5
    }


def _keys(engine: Engine, schema: str | None) -> dict[str, Any]:
    there = inspect(engine)
    return {
        table: (
            there.get_pk_constraint(table, schema=schema)["constrained_columns"],
            sorted(
                (key["constrained_columns"], key["referred_table"], key["referred_columns"])
                for key in there.get_foreign_keys(table, schema=schema)
            ),
            sorted(
                (one["name"], bool(one["unique"])) for one in there.get_indexes(table, schema=schema) if one["name"]
            ),
        )
        for table in there.get_table_names(schema=schema)
        if table not in {*_OF_FTS5, "facets", "alembic_version"}
    }


def test_it_is_that_of_a_file(catalogue: Catalogue, schema: PostgresqlSchema, tmp_path: Path) -> None:
    file = create_catalogue(tmp_path / "c.sqlite")
    assert _columns(catalogue.engine, schema.schema) == _columns(file.engine, None)
    ours, theirs = _keys(catalogue.engine, schema.schema), _keys(file.engine, None)
    # A column that must be unique is an index of its own there.
    for table, (keys, foreign, indexes) in ours.items():
        unique = {one["name"] for one in inspect(catalogue.engine).get_unique_constraints(table, schema=schema.schema)}
        own = [one for one in indexes if one[0] not in unique]
        assert (keys, foreign, own) == theirs[table], table
    file.close()


@pytest.mark.parametrize(
    "change",
    [
        "CREATE VIEW looked AS SELECT * FROM cases",
        "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE RULE hidden AS ON DELETE TO cases DO INSTEAD NOTHING",
        "CREATE POLICY hidden ON cases USING (false)",
        "CREATE TRIGGER t BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "ALTER TABLE ledger DROP COLUMN subject",
        "ALTER TABLE ledger DROP COLUMN action CASCADE, ADD COLUMN action text",
        "ALTER TABLE looks DROP COLUMN action, ADD COLUMN action text GENERATED ALWAYS AS (substr(entry, 13)) STORED",
        "DROP FUNCTION ledger_append(text, text)",
        "CREATE OR REPLACE FUNCTION ledger_append(head text, tail text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
    ],
)
def test_one_that_was_altered_is_not_opened(catalogue: Catalogue, schema: PostgresqlSchema, change: str) -> None:
    if change.startswith("CREATE TRIGGER"):
        change = change.replace("BEFORE INSERT", "BEFORE UPDATE")
    with catalogue.begin() as connection:
        connection.exec_driver_sql(change)
    with pytest.raises(NotIntact, match=r"catalogue\.schema-altered"):
        open_catalogue(schema)


def test_one_that_is_there_is_not_made_again(catalogue: Catalogue, schema: PostgresqlSchema) -> None:
    with pytest.raises(Conflict, match=r"catalogue\.schema-taken"):
        create_catalogue(schema)


def test_another_order_of_characters_is_refused(postgresql_server: postgresql.Server) -> None:
    postgresql_server.ask(
        "CREATE DATABASE other TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'zh'"
    )
    with pytest.raises(Refused, match=r"catalogue\.collation"):
        create_catalogue(PostgresqlSchema(postgresql_server.url("other"), "s"))


def test_functions_written_again_are_the_same(catalogue: Catalogue, schema: PostgresqlSchema) -> None:
    with catalogue.begin() as connection:
        postgresql_schema.write_functions(connection)
    open_catalogue(schema).close()
