"""Empty file systems that are connected now and could become drives of the archive; named by numbers, not by paths."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from preserve.administration.duties import Duty
from preserve.errors import NotFound
from preserve.services.job_arguments import REMOVABLE
from preserve.services.operation import query
from preserve.services.session import Session
from storage_adapters.drive_marker import KIND
from storage_adapters.file_systems import mounted

_NOTHING = frozenset({"lost+found", "System Volume Information"})
"""What a file system has that holds nothing."""


@dataclass(frozen=True, slots=True)
class EmptyPlace:
    """An empty mounted file system: `id` names it while it is connected there; `kind` is the medium it could become."""

    id: str
    kind: str
    path: Path
    file_system: str
    size: int


@dataclass(frozen=True, slots=True)
class EmptyPlaces:
    """Every one, by path."""

    places: tuple[EmptyPlace, ...]

    def named(self, identifier: str) -> EmptyPlace:
        """The one of that name. Raises NotFound where it is not connected any more."""
        found = next((place for place in self.places if place.id == identifier), None)
        if found is None:
            raise NotFound("web.media-place-gone")
        return found


@query("media.places", duty=Duty.KEEP)
def list_places(session: Session) -> EmptyPlaces:
    """Where a drive could be made now: empty file systems below the folders for what is connected."""
    return EmptyPlaces(tuple(sorted(_empty(), key=lambda place: str(place.path))))


def _empty() -> Iterator[EmptyPlace]:
    for mount in mounted():
        if not any(mount.target.is_relative_to(root) and str(mount.target) != root for root in REMOVABLE):
            continue
        try:
            if set(os.listdir(mount.target)) - _NOTHING:
                continue
            size = shutil.disk_usage(mount.target).total
        except OSError:
            continue  # pulled out meanwhile, or not ours to read
        identifier = hashlib.sha256(f"{mount.target}\0{mount.uuid}".encode("utf-8", "surrogateescape")).hexdigest()[:20]
        yield EmptyPlace(identifier, KIND, mount.target, mount.kind, size)
