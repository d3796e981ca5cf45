"""What somebody prefers: the language of their account. Only the catalogue has it; nothing is decided by it."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from preserve.data_management.tables import preferences


def language_of(connection: Connection, account: str) -> str:
    """The language an account chose, empty where it chose none."""
    found = connection.execute(select(preferences.c.language).where(preferences.c.account == account)).scalar()
    return str(found or "")


def prefer_language(connection: Connection, account: str, language: str) -> None:
    """Keep a choice in place of the one before."""
    connection.execute(delete(preferences).where(preferences.c.account == account))
    connection.execute(preferences.insert(), {"account": account, "language": language})
