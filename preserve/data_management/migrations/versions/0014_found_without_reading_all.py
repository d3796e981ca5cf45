"""Indexes for what was found by reading whole tables: archival numbers, unfinished ingests, lists, counts of copies."""

from alembic import op

revision = "0014"
down_revision = "0013"

_INDEXES = {
    "cases_by_archival_number": "cases (archival_number)",
    "ingests_by_number": "ingests (case_number)",
    "ingests_by_state": "ingests (state, started)",
    "versions_by_age": "versions (created, name)",
    "copies_on_medium": "copies (medium, name, state)",
    "retention_of_cases": "retention (item, objid)",
    "retention_by_outcome": "retention (computed)",
}


def upgrade() -> None:
    """An upgrade that was cut off is gone on with."""
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")
