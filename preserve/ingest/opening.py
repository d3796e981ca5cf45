"""A deposit is opened and listed: every name, its size and time, before anything in it is read."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from metadata.findings import Finding
from metadata.identity import readable
from preserve.errors import Refused
from preserve.ingest.hostile_names import hostile
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.archives import TarSource, ZipSource
from preserve.ingest.sources.folder import FolderSource
from preserve.ingest.sources.inventory import Inventory, paths_of

if TYPE_CHECKING:
    from preserve.ingest.receive import DepositProfile


def open_source(path: Path) -> Source:
    """The deposit at `path` by what it is. Raises Refused when it is nothing that can be taken in."""
    if path.is_symlink():
        raise Refused("sip.link", str(path))
    if path.is_dir():
        return FolderSource(path)
    if not path.exists():
        raise Refused("sip.none", str(path))
    try:
        if zipfile.is_zipfile(path):
            return ZipSource(path)
        if tarfile.is_tarfile(path):
            return TarSource(path)
        with path.open("rb") as file:
            cut_off = file.read(4) == b"PK\3\4"  # it begins as a zip, and its list at the end is not there
    except OSError as error:
        raise Refused("sip.unreadable", str(path), reason=error.strerror or str(error)) from error
    raise Refused("sip.archive-damaged" if cut_off else "sip.unknown-kind", str(path))


def listed(path: Path, source: Source, profile: DepositProfile) -> tuple[Inventory, list[Finding], str]:
    """What the source holds, what is hostile in it, and the digest over its lines. Raises Refused where it swells."""
    entries = Inventory()
    findings: list[Finding] = []
    total = 0
    digest = hashlib.sha256()
    for entry in source.entries():
        if entry.kind == "folder" and not entry.path:
            continue  # the deposit's own folder, as tar lists it
        findings += hostile(entry, profile)
        if entry.kind != "folder":
            entries.append(entry)
            digest.update(line_of(entry))
            total += entry.size
        if len(entries) > profile.most_files:
            raise Refused("sip.too-many-files", str(path), limit=profile.most_files)
        _refuse_swelling(path, source, total, profile)  # at once: listing a packed tar unpacks it
    return entries, findings, digest.hexdigest()


def line_of(entry: Entry) -> bytes:
    """What the fingerprint of a deposit is reckoned over: one name after the other, folders left out."""
    return repr((entry.path, entry.kind, entry.size, entry.modified_ns)).encode("utf-8", "replace")


def _refuse_swelling(path: Path, source: Source, total: int, profile: DepositProfile) -> None:
    if total > profile.largest_total:
        raise Refused("sip.too-large", str(path), size=total, limit=profile.largest_total)
    if source.folder is None and source.kind != "carriers" and total > profile.ratio_matters_from:
        packed = max(path.stat().st_size, 1)
        if total > profile.largest_ratio * packed:
            raise Refused("sip.bomb", str(path), ratio=total // packed, limit=profile.largest_ratio)


def top_of(entries: Sequence[Entry], profile: DepositProfile) -> tuple[str, bool]:
    """The one folder that holds everything, if there is one and it is the case, and whether it is a bag."""
    tops, bag, flat = set[str](), False, False
    for path in paths_of(entries):
        top, inside, _ = path.partition("/")
        tops.add(top)
        flat = flat or not inside
        bag = bag or path == "bagit.txt"
    if bag:
        return "", True
    if len(tops) == 1 and not flat:
        top = next(iter(tops)) + "/"
        if any(path == top + "bagit.txt" for path in paths_of(entries)):
            return top, True
        if any(readable(path.removeprefix(top)) in profile.description_names for path in paths_of(entries)):
            return top, False
    return "", False
