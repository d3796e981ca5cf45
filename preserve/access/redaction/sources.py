"""Which file of a package a redacted copy or clip is made from, and what kind of file that is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from sqlalchemy import Connection

from preserve.access.requests.model import Selected
from preserve.archival_storage.media import server_store
from preserve.data_management import object_index
from preserve.home import Home
from preserve.machine_reading.recordings import MOVING
from storage_adapters.contract import CopyRef

Kind = Literal["pdf", "picture", "recording", "text", "other"]
_SOUND = ("mp3", "m4a", "aac", "wav", "flac", "wma", "amr", "ogg", "mka", "opus", "ape", "aif", "aiff")
_ENDINGS: dict[str, Kind] = {
    **dict.fromkeys(("pdf",), "pdf"),
    **dict.fromkeys(("jpg", "jpeg", "png", "tif", "tiff", "bmp", "gif", "webp", "heic", "heif"), "picture"),
    **dict.fromkeys(("txt", "csv", "log", "md"), "text"),
    **dict.fromkeys(_SOUND, "recording"),
    **dict.fromkeys(MOVING, "recording"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """What it is made from: the file as it lies in the package, with its digest; and its kind."""

    file: Selected
    kind: Kind


def kind_of(name: str) -> Kind:
    """By its ending; what it really is shows when it is opened."""
    return _ENDINGS.get(PurePosixPath(name).suffix.lower().removeprefix("."), "other")


def source_of(connection: Connection, selected: Selected) -> Source:
    """The file that is given itself, else the preservation or access copy of it that can be drawn page by page.

    Of an office or OFD document that is its PDF; of a text its copy in UTF-8, which is sure to be read as it should.
    """
    kind = kind_of(selected.file)
    if kind in ("pdf", "picture", "recording"):
        return Source(selected, kind)
    version = int(selected.package.rpartition("_v")[2])
    own = object_index.read(connection, selected.identifier, version)
    copies = object_index.made_from(connection, own.source or own.identifier, selected.objid, version)
    for row in sorted(copies, key=lambda copy: copy.representation, reverse=True):
        if kind_of(row.path) in ("pdf", "text"):
            found = selected.model_copy(
                update={
                    "identifier": row.identifier,
                    "representation": row.representation,
                    "file": row.path,
                    "size": row.size,
                    "sha256": row.sha256,
                }
            )
            return Source(found, kind_of(row.path))
    return Source(selected, kind)


def can_be_marked(source: Source) -> bool:
    """Whether a watermark can be put on it: on what is seen, not on sound or text."""
    ending = PurePosixPath(source.file.file).suffix.lower().removeprefix(".")
    return source.kind in ("pdf", "picture", "recording") and ending not in _SOUND


def stored_at(home: Home, selected: Selected) -> Path:
    """Where the file lies in the server store; only to look at, for what is made is made from a checked copy."""
    path = f"data/{selected.objid}/representations/{selected.representation}/{selected.file}"
    return server_store(home).bring(CopyRef(selected.package), [path]) / path
