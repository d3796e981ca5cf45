"""A log of its own for who looked at what; looks that were recorded in the ledger before stay there."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# As they were in this release; what the tables say of them later is for later migrations.
_ACTION = """substr(entry, 12, instr(substr(entry, 12), '"') - 1)"""
_BEFORE_SUBJECT = """'"number":' || number || ',"subject":"'"""
_SUBJECT_AT = f"instr(entry, {_BEFORE_SUBJECT}) + length({_BEFORE_SUBJECT})"
_AFTER_SUBJECT = len('","time":"2026-11-28T08:00:00Z"}')
_SUBJECT = (
    f"CASE WHEN instr(entry, {_BEFORE_SUBJECT}) > 0 THEN replace(replace(substr(entry, {_SUBJECT_AT}, "
    f"length(entry) - {_AFTER_SUBJECT} - ({_SUBJECT_AT}) + 1), '\\\"', '\"'), '\\\\', '\\') ELSE '' END"
)


def upgrade() -> None:
    """Two tables, empty."""
    op.create_table(
        "looks",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
    )
    for name, expression in {"action": _ACTION, "subject": _SUBJECT}.items():
        op.execute(f"ALTER TABLE looks ADD COLUMN {name} TEXT GENERATED ALWAYS AS ({expression}) VIRTUAL")
    op.create_index("looks_by_subject", "looks", ["subject", "action"])
    op.create_index("looks_by_action", "looks", ["action"])
    op.create_table(
        "looks_checkpoint",
        sa.Column("size", sa.Integer(), primary_key=True),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
    )
