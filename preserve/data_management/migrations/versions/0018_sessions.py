"""Sessions, tokens with scopes, second factors, accounts of programs; tries to log in by address."""

import sqlalchemy as sa
from alembic import op
from ulid import ULID

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """More about accounts and tokens, and four tables that only the catalogue has."""
    op.add_column("accounts", sa.Column("kind", sa.Text(), nullable=False, server_default="person"))
    for column in (
        sa.Column("id", sa.Text(), nullable=False, server_default=""),
        sa.Column("kind", sa.Text(), nullable=False, server_default="login"),
        sa.Column("name", sa.Text(), nullable=False, server_default=""),
        sa.Column("scopes", sa.Text()),
        sa.Column("address", sa.Text(), nullable=False, server_default=""),
        sa.Column("used", sa.Text(), nullable=False, server_default=""),
        sa.Column("idle", sa.Integer()),
    ):
        op.add_column("tokens", column)
    connection = op.get_bind()
    for digest in list(connection.execute(sa.text("SELECT digest FROM tokens")).scalars()):
        given = {"id": str(ULID()), "digest": digest}
        connection.execute(sa.text("UPDATE tokens SET id = :id, used = made WHERE digest = :digest"), given)
    op.create_table(
        "second_factors",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
    )
    op.create_table(
        "known_addresses",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("address", sa.Text(), primary_key=True),
        sa.Column("used", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Text()),
    )
    op.create_table(
        "login_tries",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("closed_until", sa.Text()),
        sa.Column("closings", sa.Integer(), nullable=False),
    )
    op.create_table(
        "preferences",
        sa.Column("account", sa.Text(), primary_key=True),
        sa.Column("language", sa.Text(), nullable=False),
    )
