"""PRONOM's signatures as fido ships them, turned once into tables with a literal for each, by which most are skipped.

A file is compared with 2,000 regular expressions only because nobody looked first whether the bytes they all need
are there. Each signature gives one literal that every match must contain: at a fixed place, within a window, or
anywhere; the tables are written at set-up beside the environment and loaded in a few milliseconds.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

FORMATS = ("formats-v109.xml", "format_extensions.xml")
CONTAINERS = "container-signature-20200121.xml"
LAYOUT = 3
"""Raised when the form of the tables changes, so that ones written earlier are made anew."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Plain data: formats in fido's order; signatures as (format number, patterns); container signatures by kind."""

    version: str
    formats: list[dict[str, Any]]
    signatures: list[tuple[int, list[tuple[str, str]]]]
    literals: list[tuple[str, int, int, str]]  # of each signature: place, from, to, literal as Latin-1
    containers: dict[str, dict[str, dict[str, list[str]]]]


def cache_file() -> Path:
    """Where set-up writes the tables: in the environment, where only its owner writes."""
    return Path(sys.prefix) / "share" / "preserve" / "pronom-tables.json"


@cache
def load() -> Tables:
    """The tables that set-up wrote, or made anew when they are of another version."""
    version = _version()
    try:
        data = json.loads(cache_file().read_text(encoding="utf-8"))
        if data["version"] == version:
            return Tables(**data)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return build()


def write() -> Path:
    """Write the tables for later processes."""
    tables = build()
    data = {name: getattr(tables, name) for name in Tables.__dataclass_fields__}
    file = cache_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".json.part")
    part.write_text(json.dumps(data), encoding="utf-8")
    part.replace(file)
    return file


def _version() -> str:
    from importlib.metadata import version

    return f"fido {version('opf-fido')} {' '.join(FORMATS)} {CONTAINERS} layout {LAYOUT} {sys.version_info[:2]}"


def build() -> Tables:
    """Read fido's XML and choose a literal for every signature."""
    from importlib.resources import files

    conf = Path(str(files("fido"))) / "conf"
    formats: list[dict[str, Any]] = []
    elements: dict[str, int] = {}
    patterns: list[list[list[tuple[str, str]]]] = []
    for name in FORMATS:
        # The file comes with the installed distribution, not from outside.
        for element in ElementTree.parse(conf / name).getroot().findall("./format"):
            puid = element.findtext("puid") or ""
            container = element.find("container")
            entry = {
                "puid": puid,
                "name": element.findtext("name") or "",
                "version": element.findtext("version") or "",
                "mime": element.findtext("mime") or "",
                "extensions": [e.text for e in element.findall("extension")],
                "container": container.text if container is not None else None,
                "priority": sorted({e.text or "" for e in element.findall("has_priority_over")}),
            }
            signatures = [
                [(p.findtext("position") or "", p.findtext("regex") or "") for p in s.findall("pattern")]
                for s in element.findall("signature")
            ]
            if puid in elements:
                formats[elements[puid]] = entry
                patterns[elements[puid]] = signatures
            else:
                elements[puid] = len(formats)
                formats.append(entry)
                patterns.append(signatures)
    flat = [(number, one) for number, signatures in enumerate(patterns) for one in signatures]
    literals = [_literal([(where, regex) for where, regex in one]) for _, one in flat]
    return Tables(_version(), formats, flat, literals, _containers(conf / CONTAINERS))


def _literal(patterns: list[tuple[str, str]]) -> tuple[str, int, int, str]:
    """The best bytes that every match must hold: fixed place before window before anywhere, longer before shorter."""
    best: tuple[tuple[int, int], tuple[str, int, int, str]] | None = None
    for where, regex in patterns:
        for low, high, text in _runs(regex):
            if where == "BOF" and high is not None and low == high:
                text = text[:8]
                found = ((3, len(text)), ("fixed", low, low, text.decode("latin-1")))
            elif where == "BOF" and high is not None and high - low <= 1 << 16:
                found = ((2, len(text)), ("window", low, high + len(text), text.decode("latin-1")))
            elif where == "EOF":
                found = ((1, len(text)), ("end", 0, 0, text.decode("latin-1")))
            else:
                found = ((1, len(text) - 1), ("anywhere", 0, 0, text.decode("latin-1")))
            if len(text) >= 2 and (best is None or found[0] > best[0]):
                best = found
    return best[1] if best else ("always", 0, 0, "")


def _runs(regex: str) -> list[tuple[int, int | None, bytes]]:
    """Byte runs that every match of `regex` holds, each with the smallest and largest offset at which it begins."""
    import re._constants as op
    from re import _parser

    try:
        parsed = _parser.parse(regex.encode("utf8"))
    except re.error:
        return []
    if parsed.state.flags & re.IGNORECASE:
        return []
    runs: list[tuple[int, int | None, bytes]] = []
    low, high = 0, 0
    unbounded = False
    run = bytearray()
    run_at: tuple[int, int | None] = (0, 0)

    def close() -> None:
        nonlocal run
        if run:
            runs.append((run_at[0], run_at[1], bytes(run)))
        run = bytearray()

    def walk(items: Any) -> None:
        nonlocal low, high, unbounded, run_at
        for code, argument in items:
            if code is op.LITERAL:
                if not run:
                    run_at = (low, None if unbounded else high)
                run.append(argument)
                low += 1
                high += 1
            elif code is op.SUBPATTERN and not argument[1] and not argument[2]:
                walk(argument[3])
            elif code is op.AT:
                close()
            else:
                close()
                smallest, largest = _width(code, argument, op)
                low += smallest
                if largest is None:
                    unbounded = True
                else:
                    high += largest

    walk(parsed)
    close()
    return runs


def _width(code: Any, argument: Any, op: Any) -> tuple[int, int | None]:
    if code in (op.ANY, op.IN, op.NOT_LITERAL):
        return 1, 1
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        least, most, inner = argument
        small, large = inner.getwidth()
        largest = None if most is op.MAXREPEAT else int(most) * int(large)
        return int(least) * int(small), largest
    if code is op.BRANCH:
        widths = [branch.getwidth() for branch in argument[1]]
        return int(min(w[0] for w in widths)), int(max(w[1] for w in widths))
    if code is op.SUBPATTERN:
        small, large = argument[3].getwidth()
        return int(small), int(large)
    if code in (op.ASSERT, op.ASSERT_NOT):
        return 0, 0
    return 0, None


def _containers(file: Path) -> dict[str, dict[str, dict[str, list[str]]]]:
    """Container signatures by kind, inner path and PUID, as regular expressions."""
    root = ElementTree.parse(file).getroot()
    mappings = {m.get("signatureId"): m.get("Puid") or "" for m in root.iter("FileFormatMapping")}
    # The first mapping of an identifier counts, as it does for fido.
    for mapping in reversed(list(root.iter("FileFormatMapping"))):
        mappings[mapping.get("signatureId")] = mapping.get("Puid") or ""
    inner = "Files/File/BinarySignatures"
    sequence = f"{inner}/InternalSignatureCollection/InternalSignature/ByteSequence/SubSequence/Sequence"
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for element in root.findall("ContainerSignatures/ContainerSignature"):
        if element.find(inner) is None:
            continue
        kind = element.get("ContainerType") or ""
        path = element.findtext("Files/File/Path") or ""
        puid = mappings[element.get("Id")]
        regex = _container_regex(element.findtext(sequence) or "").decode("utf8")
        found.setdefault(kind, {}).setdefault(path, {}).setdefault(puid, []).append(regex)
    return found


def _container_regex(sequence: str) -> bytes:
    """A container signature's byte sequence as the regular expression that fido makes of it: its method is reused,
    so that both always agree."""
    from fido.fido import Fido

    return bytes(Fido.convert_container_sequence(None, sequence))
