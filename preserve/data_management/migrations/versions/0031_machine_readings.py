"""What machines read in cases: which readings there are, of which files, and an index of the words on their pages."""

import sqlalchemy as sa
from alembic import op

from preserve.data_management import machine_search

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Three tables and an index of words, empty: a campaign of reading fills them."""
    op.create_table(
        "readings",
        sa.Column("objid", sa.Text(), sa.ForeignKey("cases.objid"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
    )
    op.create_table(
        "machine_read",
        sa.Column("objid", sa.Text(), sa.ForeignKey("cases.objid"), primary_key=True),
        sa.Column("file", sa.Text(), primary_key=True),
        sa.Column("what", sa.Text(), primary_key=True),
        sa.Column("reading", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
    )
    op.create_table(
        "machine_texts",
        sa.Column("objid", sa.Text(), sa.ForeignKey("cases.objid"), primary_key=True),
        sa.Column("passages", sa.LargeBinary(), nullable=False),
    )
    for statement in machine_search.CREATE[op.get_bind().dialect.name]:
        op.execute(statement)
