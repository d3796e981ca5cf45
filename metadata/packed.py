"""A bag inside a zip or tar, read where it lies: its own files put aside to be read, every other byte only digested.

Nothing is unpacked under a name that the archive chose but a bag's own files and an information package's documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from metadata.bag import DECLARATION, INFO, OLD_INFO, manifests
from metadata.bag_names import leads_out
from metadata.findings import Finding
from metadata.hashing import new_digest
from metadata.inventory import Inventory
from metadata.opened import OpenedBag, known

_PIECE = 1 << 20
_LARGEST = 1 << 30  # of a file that is put aside; what is larger counts as one that cannot be read
_MOST = 4 << 30  # of all of them together
_OWN = frozenset((DECLARATION, INFO, OLD_INFO, "fetch.txt"))
_DOCUMENT = re.compile(r"data/[^/]+/(representations/[^/]+/)?(METS\.xml|metadata/preservation/premis\.xml)")


class PackedEntry(Protocol):
    """One name in an archive."""

    @property
    def path(self) -> str:
        """With `/` between its parts, undecodable bytes as surrogates."""

    @property
    def kind(self) -> str:
        """`file`, `folder`, `symlink`, `hardlink` or what else it is."""

    @property
    def size(self) -> int:
        """Bytes, as the archive's list says."""

    @property
    def encrypted(self) -> bool:
        """Whether it cannot be read without a password."""


class Packed(Protocol):
    """An archive that can be listed, and whose files come one after the other as streams."""

    def entries(self) -> Iterator[Any]:
        """Every name (`PackedEntry`)."""

    def stream(self, wanted: Callable[[Any], bool]) -> Iterator[tuple[Any, BinaryIO]]:
        """The wanted files with their bytes, in one pass."""


@dataclass(slots=True)
class Listed:
    """What an archive lists below the bag's folder `top` (empty, or with a slash at its end)."""

    top: str
    inventory: Inventory
    findings: list[Finding] = field(default_factory=list)


def top_of(paths: Iterable[str]) -> str:
    """The folder that is the bag, with its slash: where `bagit.txt` lies, at the top or one folder below.

    Without one, the single folder at the top.
    """
    places, tops = set(), set()
    for path in paths:
        tops.add(path.partition("/")[0] + "/")
        if path.rpartition("/")[2] == DECLARATION:
            places.add(path.removesuffix(DECLARATION))
    below = [place for place in places if place.count("/") == 1]
    if "" in places or len(below) > 1:
        return ""
    return below[0] if below else tops.pop() if len(tops) == 1 else ""


def list_packed(entries: Iterable[PackedEntry], top: str | None = None) -> Listed:
    """The inventory of a bag from an archive's list. Names that lead out or come twice are named and left out."""
    found = list(entries)
    where = top_of(entry.path for entry in found) if top is None else top
    listed = Listed(where, Inventory())
    inventory = listed.inventory
    folders: set[str] = set()
    for entry in found:
        if leads_out(entry.path):
            listed.findings.append(Finding("bag.archive-name", entry.path))
            continue
        if not entry.path.startswith(where) or entry.path == where.rstrip("/"):
            continue
        name = entry.path.removeprefix(where)
        folders.update(name[:place] for place, letter in enumerate(name) if letter == "/")
        if entry.kind == "folder":
            folders.add(name)
        elif entry.kind in ("symlink", "hardlink"):
            inventory.links.append(name)
        elif entry.kind != "file":
            inventory.devices.append(name)
        elif name in inventory.files:
            listed.findings.append(Finding("bag.archive-twice", name))
        elif entry.encrypted:
            inventory.unreadable[name] = "encrypted"
            inventory.files[name] = entry.size
        else:
            inventory.files[name] = entry.size
    inventory.folders.extend(sorted(folders))
    return listed


def gather(
    packed: Packed, listed: Listed, folder: Path, *, payload: bool, progress: Callable[[int], None]
) -> dict[str, dict[str, str]]:
    """One pass: the bag's own files go into `folder`; returns the digests of each file that a manifest may list.

    With `payload` the payload is digested too. Raises whatever the archive's streams raise on damage.
    """
    inventory, top = listed.inventory, listed.top
    own = [name for name in inventory.files if "/" not in name]
    lists = [manifest for manifest in manifests(own, loose=True) if known(manifest)]
    by_half = {tag: sorted({item.algorithm for item in lists if item.tag is tag}) for tag in (True, False)}
    wanted = {top + name: name for name in inventory.files if name not in inventory.unreadable}
    digests: dict[str, dict[str, str]] = {}
    room = _MOST
    for entry, stream in packed.stream(
        lambda entry: entry.path in wanted and (payload or _is_kept(wanted[entry.path]) or not _is_payload(entry, top))
    ):
        name = wanted.pop(entry.path, "")
        if not name:
            continue  # a second one of that name, which the list tells of
        tag = not name.startswith("data/")
        running = {algorithm: new_digest(algorithm) for algorithm in by_half[tag]} if tag or payload else {}
        kept = _is_kept(name) and entry.size <= min(_LARGEST, room)
        room -= entry.size if kept else 0
        _read(stream, folder / name if kept else None, running, progress)
        digests[name] = {algorithm: digest.hexdigest() for algorithm, digest in running.items()}
    return digests


def _is_payload(entry: PackedEntry, top: str) -> bool:
    return entry.path.startswith(top + "data/")


def _is_kept(name: str) -> bool:
    """Whether rules will want to read it."""
    if "/" not in name:
        return name in _OWN or bool(manifests([name], loose=True))
    return bool(_DOCUMENT.fullmatch(name))


def _read(stream: BinaryIO, target: Path | None, running: dict[str, Any], progress: Callable[[int], None]) -> None:
    out = None
    try:
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            out = target.open("xb")
        while data := stream.read(_PIECE):
            for digest in running.values():
                digest.update(data)
            if out is not None:
                out.write(data)
            progress(len(data))
    finally:
        if out is not None:
            out.close()


def compare(bag: OpenedBag, digests: dict[str, dict[str, str]]) -> tuple[list[Finding], int]:
    """What differs from the manifests among the files that were digested, and how many digests were compared."""
    count, wrong = 0, dict[str, list[str]]()
    for manifest in bag.manifests:
        for path, digest in bag.digests[manifest.name].items() if known(manifest) else ():
            computed = digests.get(path, {}).get(manifest.algorithm)
            if computed is None:
                continue
            count += 1
            if computed != digest:
                wrong.setdefault(path, []).append(manifest.algorithm)
    return [
        Finding(
            "bag.digest-differs" if path.startswith("data/") else "bag.tag-digest-differs",
            path,
            values={"algorithms": ", ".join(algorithms)},
        )
        for path, algorithms in sorted(wrong.items())
    ], count
