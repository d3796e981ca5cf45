"""A deposit that is a BagIt bag: what its manifests say, which is the depositor's word and is checked."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from metadata.bag import ALGORITHMS, decode_path, manifests
from metadata.findings import Finding
from preserve.errors import Refused
from preserve.ingest.sources import Entry, Source
from storage_adapters.digests import new_digest


def declared_digests(source: Source, entries: list[Entry], top: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """The digests that a bag's payload manifests declare, by payload path (RFC 8493 §2.1.3)."""
    names = [entry.path.removeprefix(top) for entry in entries]
    wanted: dict[str, list[tuple[str, str]]] = {}
    found = [m for m in manifests(names) if not m.tag and m.algorithm in ALGORITHMS]
    if not found:
        raise Refused("sip.bag-no-manifest", top)
    for manifest in found:
        for digest, name in _manifest_lines(source.read(top + manifest.name, 1 << 30), manifest.name):
            path = top + name
            wanted.setdefault(path, []).append((manifest.algorithm, digest.lower()))
    return {path: tuple(values) for path, values in wanted.items()}


def _manifest_lines(data: bytes, manifest: str) -> Iterator[tuple[str, str]]:
    """Digest and path of each line; lines end at LF, CR or CRLF only, for names may hold U+2028 (RFC 8493 §2.1.3)."""
    try:
        lines = re.split("\r\n|\r|\n", data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Refused("sip.bag-manifest-unreadable", manifest, line=0, detail=str(error)) from error
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        match = re.match(r"(\S+)[ \t]+\*?(.+)$", line, re.DOTALL)
        if match is None:
            raise Refused("sip.bag-manifest-unreadable", manifest, line=number)
        yield match[1], decode_path(posixpath.normpath(match[2]))


def check_own_files(source: Source, entries: list[Entry], top: str) -> Iterator[Finding]:
    """The bag's own files against its tag manifests (RFC 8493 §2.2.1), and fetch.txt, whose files are elsewhere."""
    names = [entry.path.removeprefix(top) for entry in entries if entry.path.startswith(top)]
    if "fetch.txt" in names:
        yield Finding("sip.bag-fetch", top + "fetch.txt", "refuse")
    wanted: dict[str, list[tuple[str, str]]] = {}
    for manifest in manifests(names):
        if manifest.tag and manifest.algorithm in ALGORITHMS:
            for digest, name in _manifest_lines(source.read(top + manifest.name, 1 << 30), manifest.name):
                wanted.setdefault(top + name, []).append((manifest.algorithm, digest.lower()))
    seen = set()
    for entry, stream in source.stream(lambda entry: entry.path in wanted):
        seen.add(entry.path)
        digests = {algorithm: new_digest(algorithm) for algorithm, _ in wanted[entry.path]}
        while data := stream.read(1 << 20):
            for digest_ in digests.values():
                digest_.update(data)
        for algorithm, declared in wanted[entry.path]:
            if digests[algorithm].hexdigest() != declared:
                yield Finding("sip.bag-tag-differs", entry.path, "refuse", {"algorithm": algorithm})
    for path in sorted(wanted.keys() - seen):
        yield Finding("sip.bag-file-missing", path, "refuse")


def compare_names(wanted: dict[str, tuple[tuple[str, str], ...]], files: tuple[Entry, ...]) -> Iterator[Finding]:
    """Every listed file must be there, and every file there be listed (RFC 8493 §3)."""
    there = {entry.path for entry in files}
    for path in wanted:
        if path not in there:
            yield Finding("sip.bag-file-missing", path, "refuse")
    for path in there:
        if path not in wanted:
            yield Finding("sip.bag-file-unlisted", path, "refuse")
