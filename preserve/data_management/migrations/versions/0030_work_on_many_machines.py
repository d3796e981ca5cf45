"""Leases and nodes, which several machines agree on; on one machine neither has rows. Jobs say where they run."""

import sqlalchemy as sa
from alembic import op

from preserve.data_management import deliveries

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Two tables, empty, and a column, empty; on a server what carries jobs to the machines, beside."""
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
    )
    op.create_table(
        "nodes",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("profiles", sa.Text(), nullable=False),
        sa.Column("lanes", sa.Text(), nullable=False),
        sa.Column("joined", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("ended", sa.Text()),
    )
    op.add_column("jobs", sa.Column("node", sa.Text()))
    op.create_index("jobs_by_end", "jobs", ["ended"])
    if op.get_context().dialect.name == "postgresql":
        connection = op.get_bind()
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
        deliveries.make_schema(connection, str(schema))
