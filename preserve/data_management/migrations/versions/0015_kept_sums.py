"""Sums over formats, programs and superseded versions, kept instead of counted anew for each report."""

import sqlalchemy as sa
from alembic import op

from preserve.data_management import kept_sums

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """The table, filled from what is there."""
    op.create_table(
        "sums",
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("pixels", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    kept_sums.fill(op.get_bind())
