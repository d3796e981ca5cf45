"""Proofs of a password that were used, so that none is used twice."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """One table, empty."""
    op.create_table(
        "spent_proofs",
        sa.Column("proof", sa.Text(), primary_key=True),
        sa.Column("attempt", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
    )
