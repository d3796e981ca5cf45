"""Puts a package together from places that may each hold some of it; the ledger decides about every file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from preserve.archival_storage.packages import Contents, Reads, contents_of
from preserve.data_management.proof.anchors import Anchor
from storage_adapters.contract import CopyRef, ExpectedFile
from storage_adapters.copying import copy_stream
from storage_adapters.durable import discard, drop_file
from storage_adapters.errors import StorageError


@dataclass(frozen=True, slots=True)
class Holder:
    """Somewhere a package's files may lie: what to call it, and what opens them."""

    label: str
    adapter: Reads


def proven(places: Sequence[Holder], anchor: Anchor) -> Contents | None:
    """What the package must hold, from the first place whose manifests are those in the ledger."""
    for place in places:
        with suppress(StorageError, OSError):
            contents = contents_of(place.adapter, CopyRef(anchor.name), anchor)
            if not contents.problems:
                return contents
    return None


def assemble(
    staged: Path,
    expected: Sequence[ExpectedFile],
    places: Sequence[Holder],
    copy: CopyRef,
    progress: Callable[[int], None],
) -> tuple[Counter[str], list[str]]:
    """Every file from the first place that holds it as it should be; returns counts by place, and what none holds."""
    if staged.exists():
        discard(staged, staged.parent)
    taken: Counter[str] = Counter()
    lost = []
    for file in expected:
        algorithms = tuple(file.digests) or ("sha256",)
        for place in places:
            try:
                with place.adapter.read(copy, PurePosixPath(file.path)) as stream:
                    _, seen = copy_stream(stream, staged / file.path, algorithms, progress)
            except (StorageError, OSError):
                continue
            if all(seen[name] == digest for name, digest in file.digests.items()):
                taken[place.label] += 1
                break
        else:
            lost.append(file.path)
            if staged.exists():
                drop_file(staged / file.path, staged)
    return taken, lost
