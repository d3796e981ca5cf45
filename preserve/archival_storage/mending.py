"""Puts a damaged copy right where it lies: the whole of it exchanged at once, or its bad files written again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

from ulid import ULID

from preserve.archival_storage.assembling import Holder, assemble
from preserve.archival_storage.opening import Opened
from preserve.archival_storage.packages import Contents
from preserve.archival_storage.packing import attempts
from preserve.archival_storage.packing.attempts import Held
from preserve.archival_storage.quarantine import QUARANTINE
from preserve.errors import NotIntact
from storage_adapters.contract import CopyRef, Package, Scope, StorageAdapter
from storage_adapters.directory import DirectoryAdapter, check_tree
from storage_adapters.durable import discard, exchange, publish, sync_file_system
from storage_adapters.errors import CopyUnknown


def replace_copy(
    target: DirectoryAdapter,
    label: str,
    name: str,
    contents: Contents,
    places: Sequence[Holder],
    progress: Callable[[int], None],
    held: Held = nullcontext,
) -> tuple[Counter[str], list[str], str]:
    """Build the whole copy beside the old one, in a folder of this attempt, read it back, and let it take its place.

    Raises Busy where another attempt took over meanwhile.
    """
    staged = attempts.anew(target.staging(name).parent, name, held)
    taken, lost = assemble(staged, contents.expected, places, CopyRef(name), progress)
    if lost:
        discard(staged, staged.parent)
        return taken, lost, ""
    sync_file_system(staged)
    bad = [check for check in check_tree(staged, Scope(contents.expected), progress) if check.verdict != "intact"]
    if bad:
        discard(staged, staged.parent)
        raise NotIntact("storage.copy-not-intact", label, file=bad[0].path, count=len(bad))
    with held():
        return taken, [], _swap(target, name, staged)


def mend_files(
    medium: Opened,
    name: str,
    contents: Contents,
    places: Sequence[Holder],
    scratch: Path,
    progress: Callable[[int], None],
    held: Held = nullcontext,
) -> tuple[Counter[str], list[str], str]:
    """Write what is bad again, after its old bytes were put aside on the medium, and read it back. Raises Busy."""
    adapter, mending = medium.adapter, medium.mending
    assert mending is not None, "the medium cannot put single files right"
    copy = CopyRef(name)
    bad = _bad(adapter, copy, contents, progress)
    wanted = [file for file in contents.expected if file.path in bad]
    taken, lost = assemble(scratch / "mend", wanted, places, copy, progress)
    if lost:
        return taken, lost, ""
    aside = f"{name}.{str(ULID()).lower()}"
    digests = {file.path: file.digests["sha256"] for file in wanted if "sha256" in file.digests}
    attempts.require_held(held)
    mending.mend(Package(name, scratch / "mend", 0, digests), sorted(bad), aside)
    left = [check for check in adapter.verify(copy, Scope(contents.expected), progress) if check.verdict != "intact"]
    if left:
        raise NotIntact("storage.copy-not-intact", medium.row.label, file=left[0].path, count=len(left))
    return taken, [], f"{QUARANTINE}/{aside}"


def _bad(adapter: StorageAdapter, copy: CopyRef, contents: Contents, progress: Callable[[int], None]) -> set[str]:
    """What is not as it should be of a copy; all of it, where the medium does not know of it any more."""
    try:
        checks = adapter.verify(copy, Scope(contents.expected), progress)
        return {check.path for check in checks if check.verdict != "intact"}
    except CopyUnknown:
        return {file.path for file in contents.expected}


def _swap(target: DirectoryAdapter, name: str, staged: Path) -> str:
    """The new copy takes the old one's place, in one step where the file system can; returns where the old one lies.

    The new one is put beside the quarantined ones first, so that at no moment neither lies in its place, and whatever
    is left by a crash is never among what a later write clears away.
    """
    old = target.root / "packages" / name
    if not old.exists():
        target.write(Package(name, staged, 0), lambda moved: None)
        return ""
    aside = f"{QUARANTINE}/{name}.{str(ULID()).lower()}"
    (target.root / QUARANTINE).mkdir(exist_ok=True)
    publish(staged, target.root / aside)
    if not exchange(old, target.root / aside):
        other = f"{QUARANTINE}/{name}.{str(ULID()).lower()}"
        publish(old, target.root / other)
        publish(target.root / aside, old)
        aside = other
    return aside
