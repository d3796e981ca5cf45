"""Subtree hashes of the ledger, so that a proof reads a few rows whatever the ledger's age."""

from contextlib import suppress

import sqlalchemy as sa
from alembic import op

from preserve.data_management import checkpoints

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """The table, filled from the leaves as far as they were signed.

    A ledger with a hole is not filled: who opens it is told so by what holds it against its witnesses.
    """
    op.create_table(
        "tiles",
        sa.Column("log", sa.Text(), primary_key=True),
        sa.Column("level", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
    )
    with suppress(ValueError):
        checkpoints.index(op.get_bind())
