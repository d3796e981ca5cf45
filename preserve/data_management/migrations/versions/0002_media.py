"""Media have places, custodians and details of their kind; a copy may be a part of a package."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns; what was there before is whole and has no place yet."""
    for column in (
        sa.Column("place", sa.Text(), nullable=False, server_default="", comment="building/shelf/box"),
        sa.Column("custodian", sa.Text(), nullable=False, server_default="", comment="who answers for it"),
        sa.Column("capacity", sa.BigInteger(), nullable=False, server_default="0", comment="bytes"),
        sa.Column("checked", sa.Text(), nullable=True, comment="last time it was read or asked for its health"),
        sa.Column("details", sa.Text(), nullable=False, server_default="{}", comment="what belongs to its kind"),
    ):
        op.add_column("media", column)
    for column in (
        sa.Column("part", sa.Integer(), nullable=False, server_default="1", comment="which part lies there"),
        sa.Column("parts", sa.Integer(), nullable=False, server_default="1", comment="1: the whole package"),
        sa.Column("set", sa.Text(), nullable=False, server_default="", comment="the media that hold it together"),
    ):
        op.add_column("copies", column)
