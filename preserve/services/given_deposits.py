"""A deposit as it is given to an operation: who may hand one in, and the description that lies beside it."""

from __future__ import annotations

from pathlib import Path

from metadata.identity import readable
from preserve.administration.duties import Duty
from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.handed import Handed
from preserve.ingest.receive import DepositProfile
from preserve.ingest.sources.folder import FolderSource
from preserve.profiles import read_profile

HANDING_IN = (Duty.HAND_IN, Duty.INGEST)
"""The duties of which one is needed by who has to do with deposits that are not taken in yet."""


def with_description(path: Path, description: Path | None, home: Home) -> Handed:
    """A deposit with the description in a file beside it, where one is named. Raises Refused where it is unreadable."""
    if description is None:
        return Handed(path)
    limit = read_profile("deposit.toml", DepositProfile, home.profiles).description_limit
    data = FolderSource(description.parent).read(description.name, limit)
    if not data.strip():
        raise Refused("sip.description-empty", str(description))
    return Handed(path, data, name=readable(description.name))
