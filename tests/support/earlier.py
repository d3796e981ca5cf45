"""Takes a catalogue back to the schema of the first release, as that release left it (0007)."""

from __future__ import annotations

import sqlite3

_OF_THE_DOORS = (
    "jobs",
    "saved_searches",
    "marks",
    "chosen_cases",
    "second_factors",
    "known_addresses",
    "login_tries",
    "preferences",
    "answers",
    "security_keys",
    "spent_proofs",
    "fonds",
    "archival_numbers",
    "filings",
    "leases",
    "nodes",
    "readings",
    "machine_read",
    "machine_texts",
    "machine_search",
    "pool_places",
    "pool",
)  # migrations 0016 to 0033


def to_0007(base: sqlite3.Connection) -> None:
    """The ledger's columns to search by are written beside the entries; requests have a table of their own."""
    for table in ("looks", "looks_checkpoint"):
        base.execute(f"DROP TABLE {table}")
    for index in (
        "ledger_by_subject",
        "ledger_by_action",
        "ledger_by_cases",
        "proceedings_by_state",
        "proceeding_cases_by_number",
        "checkpoints_by_segment",
        "copies_in_trouble",
    ):
        base.execute(f"DROP INDEX {index}")
    for column in ("cases", "action", "subject"):
        base.execute(f"ALTER TABLE ledger DROP COLUMN {column}")
    for column in ("action", "subject"):
        base.execute(f"ALTER TABLE ledger ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
        base.execute(f"UPDATE ledger SET {column} = json_extract(entry, '$.{column}')")
        base.execute(f"CREATE INDEX ledger_by_{column} ON ledger ({column})")
    base.execute(
        "CREATE TABLE requests (number TEXT PRIMARY KEY, state TEXT NOT NULL, opened TEXT NOT NULL, due TEXT NOT NULL, "
        "urgent BOOLEAN NOT NULL, capacity TEXT NOT NULL, cases TEXT NOT NULL, steps INTEGER NOT NULL, "
        "sha256 TEXT NOT NULL)"
    )
    base.execute("CREATE INDEX requests_by_state ON requests (state, due)")
    base.execute(
        "INSERT INTO requests SELECT number, state, opened, due, urgent, about, "
        "(SELECT json_group_array(objid) FROM (SELECT objid FROM proceeding_cases AS one "
        "WHERE one.number = proceedings.number ORDER BY place)), steps, sha256 FROM proceedings WHERE kind = 'request'"
    )
    base.execute("DELETE FROM proceeding_cases WHERE number IN (SELECT number FROM requests)")
    base.execute("DELETE FROM proceedings WHERE kind = 'request'")
    for table, column in (("proceedings", "due"), ("proceedings", "urgent"), ("proceeding_cases", "place")):
        base.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    base.execute("CREATE INDEX proceedings_by_state ON proceedings (kind, state)")
    for column in ("peaks", "first_entry"):
        base.execute(f"ALTER TABLE checkpoints DROP COLUMN {column}")
    for table in _OF_THE_DOORS:
        base.execute(f"DROP TABLE {table}")
    base.execute("ALTER TABLE accounts DROP COLUMN kind")
    for column in ("id", "kind", "name", "scopes", "address", "used", "idle"):
        base.execute(f"ALTER TABLE tokens DROP COLUMN {column}")
    base.execute("DROP TABLE tiles")
    base.execute("DROP TABLE sums")
    base.execute("UPDATE alembic_version SET version_num = '0007'")
