"""A catalogue without an archive, on the engine that the run is for (`--catalogue`)."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from preserve.data_management.database import Catalogue, create_catalogue
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.home import given_catalogue


def new_catalogue(path: Path) -> Catalogue:
    """An empty one: the file, or a schema of its own."""
    url = given_catalogue()
    return create_catalogue(PostgresqlSchema(url, f"t_{uuid4().hex}") if url else path)
