"""Searches that a person keeps, marks that a reader makes, cases that somebody chose for work."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Three tables of readers' own; an upgrade that was cut off is gone on with."""
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if "saved_searches" not in there:
        op.create_table(
            "saved_searches",
            sa.Column("account", sa.Text(), primary_key=True),
            sa.Column("name", sa.Text(), primary_key=True),
            sa.Column("query", sa.Text(), nullable=False),
            sa.Column("made", sa.Text(), nullable=False),
            sqlite_with_rowid=False,
        )
    if "marks" not in there:
        op.create_table(
            "marks",
            sa.Column("number", sa.Integer(), primary_key=True),
            sa.Column("account", sa.Text(), nullable=False),
            sa.Column("identifier", sa.Text(), nullable=False),
            sa.Column("at", sa.Float(), nullable=False),
            sa.Column("note", sa.Text(), nullable=False, server_default=""),
            sa.Column("made", sa.Text(), nullable=False),
        )
    op.execute("CREATE INDEX IF NOT EXISTS marks_of_reader ON marks (account, identifier, at)")
    if "chosen_cases" not in there:
        op.create_table(
            "chosen_cases",
            sa.Column("account", sa.Text(), primary_key=True),
            sa.Column("objid", sa.Text(), primary_key=True),
            sqlite_with_rowid=False,
        )
