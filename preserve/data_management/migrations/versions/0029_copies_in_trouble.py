"""Copies that are not as they should be are found without reading those that are."""

from alembic import op

revision = "0029"
down_revision = "0026"

_INDEX = "copies (state, medium) WHERE state IN ('planned', 'written', 'suspect', 'lost')"
beforehand = {"copies_in_trouble": _INDEX}


def upgrade() -> None:
    """One index, over few rows; on a server it was made before, while others wrote."""
    op.execute(f"CREATE INDEX IF NOT EXISTS copies_in_trouble ON {_INDEX}")
