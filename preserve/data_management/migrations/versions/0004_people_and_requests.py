"""People: accounts, delegations, passwords, tokens; and the requests for evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Five tables."""
    op.create_table(
        "accounts",
        sa.Column("name", sa.Text(), primary_key=True, comment="stands in every entry of the ledger"),
        sa.Column("person", sa.Text(), nullable=False, comment="the official's name"),
        sa.Column("roles", sa.Text(), nullable=False, comment="JSON list"),
        sa.Column("os_user", sa.Text(), nullable=False, server_default="", comment="user of the operating system"),
        sa.Column("state", sa.Text(), nullable=False, comment="active or suspended"),
        sa.Column("added", sa.Text(), nullable=False),
    )
    op.create_table(
        "delegations",
        sa.Column("id", sa.Text(), primary_key=True, comment="ULID"),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("deputy", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text()),
    )
    op.create_table(
        "credentials",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("password", sa.Text(), nullable=False, comment="argon2"),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Text()),
    )
    op.create_table(
        "tokens",
        sa.Column("digest", sa.Text(), primary_key=True, comment="SHA-256 of the token"),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=False),
    )
    op.create_table(
        "requests",
        sa.Column("number", sa.Text(), primary_key=True, comment="year and running number: 2026-0001"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False, comment="date"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("cases", sa.Text(), nullable=False, comment="objids as JSON"),
        sa.Column("steps", sa.Integer(), nullable=False, comment="how many records it has in the store"),
        sa.Column("sha256", sa.Text(), nullable=False, comment="digest of the last record"),
    )
    op.create_index("requests_by_state", "requests", ["state", "due"])
