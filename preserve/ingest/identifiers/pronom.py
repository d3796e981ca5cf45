"""The first identifier: fido's signatures and rules, with the same answers, compiled once."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from preserve.ingest.facts import Answer, Basis
from preserve.ingest.identifiers.tables import FORMATS, Tables, load

WINDOW = 128 * 1024
_LARGEST_MEMBER = 64 << 20


class Matcher:
    """The tables, indexed by fixed place, window and end of file; regular expressions compiled on demand."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.number = {entry["puid"]: n for n, entry in enumerate(tables.formats)}
        self.priority = [frozenset(entry["priority"]) for entry in tables.formats]
        self._fixed: dict[tuple[int, int], dict[bytes, list[int]]] = {}
        self._window: list[tuple[int, int, bytes, int]] = []
        self._anywhere: list[tuple[bytes, int]] = []
        self._end: list[tuple[bytes, int]] = []
        self._always: list[int] = []
        self._compiled: dict[str, re.Pattern[bytes] | None] = {}
        for signature, (place, low, high, literal) in enumerate(tables.literals):
            text = literal.encode("latin-1")
            if place == "fixed":
                self._fixed.setdefault((low, len(text)), {}).setdefault(text, []).append(signature)
            elif place == "window":
                self._window.append((low, high, text, signature))
            elif place == "anywhere":
                self._anywhere.append((text, signature))
            elif place == "end":
                self._end.append((text, signature))
            else:
                self._always.append(signature)

    def regex(self, text: str) -> re.Pattern[bytes] | None:
        """The compiled expression, or None where it is not one (fido passes over such a format)."""
        if text not in self._compiled:
            try:
                self._compiled[text] = re.compile(text.encode("utf8"))
            except re.error:
                self._compiled[text] = None
        return self._compiled[text]

    def candidates(self, head: bytes, tail: bytes) -> list[int]:
        """The signatures whose literal is there, in fido's order."""
        found = list(self._always)
        for (offset, length), texts in self._fixed.items():
            if (hit := texts.get(head[offset : offset + length])) is not None:
                found += hit
        found += [signature for low, high, text, signature in self._window if head.find(text, low, high) >= 0]
        found += [signature for text, signature in self._anywhere if text in head]
        found += [signature for text, signature in self._end if text in tail]
        return sorted(found)

    def match(self, head: bytes, tail: bytes) -> list[int]:
        """The formats whose signatures match, without those that another match has priority over."""
        result: list[int] = []
        broken: set[int] = set()
        for number in self.candidates(head, tail):
            format_number, patterns = self.tables.signatures[number]
            if format_number in broken or not self._as_good(format_number, result):
                continue
            outcome = self._patterns(patterns, head, tail)
            if outcome is None:
                broken.add(format_number)
            elif outcome:
                result.append(format_number)
        return [n for n in result if self._as_good(n, result)]

    def _patterns(self, patterns: list[tuple[str, str]], head: bytes, tail: bytes) -> bool | None:
        for where, text in patterns:
            regex = self.regex(text)
            if regex is None:
                return None
            if where == "BOF":
                if not regex.match(head):
                    return False
            elif where == "EOF":
                if not regex.search(tail):
                    return False
            elif where in ("VAR", "IFB") and not regex.search(head):
                return False
        return True

    def _as_good(self, number: int, others: list[int]) -> bool:
        puid = self.tables.formats[number]["puid"]
        return not any(other != number and puid in self.priority[other] for other in others)

    def by_extension(self, name: str) -> list[int]:
        """The formats that have the name's extension."""
        extension = os.path.splitext(name)[1].lower().lstrip(".")
        if not extension:
            return []
        found = [n for n, entry in enumerate(self.tables.formats) if extension in entry["extensions"]]
        return [n for n in found if self._as_good(n, found)]

    def container(self, matched: list[int]) -> str | None:
        """Which container signatures may say more."""
        for number in matched:
            entry = self.tables.formats[number]
            if entry["container"] is not None:
                return str(entry["container"])
            if entry["puid"] == "fmt/111":
                return "ole"
        return None


@cache
def matcher() -> Matcher:
    """The one matcher of this process."""
    return Matcher(load())


def read_windows(path: Path | str, size: int) -> tuple[bytes, bytes]:
    """The first and the last 128 KiB of a file."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        head = os.pread(handle, WINDOW, 0)
        return head, head if size <= WINDOW else os.pread(handle, WINDOW, size - WINDOW)
    finally:
        os.close(handle)


def puids(path: Path | str, name: str, size: int) -> tuple[list[int], Basis]:
    """The numbers of the formats this file is held to be, and on what grounds, as fido would say it."""
    machine = matcher()
    head, tail = read_windows(path, size)
    found = machine.match(head, tail)
    kind = machine.container(found)
    if kind in ("zip", "ole"):
        inside = list(_zip_formats(machine, path) if kind == "zip" else _ole_formats(machine, path))
        if inside:
            return inside, "container"
    if found and size > 0:
        return found, "signature"
    found = machine.by_extension(name)
    return found, "extension" if found else "none"


def _inside(machine: Matcher, data: bytes, signatures: dict[str, list[str]]) -> Iterator[int]:
    for puid, texts in signatures.items():
        for text in texts:
            regex = machine.regex(text)
            if regex is not None and regex.search(data) and puid in machine.number:
                yield machine.number[puid]


def _zip_formats(machine: Matcher, path: Path | str) -> Iterator[int]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            for inner, signatures in machine.tables.containers.get("ZIP", {}).items():
                if inner in names and archive.getinfo(inner).file_size <= _LARGEST_MEMBER:
                    with archive.open(inner) as stream:
                        data = stream.read(_LARGEST_MEMBER)
                    yield from _inside(machine, data, signatures)
    except (zipfile.BadZipFile, RuntimeError, ValueError, OSError, NotImplementedError, EOFError):
        return


def _ole_formats(machine: Matcher, path: Path | str) -> Iterator[int]:
    import olefile

    try:
        with olefile.OleFileIO(str(path)) as ole:
            names = ["/".join(parts) for parts in ole.listdir()]
            for inner, signatures in machine.tables.containers.get("OLE2", {}).items():
                name = next((n for n in names if n == inner or n[1:] == inner), None)
                if name is not None:
                    with ole.openstream(name) as stream:
                        data = stream.read(_LARGEST_MEMBER)
                    yield from _inside(machine, data, signatures)
    except (OSError, ValueError, IndexError, TypeError):
        return


@cache
def _versions() -> tuple[str, str]:
    return version("opf-fido"), FORMATS[0].removesuffix(".xml")


def answer(path: Path | str, name: str, size: int) -> Answer:
    """What fido's signatures say of a file. Several hits of equal rank are all named; the first one stands."""
    found, basis = puids(path, name, size)
    program, signatures = _versions()
    if not found:
        return Answer("fido", program, signatures, None, "", "", "", "none")
    entries = [matcher().tables.formats[number] for number in dict.fromkeys(found)]
    first = entries[0]
    others = ", ".join(entry["puid"] for entry in entries[1:])
    return Answer(
        "fido",
        program,
        signatures,
        first["puid"],
        first["name"],
        first["version"],
        first["mime"],
        basis,
        f"also {others}" if others else "",
    )
