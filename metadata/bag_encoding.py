"""In which encoding a bag's own files are: the declared one, or the single other one in which their names are there."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from pathlib import Path

from metadata.bag import lines_in
from metadata.errors import BagUnreadable

_SAMPLE = 256 << 10
_LINES = 2000
# Encodings of text only: Python knows codecs that unpack or run what they are handed, under names just as harmless.
_TEXT = re.compile(
    r"utf-(8|16|32)(-[lb]e)?|ascii|gbk|gb2312|gb18030|big5(hkscs)?|shift_jis|euc_(jp|kr)|koi8-[ru]|mac-roman"
    r"|iso8859-\d+|cp(437|8\d\d|9\d\d|125\d)"
)
_WIDER = {"gbk": "gb18030", "gb2312": "gb18030"}  # GB 18030 reads all that the older two can write


def codec_of(label: str) -> str | None:
    """Python's name of a declared encoding, or None where it is none of text that is known here."""
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return None
    return _WIDER.get(name, name) if _TEXT.fullmatch(name) else None


def encoding_of(path: Path, declared: str, there: Callable[[str], bool]) -> tuple[str, bool]:
    """The encoding of a manifest, and whether it is the declared one: unless its names are there in another only.

    `there` says whether a path as a manifest has it lies in the bag. Only the manifest's beginning is looked at.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_SAMPLE)
    except OSError:
        return declared, True  # whoever reads it next says so
    declared = _with_order(declared, head)
    if head.isascii() and not declared.startswith(("utf-16", "utf-32")):
        return declared, True
    if _fits(path, declared, there):
        return declared, True
    for name in ("utf-8", "gb18030", *_marked(head)):
        if name != declared and _fits(path, name, there):
            return name, False
    return declared, True


def starts_marked(path: Path) -> bool:
    """Whether a file begins with the byte order mark of UTF-8."""
    try:
        with path.open("rb") as stream:
            return stream.read(3) == codecs.BOM_UTF8
    except OSError:
        return False


def _with_order(declared: str, head: bytes) -> str:
    """UTF-16 without a mark of its order is big-endian (RFC 2781 §4.3), where Python would take the machine's."""
    if declared == "utf-16" and not _marked(head):
        return "utf-16-be" if head[:1] == b"\0" or head[1:2] != b"\0" else "utf-16-le"
    return declared


def _marked(head: bytes) -> tuple[str, ...]:
    return ("utf-16",) if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ()


def _fits(path: Path, encoding: str, there: Callable[[str], bool]) -> bool:
    """Whether the first lines can be read so, and each of them names a file of the bag."""
    try:
        with path.open("rb") as stream:
            for count, line in enumerate(lines_in(stream, path.name, encoding)):
                if not there(line.raw):
                    return False
                if count > _LINES:
                    break
    except (BagUnreadable, OSError):
        return False
    return True
