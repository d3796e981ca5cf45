"""Answers of the REST door that are given again to a call that is repeated."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """One table, empty."""
    op.create_table(
        "answers",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
    )
    op.create_index("answers_by_day", "answers", ["made"])
