"""The forms of packages that can be read, and which of them a deposit is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from preserve.ingest.foreign.records import Confirming, Reader
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.inventory import paths_of

_DEEPEST = 2  # folders around a package that hold nothing else


def readers(own: Path | None) -> tuple[Reader, ...]:
    """Every reader, in the order in which they are asked: the stricter a form's marks, the earlier.

    `own`: the archive's own profiles.
    """
    from preserve.ingest.foreign.archivematica_aip import ArchivematicaAip
    from preserve.ingest.foreign.archivematica_transfer import ArchivematicaTransfer
    from preserve.ingest.foreign.dspace import DspaceArchive, DspaceMets
    from preserve.ingest.foreign.eark import EArk
    from preserve.ingest.foreign.eep import Eep
    from preserve.ingest.foreign.handover import handover_folders
    from preserve.ingest.foreign.ocfl import OcflObject
    from preserve.ingest.foreign.plain import PlainExport

    return (
        OcflObject(),
        PlainExport(),
        ArchivematicaAip(),
        EArk(),
        DspaceArchive(),
        DspaceMets(),
        *handover_folders(own),
        ArchivematicaTransfer(),
        Eep(own),
    )


def recognise(
    source: Source, entries: Sequence[Entry], top: str, *, bag: bool, own: Path | None = None
) -> tuple[Reader, str] | None:
    """The reader of the package that a deposit is, and the folder (with `/`) in which the package lies, if it is one.

    `top` is the folder that holds the whole deposit, empty or with `/`; a package may be the payload of a `bag`.
    """
    asked = readers(own)
    for folder in _tops(entries, top, bag=bag):
        deepest = folder.count("/") + 2
        near = [entry for entry in entries if entry.path.startswith(folder) and entry.path.count("/") <= deepest]
        for reader in asked:
            if reader.recognises(near, folder) and (
                not isinstance(reader, Confirming) or reader.confirms(source, entries, folder)
            ):
                return reader, folder
    return None


def _tops(entries: Sequence[Entry], top: str, *, bag: bool) -> Iterator[str]:
    """Where a package may begin: at the top, in the payload, and in a folder that is all there is."""
    for start in (top, top + "data/") if bag else (top,):
        folder = start
        for _ in range(_DEEPEST + 1):
            yield folder
            inner = _only_folder(entries, folder)
            if inner is None:
                break
            folder = inner


def _only_folder(entries: Sequence[Entry], folder: str) -> str | None:
    """The one folder that holds everything below `folder`."""
    found = ""
    for path in paths_of(entries):
        if not path.startswith(folder):
            continue
        name, slash, _ = path.removeprefix(folder).partition("/")
        if not slash or (found and name != found):
            return None
        found = name
    return folder + found + "/" if found else None
