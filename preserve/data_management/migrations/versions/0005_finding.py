"""Cases are found by pairs of ideographs and by people, devices, places, stages and days."""

import json

import sqlalchemy as sa
from alembic import op

from preserve.data_management import search

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """A table of what is findable, one of what can be filtered by, and another index over the first."""
    op.create_table(
        "findable",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("objid", sa.Text(), sa.ForeignKey("cases.objid"), nullable=False, unique=True),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "facets",
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("file", sa.Text(), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("facets_by_case", "facets", ["number", "kind", "value"])
    connection = op.get_bind()
    old = "SELECT field, place, shown FROM search WHERE objid = :objid ORDER BY rowid"
    known = {}
    for objid, description in connection.execute(sa.text("SELECT objid, description FROM cases")).all():
        rows = connection.execute(sa.text(old), {"objid": objid}).all()
        known[objid] = (description, [search.Passage(*row) for row in rows])
    op.execute("DROP TABLE search")
    op.execute(search.CREATE)
    for objid, (description, head) in known.items():
        words = search.words_of(head, (), tokens=False)
        search.enter(connection, objid, json.loads(description), words, indexed=False)
    search.fill(connection)
