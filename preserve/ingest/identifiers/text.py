"""What identifiers do not see as text: Chinese encodings, UTF-16, names that mean something else; and pages of HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable

from preserve.ingest.facts import Answer, Identification
from preserve.ingest.kinds import kind_of
from preserve.ingest.readers.encodings import encoding_of, is_text

NAME = "preserve-text"
_FIRM = ("container", "signature", "text")
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*)*(?:<!doctype\s+html\b|<html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_PAGE_NAMES = ("hypertext", "html", "mhtml")


def is_page(head: bytes) -> bool:
    """Whether a file begins as a page of HTML does."""
    start = head[:4096]
    if b"<" not in start:
        return False
    name, _ = encoding_of(start, whole=False)
    return bool(_PAGE.match(start.decode(name or "latin-1", "replace").removeprefix("\ufeff")))


def answers(head: bytes, others: Iterable[Answer]) -> tuple[Answer, ...]:
    """Our own answer where the other ones miss what the content shows, or none."""
    others = tuple(others)
    firm = [other for other in others if other.basis in _FIRM]
    if is_page(head):
        newest = [other for other in firm if other.identifier == "siegfried"] or firm
        known = any(word in other.name.lower() for other in newest for word in _PAGE_NAMES)
        return () if known else (_answer("fmt/96", "Hypertext Markup Language", "text/html", page=True),)
    if firm or any(_is_text_by_name(other) for other in others) or not is_text(head):
        return ()
    return (_answer("x-fmt/111", "Plain Text File", "text/plain", page=False),)


def _answer(puid: str, name: str, mime: str, *, page: bool) -> Answer:
    return Answer(NAME, "1", "content", puid, name, "", mime, "signature" if page else "text")


def _is_text_by_name(other: Answer) -> bool:
    """Whether an answer by extension says a kind of text, or a letter: that is narrower than ours."""
    if other.basis != "extension":
        return False
    return kind_of(Identification(other.puid, other.name, "", other.mime, "extension", ())) in ("text", "email")
