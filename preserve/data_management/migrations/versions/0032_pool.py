"""Recordings that no case names yet, and where each was seen."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

_TEXTS = (
    "name file taken taken_from due kind device officer officer_name unit station case_number record collected account "
    "state deposit objid changed"
)


def upgrade() -> None:
    """Two tables that the ledger's entries and the records in the store fill."""
    op.create_table(
        "pool",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("sha256", sa.Text(), nullable=False, unique=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS.split()),
    )
    op.create_index("pool_by_state", "pool", ["state", "taken", "id"])
    op.create_index("pool_by_deposit", "pool", ["deposit"])
    op.create_table(
        "pool_places",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("recording", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("station", "path", "seen")),
    )
    op.create_index("pool_places_of", "pool_places", ["recording"])
