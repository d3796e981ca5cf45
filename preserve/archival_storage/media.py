"""The inventory of media: so far the server store, which is a directory with a marker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from preserve.data_management import holdings
from preserve.home import Home
from storage_adapters.directory import DirectoryAdapter, prepare


def store_identity(home: Home) -> str:
    """The identity of the home's server store, as its marker says."""
    return f"store-{home.settings.archive_id}"


def server_store(home: Home) -> DirectoryAdapter:
    """The adapter of the home's server store; it is not touched until used."""
    return DirectoryAdapter(home.store, store_identity(home), home.settings.reserve)


def establish_store(home: Home) -> DirectoryAdapter:
    """Make the server store on disk. Raises WrongMedium where the folder is a medium already."""
    prepare(home.store, store_identity(home), home.settings.institution)
    return server_store(home)


def register_store(connection: Connection, home: Home, *, actor: str, moment: datetime) -> None:
    """Enter the server store into inventory and ledger, in the caller's transaction; once is enough."""
    holdings.add_medium(
        connection,
        store_identity(home),
        kind="directory",
        label=home.settings.institution,
        location=str(home.store),
        actor=actor,
        moment=moment,
    )
