"""On a server, an index of the few rows of the search that are divided: no search reads others to find them."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Of a table of years none can be made beforehand while others write; the rows are read for it, not their words."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX search_divided ON search (number) WHERE divided")
