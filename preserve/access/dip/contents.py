"""The files of a DIP: taken from the packages in the store, held against their digests while they are copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from metadata.names import one_name, safe_names
from preserve.access.requests.model import Selected
from preserve.archival_storage.media import server_store
from preserve.description.schema import CaseObject
from preserve.errors import MediumProblem, NotIntact
from preserve.home import Home
from storage_adapters.contract import CopyRef
from storage_adapters.copying import copy_stream
from storage_adapters.durable import drop_file
from storage_adapters.errors import MediumFull, StorageError
from storage_adapters.reading import digest_file

ALGORITHMS = ("sha256", "sm3")


@dataclass(frozen=True, slots=True)
class Given:
    """One piece of evidence: `path` below the information package; size in bytes, digests by algorithm, hex."""

    number: int
    path: str
    representation: str
    selected: Selected
    about: CaseObject | None
    size: int
    digests: dict[str, str]
    made_by: str = ""  # the program and parameters that made it, where it is derived for this delivery
    event: str = ""  # PREMIS event type of that, `redaction` or `modification`
    formed: str = ""  # when it was made, in the bureau's time
    pages: int = 0  # on paper; 0: not known
    recorded: bool = False  # a recording, which has no pages
    evidence: bool = True


def names_for(selection: Sequence[Selected]) -> list[str]:
    """Where each file goes, below its representation's `data/`: its case's number first where there are several."""
    several = len({one.objid for one in selection}) > 1
    names = []
    for one in selection:
        tail = PurePosixPath(one.shown)
        # A copy has another format than the original: the name stays, the ending is that of what is given.
        suffix = PurePosixPath(one.file).suffix
        name = str(tail if one.representation == "original" or one.given_as else tail.with_name(tail.stem + suffix))
        names.append(f"{one_name(one.case_number)}/{name}" if several else name)
    return list(safe_names(names))


def take(home: Home, selected: Selected, target: Path, progress: Callable[[int], None]) -> tuple[int, dict[str, str]]:
    """Copy one file out of its package; the store is only read. Raises NotIntact where it is not what was sealed."""
    store = server_store(home)
    path = PurePosixPath("data") / selected.objid / "representations" / selected.representation / selected.file
    try:
        with store.read(CopyRef(selected.package), path) as stream:
            size, seen = copy_stream(stream, target, ALGORITHMS, progress)
    except MediumFull as error:
        raise MediumProblem("redaction.no-room", str(target.parent)) from error
    except StorageError as error:
        raise NotIntact("request.source-unreadable", f"{selected.package}/{path}", reason=str(error)) from error
    if seen["sha256"] != selected.sha256:
        drop_file(target, target.parent)
        raise NotIntact(
            "request.source-altered", f"{selected.package}/{path}", wanted=selected.sha256, found=seen["sha256"]
        )
    return size, seen


def digests_of(path: Path) -> tuple[int, dict[str, str]]:
    """Size and digests of a file just made."""
    return digest_file(path, ALGORITHMS, from_medium=False)
