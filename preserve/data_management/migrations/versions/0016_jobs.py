"""Long work as rows that outlive the process which asked for it."""

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Nothing yet."""
