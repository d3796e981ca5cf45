"""PRONOM's signatures as fido ships them, with fido's answers at a small part of its cost.

fido (opf-fido, formats-v109.xml, format_extensions.xml, container-signature-20200121.xml) tries every expression on
every file and reads the container signatures anew for each container. Here the tables are read once, and an expression
runs only where the bytes it needs are there. Order, priorities and answers are fido's.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from preserve.ingest.facts import Answer, Basis
from preserve.ingest.identifiers import containers
from preserve.ingest.identifiers.prefilter import Need, best, by_rare_byte, others
from preserve.ingest.identifiers.tables import Format, Tables, load

WINDOW = 131072  # bytes read at either end, as fido does


_Place = tuple[bytes, bool, int, int]
"""A literal, whether at the end of the file, and the slice of that window in which it lies."""


class _Signature(NamedTuple):
    """`also`: what its patterns need besides that by which it is found."""

    format: int
    patterns: tuple[tuple[str, bytes], ...]
    also: tuple[_Place, ...]


class _Compiled(NamedTuple):
    """`cut`: all places at which literals stand; `at`: by number of the place and literal, the signatures.

    `within`: needs looked for between two places of the beginning, behind a byte without which they cannot be there;
    `at_end`: those of the end; `always`: no need known.
    """

    tables: Tables
    signatures: list[_Signature]
    cut: Callable[[bytes], tuple[bytes, ...]]
    at: dict[tuple[int, bytes], list[int]]
    within: list[tuple[int, list[tuple[bytes, int, int, list[int]]]]]
    at_end: list[tuple[bytes, int, list[int]]]
    always: list[int]
    places: dict[str, int]
    inferior: list[frozenset[int]]
    extensions: dict[str, list[int]]


@cache
def _compiled() -> _Compiled:
    tables = load()
    places = {entry.puid: number for number, entry in enumerate(tables.formats)}
    signatures: list[_Signature] = []
    at: dict[tuple[int, int], dict[bytes, list[int]]] = {}
    within: dict[_Place, list[int]] = {}
    always: list[int] = []
    extensions: dict[str, list[int]] = {}
    for number, entry in enumerate(tables.formats):
        for extension in dict.fromkeys(entry.extensions):
            extensions.setdefault(extension, []).append(number)
        for signature in entry.signatures:
            index = len(signatures)
            ends = {need: where == "EOF" for where, _, found in signature for need in found}
            need = best(ends)
            also = tuple(_place(other, ends[other]) for other in others(ends, need)) if need else ()
            patterns = tuple((where, text.encode("utf-8")) for where, text, _ in signature)
            signatures.append(_Signature(number, patterns, also))
            if need is None:
                always.append(index)
            elif need.last == need.first:
                literal = need.literal[: _power(len(need.literal))]
                at.setdefault((need.first, len(literal)), {}).setdefault(literal, []).append(index)
            else:
                within.setdefault(_place(need, ends[need]), []).append(index)
    inferior = [frozenset(places[p] for p in entry.over if p in places) for entry in tables.formats]
    at_end = [(literal, first, found) for (literal, ending, first, _), found in within.items() if ending]
    between = [(literal, first, end, found) for (literal, ending, first, end), found in within.items() if not ending]
    grouped = [
        (byte, [need for need in between if need[0] in literals])
        for byte, literals in by_rare_byte(need[0] for need in between)
    ]
    cut = itemgetter(*(slice(offset, offset + length) for offset, length in at))
    fixed = {(place, literal): found for place, known in enumerate(at.values()) for literal, found in known.items()}
    return _Compiled(tables, signatures, cut, fixed, grouped, at_end, always, places, inferior, extensions)


def _place(need: Need, ending: bool) -> _Place:
    return need.literal, ending, need.first, sys.maxsize if need.last is None else need.last + len(need.literal)


def _power(length: int) -> int:
    """Literals are looked up in few lengths, so that few slices are cut."""
    return next(size for size in (8, 4, 3, 2, 1) if size <= length)


@cache
def _expression(text: bytes) -> re.Pattern[bytes] | None:
    try:
        return re.compile(text)
    except (re.error, OverflowError):
        return None


def _holds(patterns: Iterable[tuple[str, bytes]], head: bytes, tail: bytes) -> bool | None:
    """Whether every pattern matches. None where an expression is faulty: fido gives the whole format up then."""
    for where, text in patterns:
        expression = _expression(text)
        if expression is None:
            return None
        if where == "BOF":
            matched = expression.match(head)
        elif where == "EOF":
            matched = expression.search(tail)
        else:
            matched = expression.search(head)
        if not matched:
            return False
    return True


def _candidates(compiled: _Compiled, head: bytes, tail: bytes) -> list[int]:
    found = list(compiled.always)
    at = compiled.at
    for key in at.keys() & enumerate(compiled.cut(head)):
        found += at[key]
    for literal, first, indices in compiled.at_end:
        if tail.find(literal, first) >= 0:
            found += indices
    for byte, needs in compiled.within:
        if byte in head:
            for literal, first, end, indices in needs:
                if head.find(literal, first, end) >= 0:
                    found += indices
    return sorted(found)


def _lacks(also: tuple[_Place, ...], head: bytes, tail: bytes, known: dict[_Place, bool]) -> bool:
    """Whether something is missing without which no match can be; many signatures ask for the same."""
    for place in also:
        there = known.get(place)
        if there is None:
            literal, ending, first, end = place
            there = known[place] = (tail if ending else head).find(literal, first, end) >= 0
        if not there:
            return True
    return False


def match_signatures(head: bytes, tail: bytes) -> list[int]:
    """The formats (places in the table) whose signatures match, inferior ones removed, as fido gives them."""
    compiled = _compiled()
    result: list[int] = []
    faulty = -1
    known: dict[_Place, bool] = {}
    for index in _candidates(compiled, head, tail):
        signature = compiled.signatures[index]
        number = signature.format
        if number == faulty:
            continue
        if number not in result and any(number in compiled.inferior[other] for other in result):
            continue
        if _lacks(signature.also, head, tail, known):
            continue
        holds = _holds(signature.patterns, head, tail)
        if holds is None:
            faulty = number
        elif holds:
            result.append(number)
    return _superior(result)


def _superior(numbers: list[int]) -> list[int]:
    inferior = _compiled().inferior
    return [n for n in numbers if not any(n in inferior[other] for other in numbers if other != n)]


def windows_of(data: bytes) -> tuple[bytes, bytes]:
    """The first and last 128 KiB of a file of which these are all bytes."""
    return (data, data) if len(data) <= WINDOW else (data[:WINDOW], data[-WINDOW:])


def read_windows(path: Path, size: int) -> tuple[bytes, bytes]:
    """The first and last 128 KiB of the file. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        head = file.read(WINDOW)
        if size <= WINDOW:
            return head, head
        file.seek(size - WINDOW)
        return head, file.read(WINDOW)


def identify(head: bytes, tail: bytes, name: str, path: Path | None = None) -> tuple[list[Format], Basis]:
    """fido's answers for a file with these windows; `path` lets containers (ZIP, OLE2) be looked into.

    Each format once, in fido's order; the basis they share is `container`, `signature`, `extension` or `none`.
    """
    compiled = _compiled()
    formats = compiled.tables.formats
    found = match_signatures(head, tail)
    kind = next((formats[n].container for n in found if formats[n].container), "")
    if kind in ("zip", "ole") and path is not None:
        inside = [compiled.places[p] for p in containers.match(kind, path) if p in compiled.places]
        if inside:
            return [formats[n] for n in dict.fromkeys(inside)], "container"
    if found and head:
        return [formats[n] for n in dict.fromkeys(found)], "signature"
    ending = _ending(name)
    guessed = _superior(compiled.extensions.get(ending, [])) if ending else []
    return [formats[n] for n in guessed], "extension" if guessed else "none"


def knows(puid: str) -> bool:
    """Whether fido has a signature for this PUID; one without it can neither be confirmed nor contradicted."""
    compiled = _compiled()
    place = compiled.places.get(puid)
    return place is not None and (bool(compiled.tables.formats[place].signatures) or puid in _contained())


@cache
def is_kind_of(puid: str, other: str) -> bool:
    """Whether the first is the second told more closely: PRONOM gives it priority over it, if over several steps."""
    compiled = _compiled()
    if puid not in compiled.places or other not in compiled.places:
        return False
    seen, waiting = set[int](), [compiled.places[puid]]
    while waiting:
        for number in compiled.inferior[waiting.pop()] - seen:
            seen.add(number)
            waiting.append(number)
    return compiled.places[other] in seen


def extensions_of(puid: str) -> frozenset[str]:
    """The extensions that PRONOM gives for this PUID."""
    compiled = _compiled()
    place = compiled.places.get(puid)
    return frozenset() if place is None else frozenset(compiled.tables.formats[place].extensions)


def mime_of(puid: str) -> str:
    """The MIME types that PRONOM gives for this PUID, or nothing."""
    compiled = _compiled()
    place = compiled.places.get(puid)
    return "" if place is None else compiled.tables.formats[place].mime


def signatures() -> tuple[str, str]:
    """fido's version and that of its signature files."""
    tables = _compiled().tables
    return tables.version, tables.signatures


@cache
def _contained() -> frozenset[str]:
    kinds = load().containers.values()
    return frozenset(puid for paths in kinds for found in paths.values() for puid, _ in found)


def _ending(name: str) -> str:
    base = name.rpartition("/")[2]
    dot = base.rfind(".")
    return base[dot + 1 :].lower() if dot > 0 and base[:dot].strip(".") else ""


def answers(head: bytes, tail: bytes, name: str, path: Path | None = None) -> tuple[Answer, ...]:
    """The same as facts, one for each format fido named; a single one without PUID where it named none."""
    found, basis = identify(head, tail, name, path)
    tables = _compiled().tables
    warning = "" if len(found) < 2 else "more than one format matches"
    if basis == "extension":
        warning = "match on extension only"
    if not found:
        return (Answer("fido", tables.version, tables.signatures, None, "", "", "", "none"),)
    return tuple(
        Answer("fido", tables.version, tables.signatures, f.puid, f.name, f.version, f.mime, basis, warning)
        for f in found
    )
