"""The explanatory notes (视听资料说明, Art. 17) that go along, where they say nothing that is withheld."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from sqlalchemy import Connection

from preserve.access.dip.contents import Given
from preserve.access.requests.selecting import HeldCase
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packages import stored_files
from preserve.data_management import versions
from preserve.errors import NotIntact
from preserve.home import Home
from storage_adapters.contract import CopyRef
from storage_adapters.errors import StorageError

_FOLDER = "documentation/explanatory-notes/"
_LARGEST = 64 << 20  # bytes of one note


def notes_of(
    connection: Connection, home: Home, cases: dict[str, HeldCase], given: Sequence[Given]
) -> Iterator[tuple[str, str, bytes]]:
    """Path in the delivery, MIME type and content of the note of each recording that is given whole and unredacted.

    A note prints the transcript of its recording: it stays in the archive where the transcript does, or where only a
    part of the recording is given. Raises NotIntact where a note is not what was sealed.
    """
    number = 0
    for objid, case in cases.items():
        whole = {
            one.selected.path
            for one in given
            if one.selected.objid == objid and not one.event and one.selected.begin is None
        }
        index = _index(connection, home, case)
        for file in sorted(whole & index.keys()):
            about = case.about(file)
            if about is not None and about.transcript and about.transcript not in whole:
                continue
            number += 1
            path, digest = index[file]
            yield f"{_FOLDER}{number:04}.pdf", "application/pdf", _read(home, case, path, digest)


def _index(connection: Connection, home: Home, case: HeldCase) -> dict[str, tuple[str, str]]:
    """Path in the package and SHA-256 of each note, by the depositor's name of its recording."""
    sealed = versions.read(connection, case.package).manifest_sha256
    store = server_store(home)
    base = f"data/{case.objid}/{_FOLDER}"
    known = {file.path: file.sha256 for file in stored_files(store, case.package, sealed) if file.path.startswith(base)}
    listed = base + "index.json"
    if listed not in known:
        return {}
    rows = json.loads(_read(home, case, listed, known[listed]))
    return {row["file"]: (base + row["note"], known[base + row["note"]]) for row in rows if base + row["note"] in known}


def _read(home: Home, case: HeldCase, path: str, digest: str) -> bytes:
    where = f"{case.package}/{path}"
    try:
        with server_store(home).read(CopyRef(case.package), PurePosixPath(path)) as stream:
            data = stream.read(_LARGEST)
    except StorageError as error:
        raise NotIntact("request.source-unreadable", where, reason=str(error)) from error
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise NotIntact("request.source-altered", where, wanted=digest, found=found)
    return data
