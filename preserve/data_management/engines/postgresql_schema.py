"""The catalogue's schema on PostgreSQL: made at once as the newest migration leaves it, and held to what was made.

Tables and indexes are those of `tables`. Beside them stand the functions by which entries are appended and search
finds its partitions; their text is here, and a schema whose functions read otherwise is not ours.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from preserve.data_management.tables import (
    LEDGER_COLUMNS,
    LEDGER_COLUMNS_OF_POSTGRESQL,
    LOOKS_COLUMNS,
    facets,
    metadata,
)
from preserve.data_management.tables.catalogue import name_conditions
from preserve.errors import Conflict, MediumProblem, NotIntact, Refused

LOCK = 8150
"""Seed of the advisory lock's number, which follows from the schema's name."""

APPEND = f"""
DECLARE
    place bigint;
    line text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema(), {LOCK}));
    SELECT coalesce(max(l.number), 0) + 1 INTO place FROM ledger l;
    line := head || place || tail;
    INSERT INTO ledger (number, entry, leaf) VALUES (place, line, sha256('\\x00'::bytea || convert_to(line, 'UTF8')));
    RETURN place;
END
"""
"""Lock, number, leaf hash and row of an entry in one call. The text comes in two pieces: what stands before its number
in the canonical JSON, and what stands after it."""

PARTITION = """
DECLARE
    part text := 'search_' || lpad(closed::text, 4, '0');
BEGIN
    IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I (LIKE search INCLUDING ALL)', part);
        EXECUTE format('ALTER TABLE search ATTACH PARTITION %I FOR VALUES IN (%s)', part, closed);
    END IF;
END
"""
"""The partition of a year. It is attached, not created as one: readers need not wait for that."""

FUNCTIONS = {
    "ledger_append": ("head text, tail text", "bigint", APPEND),
    "search_partition": ("closed integer", "void", PARTITION),
}

FACETS = (
    "CREATE TABLE facets (kind text NOT NULL, value text NOT NULL, number bigint NOT NULL, file text NOT NULL)",
    "CREATE UNIQUE INDEX facets_once ON facets (number, kind, file, hashtextextended(value, 0), "
    "hashtextextended(value, 1))",
    "CREATE INDEX facets_by_day ON facets (value, number) WHERE kind = 'date'",
)
"""As the table `facets`, whose key would be longer than PostgreSQL lets one be: a place may have 2,000 characters."""

SEARCH = (
    "CREATE TABLE search (closed integer NOT NULL, number bigint NOT NULL, part integer NOT NULL,"
    " in_head boolean NOT NULL, divided boolean NOT NULL, words tsvector NOT NULL) PARTITION BY LIST (closed)",
    "CREATE INDEX search_head ON search USING gin (words) WITH (fastupdate = off) WHERE in_head",
    "CREATE INDEX search_whole ON search USING gin (words) WITH (fastupdate = off) WHERE NOT in_head",
    "CREATE INDEX search_numbers ON search (number)",
    "CREATE INDEX search_divided ON search (number) WHERE divided",
)
"""The index of words (see `search_postgresql`): a row of lexemes by the year of closing, its number and its part."""

OLDEST_READER = (
    "(SELECT split_part(description, ' ', 4) FROM pg_description WHERE objoid = to_regclass('alembic_version')"
    " AND classoid = 'pg_class'::regclass AND objsubid = 0)"
)
"""The oldest schema whose programs may work with this one, as SQL; null where nothing says so.

Every write transaction asks it: `obj_description` would take six times as long. It is the comment of the table with the
version: who may read the catalogue may read it, and nobody but the owner of the schema may change it.
"""

_PLAIN = re.compile(r"::(?:text|bytea|bigint)|[\s()]|\"")


def create(connection: Connection, schema: str, where: str) -> None:
    """Make the schema and everything in it. Raises Conflict where it is there, Refused by the database's order."""
    from preserve.data_management import machine_search
    from preserve.data_management.database import READABLE_SINCE, SCHEMA

    require_order(connection, where)
    if connection.execute(text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": schema}).first():
        raise Conflict("catalogue.schema-taken", where)
    connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    tables = [table for table in metadata.sorted_tables if table.name != facets.name]
    name_conditions("postgresql")
    metadata.create_all(connection, tables, checkfirst=False)
    for statement in (*FACETS, *SEARCH, *machine_search.CREATE["postgresql"]):
        connection.exec_driver_sql(statement)
    write_functions(connection)
    connection.exec_driver_sql("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
    connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": SCHEMA})
    name_oldest_reader(connection, READABLE_SINCE)


def oldest_reader(connection: Connection) -> str | None:
    """The oldest schema whose programs may work with this one; None where nothing says so."""
    said = connection.exec_driver_sql(f"SELECT {OLDEST_READER}").scalar()
    return None if said is None else str(said)


def name_oldest_reader(connection: Connection, revision: str) -> None:
    """Write it down. Raises ValueError for what is no revision: a comment takes no values."""
    if not revision.isdecimal():
        raise ValueError(revision)
    connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS 'for programs since {revision}'")


def write_functions(connection: Connection) -> None:
    """Write the functions, in place of what stands there under their names."""
    for name, (arguments, answer, body) in FUNCTIONS.items():
        made = f"CREATE OR REPLACE FUNCTION {name}({arguments}) RETURNS {answer} LANGUAGE plpgsql AS $body${body}$body$"
        connection.exec_driver_sql(made.replace("%", "%%"), ())


def require_order(connection: Connection, where: str) -> None:
    """Raises Refused unless the database orders text by code points and holds UTF-8, as the catalogue's keys ask."""
    row = connection.exec_driver_sql(
        "SELECT datcollate, datlocprovider, pg_encoding_to_char(encoding) FROM pg_database"
        " WHERE datname = current_database()"
    ).one()
    order, provider, encoding = (str(value) for value in row)
    if provider != "c" or order.upper().replace("-", "") not in ("C", "POSIX", "C.UTF8") or encoding != "UTF8":
        raise Refused("catalogue.collation", where, collation=f"{order} ({provider}, {encoding})")


def require_right(connection: Connection, schema: str, where: str) -> None:
    """Raises MediumProblem where the schema is there and this role may not use it: to it, it seems to be missing."""
    asked = text("SELECT current_user, has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = :name")
    row = connection.execute(asked, {"name": schema}).first()
    if row is not None and not row[1]:
        raise MediumProblem("catalogue.no-right", where, reason=f"{row[0]}: USAGE")


def require_schema(connection: Connection, where: str) -> None:
    """Raises NotIntact for triggers, rules and views, and where a log is searched or filled by anything but ours."""
    found = connection.exec_driver_sql(_ASK).all()
    said = {(str(kind), str(name)): str(how) for kind, name, how in found}
    for (kind, name), how in said.items():
        if kind == "other":
            raise NotIntact("catalogue.schema-altered", where, name=f"{name} ({how})")
    wanted = {("function", name): body for name, (_, _, body) in FUNCTIONS.items()}
    for log, columns in (("ledger", LEDGER_COLUMNS), ("looks", LOOKS_COLUMNS)):
        wanted |= {("column", f"{log}.{name}"): LEDGER_COLUMNS_OF_POSTGRESQL[name] for name in columns}
    for key in said.keys() | wanted.keys():
        if _plain(said.get(key, "")) != _plain(wanted.get(key, "")):
            raise NotIntact("catalogue.schema-altered", where, name=key[1])


def _plain(sql: str) -> str:
    """An expression without what the server adds or leaves out when it tells it: blanks, casts, `ELSE NULL` …"""
    said = re.sub(r"cast\((\w+) as text\)", r"\1", sql, flags=re.IGNORECASE)
    return _PLAIN.sub("", said).lower().replace("elsenullend", "end")


_HERE = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
_ASK = f"""
SELECT 'other', t.tgname::text, 'trigger' FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE NOT t.tgisinternal AND c.relnamespace = {_HERE}
UNION ALL SELECT 'other', c.relname::text, 'view' FROM pg_class c
 WHERE c.relkind IN ('v', 'm', 'f') AND c.relnamespace = {_HERE}
UNION ALL SELECT 'other', r.rulename::text, 'rule' FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
 WHERE c.relkind IN ('r', 'p') AND c.relnamespace = {_HERE}
UNION ALL SELECT 'other', p.polname::text, 'policy' FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
 WHERE c.relnamespace = {_HERE}
UNION ALL SELECT 'function', p.proname::text, p.prosrc FROM pg_proc p WHERE p.pronamespace = {_HERE}
UNION ALL SELECT 'column', c.relname || '.' || a.attname, pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a
 JOIN pg_class c ON c.oid = a.attrelid JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attgenerated <> '' AND c.relnamespace = {_HERE}
"""
