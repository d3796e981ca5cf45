"""Which checkpoints closed a segment is known without reading those that did not: there is one for each transaction."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """An index over the few rows that have one."""
    closing = sa.text("first_entry IS NOT NULL")
    op.create_index("checkpoints_by_segment", "checkpoints", ["size", "first_entry"], sqlite_where=closing)
