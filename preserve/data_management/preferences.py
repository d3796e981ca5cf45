"""What somebody prefers: the language of their account. Only the catalogue has it; nothing is decided by it."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select

from preserve.data_management.tables import preferences

# Made once: every page asks it.
_LANGUAGE_OF = select(preferences.c.language).where(preferences.c.account == bindparam("account"))


def language_of(connection: Connection, account: str) -> str:
    """The language an account chose, empty where it chose none."""
    return str(connection.execute(_LANGUAGE_OF, {"account": account}).scalar() or "")


def prefer_language(connection: Connection, account: str, language: str) -> None:
    """Keep a choice in place of the one before."""
    connection.execute(delete(preferences).where(preferences.c.account == account))
    connection.execute(preferences.insert(), {"account": account, "language": language})
