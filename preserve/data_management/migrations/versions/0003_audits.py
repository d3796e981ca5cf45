"""Audits: their runs, copies by age of their last check, the ledger by action and subject."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """A table of runs, two columns of the ledger that only repeat what its entries say, and indexes."""
    op.create_table(
        "audits",
        sa.Column("id", sa.Text(), primary_key=True, comment="ULID of the run"),
        sa.Column("started", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text(), comment="null while it runs, or where it ended without a word"),
        sa.Column("state", sa.Text(), nullable=False, comment="running, done, stopped or failed"),
        sa.Column("reason", sa.Text(), nullable=False, server_default="", comment="why it stopped or failed"),
        sa.Column("counts", sa.Text(), nullable=False, server_default="{}", comment="copies by outcome, bytes: JSON"),
        sa.Column("records", sa.Text(), nullable=False, server_default="", comment="file of its records"),
        sa.Column("sha256", sa.Text(), nullable=False, server_default="", comment="digest of that file"),
    )
    op.create_index("copies_by_age", "copies", ["medium", "verified", "state"])
    for name in ("action", "subject"):
        op.add_column("ledger", sa.Column(name, sa.Text(), nullable=False, server_default=""))
        op.execute(f"UPDATE ledger SET {name} = json_extract(entry, '$.{name}')")
        op.create_index(f"ledger_by_{name}", "ledger", [name])
