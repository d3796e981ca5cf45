"""When things fall due, proceedings about them (holds, appraisals, disposals), and what is gone."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Four tables."""
    op.create_table(
        "retention",
        sa.Column("objid", sa.Text(), primary_key=True),
        sa.Column("item", sa.Text(), primary_key=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("computed", sa.Text(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False, server_default=""),
        sa.Column("due", sa.Text()),
    )
    op.create_index("retention_by_day", "retention", ["due"])
    op.create_table(
        "proceedings",
        sa.Column("number", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False, server_default=""),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
    )
    op.create_index("proceedings_by_state", "proceedings", ["kind", "state"])
    op.create_table(
        "proceeding_cases",
        sa.Column("objid", sa.Text(), primary_key=True),
        sa.Column("number", sa.Text(), primary_key=True),
    )
    op.create_table(
        "tombstones",
        sa.Column("objid", sa.Text(), primary_key=True),
        sa.Column("item", sa.Text(), primary_key=True),
        sa.Column("disposal", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False, server_default=""),
    )
