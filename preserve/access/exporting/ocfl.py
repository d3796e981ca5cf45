"""OCFL 1.1: an object a case, a version for each version of its package, each file kept once (sha512).

A version's state is the whole bag as it was sealed, so that the package comes out of it bit for bit. The layout is the
registered extension 0003. Source: https://ocfl.io/1.1/spec/.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.access.exporting.holding import Held, bytes_of, held, take
from preserve.access.exporting.model import Item
from preserve.data_management import destroyed, versions
from preserve.data_management.archive import Archive
from preserve.data_management.proof.anchors import read_anchor
from preserve.errors import Conflict, NotIntact
from preserve.messages import say
from preserve.progress import Progress
from preserve.work import require_space
from storage_adapters.contract import ExpectedFile
from storage_adapters.durable import discard, publish, sync_file_system, sync_folder, write_file
from storage_adapters.reading import check_files

ROOT = "ocfl"
"""The storage root below the folder that a person named; what is unfinished waits beside it, never in it."""
INVENTORY = "inventory.json"
_LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
_CONFIG = {"extensionName": _LAYOUT, "digestAlgorithm": "sha256", "tupleSize": 3, "numberOfTuples": 3}
_MARGIN = 16 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """What came into an object: versions, files and bytes that were new; the digest of its inventory."""

    versions: int
    files: int
    size: int
    inventory_sha512: str


def open_root(folder: Path) -> Path:
    """The storage root below `folder`, made where there is none. Raises Conflict where something else lies there."""
    root = folder / ROOT
    if os.path.lexists(root):
        layout = root / "ocfl_layout.json"
        if root.is_symlink() or not (root / "0=ocfl_1.1").is_file() or _read(layout).get("extension") != _LAYOUT:
            raise Conflict("exporting.no-ocfl-root", str(root))
        return root
    part = folder / f".{ROOT}.part"
    if part.exists():
        discard(part, folder)
    part.mkdir()
    write_file(part / "0=ocfl_1.1", b"ocfl_1.1\n")
    write_file(part / "ocfl_layout.json", _json({"extension": _LAYOUT, "description": say("exporting.ocfl-layout")}))
    write_file(part / "extensions" / _LAYOUT / "config.json", _json(_CONFIG))
    sync_file_system(part)
    publish(part, root)
    return root


def path_of(objid: str) -> str:
    """Where an object lies below the root (extension 0003); an objid has no character that is written otherwise."""
    digest = hashlib.sha256(objid.encode()).hexdigest()
    return f"{digest[:3]}/{digest[3:6]}/{digest[6:9]}/{objid}"


def store(archive: Archive, root: Path, item: Item, progress: Progress) -> Stored:
    """Bring a case's object up to the package of the item: only versions that it has not, and of them only new files.

    Raises NotIntact where what lies there is another object, or not what its inventory says.
    """
    place = root / path_of(item.objid)
    known = _settled(place, item.objid)
    wanted = list(_versions(archive, item))
    have = [version["message"] for version in known["versions"].values()] if known else []
    if have != [one.package for one in wanted][: len(have)]:
        raise Conflict("exporting.ocfl-differs", str(place))
    count = [0, 0, 0]
    for one in wanted[len(have) :]:
        with held(archive, one, progress) as package:
            known, files, size = _add(root, place, package, known, progress)
        count = [count[0] + 1, count[1] + files, count[2] + size]
    digest = hashlib.sha512((place / INVENTORY).read_bytes()).hexdigest()
    return Stored(count[0], count[1], count[2], digest)


def _versions(archive: Archive, item: Item) -> Iterator[Item]:
    """Every version of a case up to the one that was decided about, but for those that went by a disposal."""
    with archive.catalogue.read() as connection:
        for version in versions.of_case(connection, item.objid):
            if version.name > item.package or destroyed.is_gone(connection, version.name):
                continue
            changes = {"package": version.name, "files": version.files, "size": version.size}
            manifest = read_anchor(connection, version.name).manifest
            yield item.model_copy(update={**changes, "manifest_sha256": manifest})


def _settled(place: Path, objid: str) -> dict[str, Any] | None:
    """The inventory of an object; one whose last version was published without it is mended from that version's own.

    None where there is no object. Raises Conflict where it is somebody else's, NotIntact.
    """
    if not os.path.lexists(place):
        return None
    if place.is_symlink() or not (place / "0=ocfl_object_1.1").is_file():
        raise Conflict("exporting.ocfl-differs", str(place))
    numbers = sorted(int(name[1:]) for name in os.listdir(place) if name[:1] == "v" and name[1:].isdigit())
    newest = place / f"v{numbers[-1] if numbers else 1}"
    data = _inventory_in(newest)
    known: dict[str, Any] = json.loads(data)
    if known.get("id") != objid or known.get("head") != newest.name:
        raise Conflict("exporting.ocfl-differs", str(place))
    try:
        whole = _inventory_in(place) == data
    except NotIntact:
        whole = False
    if not whole:
        _put_inventory(place, data)
    return known


def _inventory_in(folder: Path) -> bytes:
    """The bytes of an inventory that is what its sidecar says. Raises NotIntact."""
    try:
        data = (folder / INVENTORY).read_bytes()
        said = (folder / f"{INVENTORY}.sha512").read_text(encoding="ascii").split()[:1]
    except (OSError, UnicodeDecodeError) as error:
        raise NotIntact("exporting.not-read-back", str(folder / INVENTORY), reason=str(error)) from error
    if said != [hashlib.sha512(data).hexdigest()]:
        raise NotIntact("exporting.not-read-back", str(folder / INVENTORY), reason="digest")
    return data


def _put_inventory(folder: Path, data: bytes) -> None:
    write_file(folder / INVENTORY, data, durable=True)
    line = f"{hashlib.sha512(data).hexdigest()} {INVENTORY}\n"
    write_file(folder / f"{INVENTORY}.sha512", line.encode(), durable=True)


def _add(
    root: Path, place: Path, package: Held, known: dict[str, Any] | None, progress: Progress
) -> tuple[dict[str, Any], int, int]:
    """One version more: written beside the root, read back, then renamed to its place."""
    number = len(known["versions"]) + 1 if known else 1
    top = root.parent
    staged = top / f".{package.item.package}.part"
    if os.path.lexists(staged):
        discard(staged, top)
    require_space(top, bytes_of(package) + _MARGIN)
    folder = staged if known else staged / f"v{number}"
    inventory, new = _filled(folder, number, package, known, progress)
    data = _json(inventory)
    _put_inventory(folder, data)
    if not known:
        write_file(staged / "0=ocfl_object_1.1", b"ocfl_object_1.1\n")
        _put_inventory(staged, data)
    sync_file_system(staged)
    expected = [ExpectedFile(path, size, {"sha512": digest}) for path, (digest, size) in new.items()]
    for check in check_files(folder, expected, from_medium=True, progress=lambda moved: progress(0)):
        if check.verdict != "intact":
            raise NotIntact("exporting.not-read-back", f"{folder}/{check.path}", reason=check.verdict)
    publish(staged, place / f"v{number}" if known else place)
    if known:
        _put_inventory(place, data)
    sync_folder(place)
    return inventory, len(new), sum(size for _, size in new.values())


def _filled(
    folder: Path, number: int, package: Held, known: dict[str, Any] | None, progress: Progress
) -> tuple[dict[str, Any], dict[str, tuple[str, int]]]:
    """Copy what the object does not hold yet; its inventory with this version, and the new files by path."""
    head = f"v{number}"
    manifest: dict[str, list[str]] = dict(known["manifest"]) if known else {}
    fixity: dict[str, list[str]] = dict(known["fixity"]["sha256"]) if known else {}
    held_by = {path: digest for digest, paths in manifest.items() for path in paths}
    by_sha256 = {digest: held_by[path] for digest, paths in fixity.items() for path in paths if path in held_by}
    state: dict[str, list[str]] = {}
    new: dict[str, tuple[str, int]] = {}
    for number_of_file, (path, expected) in enumerate(sorted(package.files.items())):
        digest = by_sha256.get(expected.digests.get("sha256", ""))
        if digest is None:
            target = folder / "content" / path
            size, seen = take(package, path, target, progress, ("sha256", "sha512"))
            digest = seen["sha512"]
            if digest in manifest:  # two files of one version with the same bytes
                target.unlink()
            else:
                manifest[digest] = [f"{head}/content/{path}"]
                fixity.setdefault(seen["sha256"], []).append(f"{head}/content/{path}")
                new[f"content/{path}"] = (digest, size)
            by_sha256[seen["sha256"]] = digest
        state.setdefault(digest, []).append(path)
        progress(0, files=1 if number_of_file else 0)
    told = package.archive.home.settings
    with package.archive.catalogue.read() as connection:
        created = versions.read(connection, package.item.package).created
    version = {
        "created": created,
        "message": package.item.package,
        "state": state,
        "user": {"name": told.institution, "address": f"urn:preserve:{told.archive_id}"},
    }
    return {
        "id": package.item.objid,
        "type": "https://ocfl.io/1.1/spec/#inventory",
        "digestAlgorithm": "sha512",
        "head": head,
        "contentDirectory": "content",
        "manifest": manifest,
        "versions": {**(known["versions"] if known else {}), head: version},
        "fixity": {"sha256": fixity},
    }, new


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _read(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
