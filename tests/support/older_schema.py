"""Takes an archive on a server back to the schema that the first release of it there made, with all its rows.

`material/catalogue-0021.sql` is what pg_dump said of a schema which that release's own program had made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from preserve.data_management import deliveries
from preserve.data_management.engines.postgresql import PostgresqlSchema

_DUMP = Path(__file__).parent / "material" / "catalogue-0021.sql"
_TABLES = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0
 AND NOT a.attisdropped AND a.attgenerated = '' GROUP BY c.relname
"""
_SEQUENCES = """
SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s AND last_value IS NOT NULL
"""


def to_0021(place: PostgresqlSchema) -> None:
    """The schema at this place becomes the old one; nobody works with it meanwhile."""
    with psycopg.connect(place.url) as connection:
        run(connection, _DUMP.read_text(encoding="utf-8").replace("preserve_old", f"{place.schema}_x"))
        connection.execute(f"SET search_path TO {place.schema}_x")
        tables = dict(connection.execute(_TABLES, (f"{place.schema}_x",)).fetchall())
        years = connection.execute(f"SELECT DISTINCT closed FROM {place.schema}.search").fetchall()
        for (closed,) in years:
            connection.execute("SELECT search_partition(%s)", (closed,))
        connection.execute("SET session_replication_role = replica")  # in whichever order the tables come
        for table in tables.keys() - {"alembic_version"}:
            names = ", ".join(f'"{name}"' for name in tables[table])
            connection.execute(
                f"INSERT INTO {place.schema}_x.{table} ({names}) SELECT {names} FROM {place.schema}.{table}"
            )
        for sequence, last in connection.execute(_SEQUENCES, (place.schema,)).fetchall():
            connection.execute("SELECT setval(%s, %s)", (f"{place.schema}_x.{sequence}", last))
        connection.execute("INSERT INTO alembic_version VALUES ('0021')")
        connection.execute(f"DROP SCHEMA {place.schema} CASCADE")
        connection.execute(f"DROP SCHEMA {deliveries.work_schema(place.schema)} CASCADE")
        connection.execute(f"ALTER SCHEMA {place.schema}_x RENAME TO {place.schema}")


def run(connection: psycopg.Connection[Any], statements: str) -> None:
    """Several statements that take no values."""
    connection.execute(statements.encode())


_INSPECTED = (
    "SELECT 'column', c.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull,"
    " a.attgenerated, a.attidentity, pg_get_expr(d.adbin, d.adrelid)) FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
    " WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind IN ('r', 'p') AND a.attnum > 0"
    " AND NOT a.attisdropped",
    "SELECT 'constraint', c.relname || '.' || o.conname, pg_get_constraintdef(o.oid) FROM pg_constraint o"
    " JOIN pg_class c ON c.oid = o.conrelid WHERE o.connamespace = to_regnamespace(%(schema)s)",
    "SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = %(schema)s",
    "SELECT 'sequence', sequencename, concat_ws(' ', data_type, start_value, increment_by) FROM pg_sequences"
    " WHERE schemaname = %(schema)s",
    "SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid) FROM pg_proc p"
    " WHERE p.pronamespace = to_regnamespace(%(schema)s)",
    "SELECT 'comment', c.relname, obj_description(c.oid, 'pg_class') FROM pg_class c"
    " WHERE c.relnamespace = to_regnamespace(%(schema)s) AND obj_description(c.oid, 'pg_class') IS NOT NULL",
)


def inspected(url: str, schema: str) -> dict[tuple[str, str], str]:
    """Everything in a schema that the server can tell, in its own words and without the schema's name."""
    with psycopg.connect(url) as connection:
        connection.execute(f"SET search_path TO {schema}")
        found = [row for asked in _INSPECTED for row in connection.execute(asked, {"schema": schema}).fetchall()]
    return {
        (str(kind), str(name).replace(schema, "S")): str(how).replace(schema, "S").replace("S.", "")
        for kind, name, how in found
    }
