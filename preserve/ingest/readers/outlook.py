"""Letters as Outlook saves them ([MS-OXMSG]): headers, words and names of what is attached, from their streams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from preserve.ingest.readers import encodings

_HEADERS = ("0037", "0C1A", "0C1F", "5D01", "0E04", "0E03")  # subject, sender's name and addresses, to, copies
_NAMES = ("3707", "3704")  # of an attached file: long and short
_LONGEST = 32 << 20


def read_words(path: Path) -> Iterator[tuple[str, bool]]:
    """Words in the order in which people read them; with True, why something was not read. Raises olefile's errors."""
    import olefile

    with olefile.OleFileIO(str(path)) as container:
        for name in _HEADERS:
            yield from _said(container, "", name)
        body = list(_said(container, "", "1000"))
        yield from body or _page(container)
        if not body and _exists(container, "__substg1.0_10090102") and not _exists(container, "__substg1.0_10130102"):
            yield "its words are only there as compressed rich text, which is not read", True
        folders = {"/".join(parts[:1]) for parts in container.listdir() if parts[0].startswith("__attach_version1.0_")}
        for folder in sorted(folders):
            names = [words for name in _NAMES for words in _said(container, f"{folder}/", name)]
            yield from names[:1]
            if container.exists(f"{folder}/__substg1.0_3701000D"):
                yield from _said(container, f"{folder}/__substg1.0_3701000D/", "0037")
                yield "a letter attached to it is read by its subject only", True


def _exists(container: Any, name: str) -> bool:
    return bool(container.exists(name))


def _stream(container: Any, name: str) -> bytes:
    if not container.exists(name) or container.get_size(name) > _LONGEST:
        return b""
    with container.openstream(name) as opened:
        return bytes(opened.read())


def _said(container: Any, folder: str, name: str) -> Iterator[tuple[str, bool]]:
    """A property of text, in either of its two forms."""
    if wide := _stream(container, f"{folder}__substg1.0_{name}001F"):
        words = wide.decode("utf-16-le", "replace")
    else:
        words = encodings.decode(_stream(container, f"{folder}__substg1.0_{name}001E"))[0]
    words = words.replace("\0", "").strip()
    if words:
        yield words, False


def _page(container: Any) -> Iterator[tuple[str, bool]]:
    """The words as a page of HTML, where there are no plain ones."""
    if raw := _stream(container, "__substg1.0_10130102"):
        declared = re.search(rb"charset=[\"']?([\w-]+)", raw[:4096], re.IGNORECASE)
        words = encodings.decode(raw, declared[1].decode() if declared else "")[0]
        yield words if words.lstrip()[:5].lower() == "<html" else f"<html>{words}", False
    else:
        yield from _said(container, "", "1013")
