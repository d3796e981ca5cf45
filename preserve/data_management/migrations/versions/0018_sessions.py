"""Sessions, tokens and second factors."""

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Nothing yet."""
