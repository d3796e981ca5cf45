"""Names as the depositor had them, and safe names to store under that stay readable in Chinese.

A stored name is NFC, without control characters, separators of lines, `%` or what Windows forbids, in the BMP,
at most 100 UTF-16 units and 255 UTF-8 bytes a part, unique in its folder whatever the case; so that RFC 8493
readers, Joliet discs and Windows all agree on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from metadata.compact import TextSet

LONGEST_PART = 100  # UTF-16 units; Joliet holds 103
LONGEST_PART_BYTES = 240  # UTF-8; file systems hold 255, and `.part` must fit behind
LONGEST_PATH = 140  # characters below the representation's data folder, which itself stands about 100 deep

_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$")
_TRAILING = " .\u3000\xa0"
# Letters and digits of ASCII and hanzi, single dots between them: such a part is safe as it is, and most parts are so.
_SIMPLE = re.compile(r"[0-9A-Za-z_\-\u4e00-\u9fa5]+(?:\.[0-9A-Za-z_\-\u4e00-\u9fa5]+)*")


@cache  # ranges as long as these take milliseconds to compile, and whoever verifies a package needs them never
def _forbidden() -> re.Pattern[str]:
    return re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff%\\:*?"<>|/\ufffe\uffff]|[^\u0000-\uffff]')


def text_of(name: bytes) -> str:
    """A name's bytes as text for people: UTF-8, else GB 18030 (Chinese Windows), else with the bytes escaped."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("utf-8", "backslashreplace")


def _safe_part(part: str) -> str:
    if 3 * len(part) <= LONGEST_PART_BYTES and _SIMPLE.fullmatch(part) and not _RESERVED.match(part):
        return part
    raw = raw_bytes(part) if _has_surrogates(part) else None
    text = unicodedata.normalize("NFC", text_of(raw) if raw is not None else part)
    text = _forbidden().sub("_", text)
    # Splitting at other white space or trimming would lose what other readers strip from manifest lines.
    text = text.strip("\u3000\xa0 ").rstrip(_TRAILING)
    text = "".join("_" if unicodedata.category(c) in ("Zl", "Zp", "Cc", "Cs", "Cn") else c for c in text)
    if text in ("", ".", ".."):
        text = "_"
    if _RESERVED.match(text):
        text = "_" + text
    return _shorten(text, LONGEST_PART)


def raw_bytes(text: str) -> bytes:
    """The bytes behind a name (PEP 383); half a surrogate pair, which no file system gives but a list may, as it is."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)


def _shorten(part: str, longest: int) -> str:
    """Cut the stem, keep the extension."""
    stem, dot, extension = part.rpartition(".")
    if not stem or len(extension) > 16:
        stem, dot, extension = part, "", ""
    tail = dot + extension
    while stem and (len(stem + tail) > longest or len((stem + tail).encode()) > LONGEST_PART_BYTES):
        stem = stem[:-1]
    return (stem.rstrip(_TRAILING) or "_") + tail


def _key(text: str) -> str:
    if _SIMPLE.fullmatch(text):
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def safe_names(paths: Iterable[str]) -> Iterator[str]:
    """For each depositor's path (undecodable bytes as surrogates) the path to store it under, in the same order.

    Deterministic; folders keep one name each; names that would be one on a case-folding file system get ` (2)`.
    """
    folders: dict[tuple[str, ...], tuple[str, ...]] = {(): ()}
    numbers: dict[tuple[str, ...], int] = {}
    taken = TextSet()

    def claim(parent: tuple[str, ...], part: str, room: int) -> str:
        within = f"{numbers.setdefault(parent, len(numbers))}/"
        wanted = _shorten(_safe_part(part), max(12, min(LONGEST_PART, room)))
        name, number = wanted, 1
        while not taken.add(within + _key(name)):
            number += 1
            stem, dot, extension = wanted.rpartition(".")
            mark = f" ({number})"
            name = (
                _shorten(stem, LONGEST_PART - len(mark + dot + extension)) + mark + dot + extension
                if stem
                else (_shorten(wanted, LONGEST_PART - len(mark)) + mark)
            )
        return name

    def folder(parts: tuple[str, ...]) -> tuple[str, ...]:
        if parts not in folders:
            parent = folder(parts[:-1])
            room = LONGEST_PATH - sum(len(p) + 1 for p in parent) - 40
            folders[parts] = (*parent, claim(parent, parts[-1], room))
        return folders[parts]

    for path in paths:
        parts = tuple(path.split("/"))
        parent = folder(parts[:-1])
        room = LONGEST_PATH - sum(len(p) + 1 for p in parent)
        yield "/".join((*parent, claim(parent, parts[-1], room)))


def one_name(text: str) -> str:
    """What is no path, as one part of one: a number of a case. Slashes make no folders, and nothing in it is unseen."""
    plain = "".join("_" if c == "/" or unicodedata.category(c) in ("Cf", "Co") else c for c in text)
    return _safe_part(plain)


@cache
def _not_in_xml() -> re.Pattern[str]:
    return re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\t\n\r%]")


def xml_name(path: str) -> str:
    """The depositor's path for XML: what XML cannot hold, and `%`, as percent-encoded bytes; reversible."""
    return _not_in_xml().sub(lambda found: "".join(f"%{byte:02X}" for byte in raw_bytes(found[0])), path)


def original_bytes(name: str) -> bytes:
    """The bytes that `xml_name` was given."""
    return re.sub(rb"%([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), name.encode("utf-8", "surrogateescape"))
