"""Letters as Outlook saves them ([MS-OXMSG]): headers, words and names of what is attached, from their streams.

A letter within a letter is read like the one around it. The words are the plain ones, else the page of HTML, else the
rich text, which Outlook packs in a way of its own.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from preserve.ingest.readers import encodings
from preserve.ingest.readers.report import Report

_HEADERS = ("0037", "0C1A", "0C1F", "5D01", "0E04", "0E03")  # subject, sender's name and addresses, to, copies
_NAMES = ("3707", "3704")  # of an attached file: long and short
_SENT, _RECEIVED = 0x0039, 0x0E06  # when, as the sender's program and the receiver's server say
_LONGEST = 32 << 20
_DEEPEST = 5  # letters within letters
_MOST_ATTACHED = 1_000
_BEGAN = datetime(1601, 1, 1, tzinfo=UTC)


def read_words(path: Path) -> Iterator[tuple[str, bool]]:
    """Words in the order in which people read them; with True, why something was not read. Raises olefile's errors."""
    import olefile

    with olefile.OleFileIO(str(path)) as container:
        yield from _letter(container, "", 0)


def read(path: Path, report: Report) -> None:
    """Fill the report. Raises olefile's errors."""
    import olefile

    report.tool = f"olefile {olefile.__version__}"
    with olefile.OleFileIO(str(path)) as container:
        for name, key in (("Subject", "0037"), ("From", "0C1A"), ("To", "0E04")):
            report.add(name, next((words[:300] for words, _ in _said(container, "", key)), None))
    if moment := sent_at(path):
        report.add("Sent", moment.isoformat())


def sent_at(path: Path) -> datetime | None:
    """When the letter was sent, else received, by the programs of those who did; None where it does not say."""
    import olefile

    with olefile.OleFileIO(str(path)) as container:
        known = _fixed(container)
    return known.get(_SENT) or known.get(_RECEIVED)


def _letter(container: Any, folder: str, deep: int) -> Iterator[tuple[str, bool]]:
    for name in _HEADERS:
        yield from _said(container, folder, name)
    yield from _body(container, folder)
    count = len(folder.split("/"))
    places = (parts for parts in container.listdir() if len(parts) > count)
    inside = {"/".join(parts[:count]) for parts in places if "/".join(parts[:count]).startswith(_attached(folder))}
    for place in sorted(inside)[:_MOST_ATTACHED]:
        names = [words for name in _NAMES for words in _said(container, f"{place}/", name)]
        yield from names[:1]
        within = f"{place}/__substg1.0_3701000D/"
        if container.exists(within.rstrip("/")):
            if deep < _DEEPEST:
                yield from _letter(container, within, deep + 1)
            else:
                yield "letters within letters are not read any deeper", True
    if len(inside) > _MOST_ATTACHED:
        yield f"more than {_MOST_ATTACHED} attached files", True


def _attached(folder: str) -> str:
    return f"{folder}__attach_version1.0_"


def _body(container: Any, folder: str) -> Iterator[tuple[str, bool]]:
    from preserve.ingest.extraction import rich_words

    said = list(_said(container, folder, "1000")) or list(_page(container, folder))
    yield from said
    if not said and (packed := _stream(container, f"{folder}__substg1.0_10090102")):
        try:
            words = "".join(rich_words.words_of(rich_words.unpacked(packed))).strip()
        except ValueError as error:
            yield f"its words are only there as rich text, which cannot be read: {error}", True
        else:
            if words:
                yield words, False


def _stream(container: Any, name: str) -> bytes:
    if not container.exists(name) or container.get_size(name) > _LONGEST:
        return b""
    with container.openstream(name) as opened:
        return bytes(opened.read())


def _fixed(container: Any) -> dict[int, datetime]:
    """The moments among the outermost letter's properties of fixed length: 16 bytes each, behind 32 of its head."""
    data = _stream(container, "__properties_version1.0")
    found: dict[int, datetime] = {}
    for place in range(32, len(data) - 15, 16):
        kind, number, _, value = struct.unpack_from("<HHIQ", data, place)
        if kind == 0x0040 and 0 < value < 10**18:  # tenths of microseconds; more is no year that people count
            found[number] = _BEGAN + timedelta(microseconds=value // 10)
    return found


def _said(container: Any, folder: str, name: str) -> Iterator[tuple[str, bool]]:
    """A property of text, in either of its two forms."""
    if wide := _stream(container, f"{folder}__substg1.0_{name}001F"):
        words = wide.decode("utf-16-le", "replace")
    else:
        words = encodings.decode(_stream(container, f"{folder}__substg1.0_{name}001E"))[0]
    words = words.replace("\0", "").strip()
    if words:
        yield words, False


def _page(container: Any, folder: str) -> Iterator[tuple[str, bool]]:
    """The words as a page of HTML, where there are no plain ones."""
    if raw := _stream(container, f"{folder}__substg1.0_10130102"):
        declared = re.search(rb"charset=[\"']?([\w-]+)", raw[:4096], re.IGNORECASE)
        words = encodings.decode(raw, declared[1].decode() if declared else "")[0]
        yield words if words.lstrip()[:5].lower() == "<html" else f"<html>{words}", False
    else:
        yield from _said(container, folder, "1013")
