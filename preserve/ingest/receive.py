"""A folder, archive or bag becomes an inventory: every name, its size and time, and what the depositor says of it."""

from __future__ import annotations

import hashlib
import posixpath
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from metadata.bag import ALGORITHMS, decode_path, manifests
from metadata.errors import BagUnreadable
from metadata.findings import Finding
from preserve.errors import Refused
from preserve.ingest.sources import Entry, Source
from preserve.ingest.sources.archives import TarSource, ZipSource
from preserve.ingest.sources.folder import FolderSource


class DepositProfile(BaseModel):
    """`profiles/deposit.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description_names: tuple[str, ...]
    description_limit: int
    most_files: int
    largest_ratio: float
    ratio_matters_from: int
    largest_total: int
    deepest: int
    litter: tuple[str, ...]
    litter_folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit that was looked over. `prefix` stands before every payload path (`data/` in a bag, or one top folder).

    `files` are the payload files with paths below the prefix, `wanted` the digests a bag declares for them,
    `tags` a bag's own files, `litter` what was left out.
    """

    source: Source
    origin: Path
    kind: str
    prefix: str
    files: tuple[Entry, ...]
    tags: tuple[str, ...]
    litter: tuple[str, ...]
    wanted: dict[str, tuple[tuple[str, str], ...]] = field(repr=False)
    description_name: str
    description: bytes
    fingerprint: str
    findings: tuple[Finding, ...]

    @property
    def size(self) -> int:
        """Bytes of all payload files."""
        return sum(entry.size for entry in self.files)


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
    except OSError as error:
        raise Refused("sip.unreadable", str(path), reason=error.strerror or str(error)) from error
    raise Refused("sip.unknown-kind", str(path))


def receive(path: Path, profile: DepositProfile) -> Deposit:
    """Look a deposit over. Raises Refused with every reason at once; the deposit is only read."""
    source = open_source(path)
    entries: list[Entry] = []
    findings: list[Finding] = []
    total = 0
    digest = hashlib.sha256()
    for entry in source.entries():
        findings += _hostile(entry, profile)
        if entry.kind != "folder":
            entries.append(entry)
            digest.update(repr((entry.path, entry.kind, entry.size, entry.modified_ns)).encode("utf-8", "replace"))
            total += entry.size
        if len(entries) > profile.most_files:
            raise Refused("sip.too-many-files", str(path), limit=profile.most_files)
    if total > profile.largest_total:
        findings.append(Finding("sip.too-large", "", "refuse", {"size": total, "limit": profile.largest_total}))
    findings += _collisions(entries)
    if findings:
        raise Refused("sip.refused", str(path), findings=findings)
    if not entries:
        raise Refused("sip.empty", str(path))
    top, bag = _top(entries, profile)
    prefix = top + "data/" if bag else top
    wanted = _manifests(source, entries, top) if bag else {}
    files, tags, litter = _sorted_out(entries, prefix, top, bag, profile)
    if bag:
        findings += _bag_findings(wanted, files)
    name, description = _description(source, top, prefix, files, tags, bag, profile)
    if findings:
        raise Refused("sip.refused", str(path), findings=findings)
    if litter:
        findings.append(Finding("sip.litter", "", "note", {"count": len(litter), "names": ", ".join(litter[:5])}))
    return Deposit(
        source,
        path,
        "bag" if bag else source.kind,
        prefix,
        files,
        tags,
        tuple(litter),
        wanted,
        name,
        description,
        digest.hexdigest(),
        tuple(findings),
    )


def _hostile(entry: Entry, profile: DepositProfile) -> Iterator[Finding]:
    path = entry.path
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\")) or ".." in parts or (len(path) > 1 and path[1] == ":" and path[0].isalpha()):
        yield Finding("sip.traversal", path, "refuse")
    elif "" in parts or "." in parts or "\0" in path:
        yield Finding("sip.bad-path", path, "refuse")
    if len(parts) > profile.deepest:
        yield Finding("sip.too-deep", path, "refuse", {"limit": profile.deepest})
    if entry.kind in ("symlink", "hardlink", "fifo", "device", "socket"):
        yield Finding(f"sip.{entry.kind}", path, "refuse", {"target": entry.target})
    if entry.encrypted:
        yield Finding("sip.member-encrypted", path, "refuse")
    if (
        entry.compressed is not None
        and entry.size > profile.ratio_matters_from
        and entry.size > profile.largest_ratio * max(entry.compressed, 1)
    ):
        ratio = entry.size // max(entry.compressed, 1)
        yield Finding("sip.bomb", path, "refuse", {"ratio": ratio, "limit": profile.largest_ratio})


def _collisions(entries: list[Entry]) -> Iterator[Finding]:
    """Names that are one after NFC and case folding would overwrite each other on some file system."""
    seen: dict[str, str] = {}
    for entry in entries:
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", entry.path).casefold())
        if key in seen:
            yield Finding("sip.names-collide", entry.path, "refuse", {"other": seen[key]})
        else:
            seen[key] = entry.path


def _top(entries: list[Entry], profile: DepositProfile) -> tuple[str, bool]:
    """The one folder that holds everything, if there is one and it is the case, and whether it is a bag."""
    names = {entry.path for entry in entries}
    if "bagit.txt" in names:
        return "", True
    tops = {entry.path.partition("/")[0] for entry in entries}
    if len(tops) == 1 and all("/" in entry.path for entry in entries):
        top = next(iter(tops)) + "/"
        if top + "bagit.txt" in names:
            return top, True
        if any(top + name in names for name in profile.description_names):
            return top, False
    return "", False


def _sorted_out(
    entries: list[Entry], prefix: str, top: str, bag: bool, profile: DepositProfile
) -> tuple[tuple[Entry, ...], tuple[str, ...], list[str]]:
    files, tags, litter = [], [], []
    for entry in entries:
        parts = entry.path.split("/")
        if parts[-1] in profile.litter or any(part in profile.litter_folders for part in parts[:-1]):
            litter.append(entry.path)
        elif entry.path.startswith(prefix):
            files.append(entry)
        elif bag and entry.path.startswith(top):
            tags.append(entry.path)
    return tuple(files), tuple(tags), litter


def _manifests(source: Source, entries: list[Entry], top: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """The digests that a bag's payload manifests declare, by payload path (RFC 8493 §2.1.3)."""
    names = [entry.path.removeprefix(top) for entry in entries]
    wanted: dict[str, list[tuple[str, str]]] = {}
    found = [m for m in manifests(names) if not m.tag and m.algorithm in ALGORITHMS]
    if not found:
        raise Refused("sip.bag-no-manifest", top)
    for manifest in found:
        try:
            text = source.read(top + manifest.name, 1 << 30).decode("utf-8")
        except UnicodeDecodeError as error:
            raise BagUnreadable(manifest.name, reason="UTF-8") from error
        for number, line in enumerate(text.splitlines(), 1):
            digest, _, name = line.partition(" ")
            if not line.strip():
                continue
            if not name.strip():
                raise BagUnreadable(manifest.name, line=number)
            path = top + decode_path(posixpath.normpath(name.lstrip(" \t*")))
            wanted.setdefault(path, []).append((manifest.algorithm, digest.lower()))
    return {path: tuple(values) for path, values in wanted.items()}


def _bag_findings(wanted: dict[str, tuple[tuple[str, str], ...]], files: tuple[Entry, ...]) -> Iterator[Finding]:
    there = {entry.path for entry in files}
    for path in wanted:
        if path not in there:
            yield Finding("sip.bag-file-missing", path, "refuse")
    for path in there:
        if path not in wanted:
            yield Finding("sip.bag-file-unlisted", path, "refuse")


def _description(
    source: Source,
    top: str,
    prefix: str,
    files: tuple[Entry, ...],
    tags: tuple[str, ...],
    bag: bool,
    profile: DepositProfile,
) -> tuple[str, bytes]:
    """The case description: at the top of the deposit, or of a bag's payload. Raises Refused when none or several."""
    names = {entry.path for entry in files} | set(tags)
    found = [
        folder + name for folder in dict.fromkeys((prefix, top)) for name in profile.description_names
        if folder + name in names
    ]  # fmt: skip
    if not found:
        raise Refused("sip.no-description", names=", ".join(profile.description_names))
    if len(found) > 1:
        raise Refused("sip.many-descriptions", names=", ".join(found))
    data = source.read(found[0], profile.description_limit)
    if not data.strip():
        raise Refused("sip.description-empty", found[0])
    return found[0], data
