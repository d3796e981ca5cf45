"""In which forms a deposit's names are written, where that is not UTF-8 in NFC with `/`: told once for each form."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from metadata.findings import Finding, Severity
from metadata.identity import is_plain, is_text, readable
from preserve.ingest.sources import Entry

_CODES: dict[str, tuple[str, Severity]] = {
    "backslashes": ("sip.names-backslashes", "note"),
    "backslash": ("sip.names-backslash", "note"),
    "blanks": ("sip.names-blanks", "note"),
    "decomposed": ("sip.names-decomposed", "note"),
    "gb18030": ("sip.names-gb18030", "note"),
    "unread": ("sip.names-unread", "warning"),
}


def forms(entries: Iterable[Entry], prefix: str) -> Iterator[Finding]:
    """A note for each form that occurs, with how many names have it and the first of them as it was read."""
    counts: dict[str, int] = {}
    first: dict[str, str] = {}
    for entry in entries:
        path = entry.path.removeprefix(prefix)
        for form in _forms(path, entry.read_as):
            counts[form] = counts.get(form, 0) + 1
            first.setdefault(form, readable(path))
    for form in sorted(counts):
        values: dict[str, str | int] = {"count": counts[form], "name": first[form]}
        code, severity = _CODES[form]
        yield Finding(code, "", severity, values)


def _forms(path: str, read_as: tuple[str, ...]) -> Iterator[str]:
    yield from read_as
    if is_plain(path):
        return
    name = readable(path)
    unread = not is_text(path) and any(map(_is_unread, path.split("/")))
    if not is_text(path):
        yield "unread" if unread else "gb18030"
    elif unicodedata.normalize("NFC", path) != path:
        yield "decomposed"
    if "\\" in name:
        yield "backslash"
    if any(part != part.strip() for part in name.split("/")):
        yield "blanks"


def _is_unread(part: str) -> bool:
    """Whether a part is in neither encoding, so that its bytes had to be written out."""
    return not is_text(part) and "[0x" in readable(part)
