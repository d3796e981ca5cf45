"""A package that is being made, and files in it with what identification and characterisation really say of them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from preserve.home import Home
from preserve.ingest.characterise import characterise
from preserve.ingest.context import Ingest
from preserve.ingest.facts import Copied
from preserve.ingest.identify import identify
from preserve.ingest.provenance import TakenFile
from preserve.settings import Settings
from tests.support.views import description

OBJID = "aip-01hzzzzzzzzzzzzzzzzzzzzzzz"


def ingest_in(folder: Path, **changes: Any) -> Ingest:
    """A running ingest of a case (see `views.description`) below this folder."""
    home = Home(folder / "home", Settings(archive_id="01", institution="临江市文化和旅游局"))
    ingest = Ingest("01", OBJID, home, description(**changes), folder / f"{OBJID}_v0001", folder / "scratch")
    ingest.data("original").mkdir(parents=True)
    return ingest


def take(ingest: Ingest, path: str, data: bytes | Path) -> TakenFile:
    """A file with these bytes, or a copy of that file, among the originals; it is not normalised."""
    content = data.read_bytes() if isinstance(data, Path) else data
    stored = ingest.data("original") / path
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(content)
    identification = identify(stored, path, len(content))
    copied = Copied(len(content), {"sha256": hashlib.sha256(content).hexdigest()})
    return TakenFile(path, path, copied, identification, characterise(stored, identification, path), None)
