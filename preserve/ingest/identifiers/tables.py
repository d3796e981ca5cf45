"""fido's signature tables in a form that loads quickly.

They are made from the XML of the installed opf-fido and kept as JSON in the user's cache folder, under the digest of
that XML. JSON, since reading it can run nothing; a cache that another user could have written is not read.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from preserve.home import cache_path
from preserve.ingest.identifiers.prefilter import Need, needs

FORMATS = ("formats-v109.xml", "format_extensions.xml")
CONTAINERS = "container-signature-20200121.xml"
_LAYOUT = b"3"  # changes with the form of the cache


class Format(NamedTuple):
    """One format of the table. A signature is its patterns: position, expression, bytes it needs."""

    puid: str
    name: str
    version: str
    mime: str
    container: str  # "zip", "tar", "ole" or ""
    extensions: tuple[str, ...]
    over: tuple[str, ...]
    signatures: tuple[tuple[tuple[str, str, tuple[Need, ...]], ...], ...]


class Tables(NamedTuple):
    """All formats in fido's order, and by kind of container the member's path, PUID and expressions."""

    version: str
    signatures: str
    formats: tuple[Format, ...]
    containers: dict[str, dict[str, list[tuple[str, bytes]]]]


def _folder() -> Path:
    spec = importlib.util.find_spec("fido")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("fido")
    return Path(spec.origin).parent / "conf"


def _format(element: ElementTree.Element) -> Format:
    def text(tag: str) -> str:
        return element.findtext(tag) or ""

    puid = text("puid")
    signatures = []
    for signature in element.findall("signature"):
        patterns = []
        for pattern in signature.findall("pattern"):
            where: Any = pattern.findtext("position")
            expression = pattern.findtext("regex") or ""
            patterns.append((where, expression, tuple(needs(expression.encode("utf-8"), where))))
        signatures.append(tuple(patterns))
    container = text("container") or ("ole" if puid == "fmt/111" else "")
    extensions = tuple(e.text for e in element.findall("extension") if e.text)
    over = tuple(e.text for e in element.findall("has_priority_over") if e.text)
    return Format(puid, text("name"), text("version"), text("mime"), container, extensions, over, tuple(signatures))


def _formats(folder: Path) -> Iterator[Format]:
    merged: dict[str, ElementTree.Element] = {}
    for name in FORMATS:
        for element in ElementTree.parse(folder / name).getroot().findall("./format"):
            merged[element.findtext("puid") or ""] = element  # a later table replaces, at the earlier place
    return map(_format, merged.values())


def _containers(folder: Path) -> dict[str, dict[str, list[tuple[str, bytes]]]]:
    """fido reads these with a translation of its own; its own function is used, so that answers stay the same."""
    largest = getattr(re, "_MAXCACHE", None)
    from fido.fido import Fido

    reader = Fido(quiet=True, format_files=[], containersignature_file=CONTAINERS)
    if largest is not None:
        re._MAXCACHE = largest  # type: ignore[attr-defined]  # fido changes it for the whole process
    document = ElementTree.parse(folder / CONTAINERS)
    return {
        kind: {
            path: [(puid, one["signature"]) for puid, every in by_puid.items() for one in every]
            for path, by_puid in reader.extract_signatures(document, signature_type=name).items()
        }
        for kind, name in (("zip", "ZIP"), ("ole", "OLE2"))
    }


def build() -> Tables:
    """Read the tables from fido's XML."""
    folder = _folder()
    version = importlib.metadata.version("opf-fido")
    return Tables(version, f"formats-v109.xml; {CONTAINERS}", tuple(_formats(folder)), _containers(folder))


def _cache_file(folder: Path) -> Path:
    digest = hashlib.sha256(_LAYOUT)
    for name in (*FORMATS, CONTAINERS):
        digest.update((folder / name).read_bytes())
    return cache_path() / f"pronom-{digest.hexdigest()[:32]}.json"


def _ours(file: Path) -> bool:
    """Whether nobody but this user could have written it."""
    for path in (file, file.parent):
        state = path.lstat()
        if state.st_uid != os.getuid() or state.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or stat.S_ISLNK(state.st_mode):
            return False
    return True


def _write(file: Path, tables: Tables) -> None:
    containers = {
        kind: {path: [(puid, text.decode("latin-1")) for puid, text in found] for path, found in paths.items()}
        for kind, paths in tables.containers.items()
    }
    formats = [
        f._replace(
            signatures=tuple(
                tuple((w, t, tuple(Need(n.literal.decode("latin-1"), n.first, n.last) for n in ns)) for w, t, ns in s)  # type: ignore[arg-type]
                for s in f.signatures
            )
        )
        for f in tables.formats
    ]
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    new.write_text(json.dumps((tables.version, tables.signatures, formats, containers)), encoding="utf-8")
    new.chmod(0o600)
    os.rename(new, file)  # a cache, not archived bytes; several processes may write it at once


def _read(file: Path) -> Tables:
    version, signatures, formats, containers = json.loads(file.read_text(encoding="utf-8"))
    rebuilt = []
    for puid, name, puid_version, mime, container, extensions, over, found in formats:
        patterns = tuple(
            tuple((w, t, tuple(Need(n[0].encode("latin-1"), n[1], n[2]) for n in ns)) for w, t, ns in s) for s in found
        )
        rebuilt.append(Format(puid, name, puid_version, mime, container, tuple(extensions), tuple(over), patterns))
    inside = {
        kind: {path: [(puid, text.encode("latin-1")) for puid, text in found] for path, found in paths.items()}
        for kind, paths in containers.items()
    }
    return Tables(version, signatures, tuple(rebuilt), inside)


@cache
def load() -> Tables:
    """The tables: from the cache where it is ours and whole, else from the XML (and then cached, if that works)."""
    file = _cache_file(_folder())
    try:
        if _ours(file):
            return _read(file)
    except (OSError, ValueError, TypeError, IndexError):
        pass  # absent or damaged: made again
    tables = build()
    with contextlib.suppress(OSError):  # a home that cannot be written costs each process half a second, no more
        _write(file, tables)
    return tables
