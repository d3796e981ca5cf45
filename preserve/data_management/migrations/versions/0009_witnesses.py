"""What a checkpoint goes on from, and which segment it closed; rows of before have neither."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Two columns."""
    op.add_column("checkpoints", sa.Column("peaks", sa.LargeBinary()))
    op.add_column("checkpoints", sa.Column("first_entry", sa.Integer()))
