"""Copies that are not as they should be are found without reading those that are."""

from alembic import op

revision = "0029"
down_revision = "0026"


def upgrade() -> None:
    """One index, over few rows."""
    op.execute(
        "CREATE INDEX copies_in_trouble ON copies (state, medium)"
        " WHERE state IN ('planned', 'written', 'suspect', 'lost')"
    )
