"""Answers of the REST door that are given again to a call that is repeated."""

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Nothing yet."""
