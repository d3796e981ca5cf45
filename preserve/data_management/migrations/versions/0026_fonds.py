"""Fonds, the archival numbers given in them, and which fonds a case is filed in."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0021"


def upgrade() -> None:
    """Three tables that the ledger's entries fill."""
    op.create_table(
        "fonds",
        sa.Column("code", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("number", "name", "since", "until")),
        sa.Column("quota", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.Text(), nullable=False),
    )
    op.create_table(
        "archival_numbers",
        sa.Column("fonds", sa.Text(), primary_key=True),
        sa.Column("local", sa.Text(), primary_key=True),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("objid", sa.Text(), nullable=False),
    )
    op.create_index("archival_numbers_in_sequence", "archival_numbers", ["fonds", "series", "sequence"])
    op.create_table(
        "filings",
        sa.Column("objid", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("fonds", "local", "how")),
    )
    op.create_index("filings_by_number", "filings", ["fonds", "local"])
