"""Where things lie in an E-ARK information package inside a bag (CSIP 2.2, AIP 2.2), and how they are referred to."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from urllib.parse import quote

METS = "METS.xml"
PREMIS = "metadata/preservation/premis.xml"
DUBLIN_CORE = "metadata/descriptive/dc.xml"
CASE = "metadata/descriptive/case.json"
TEXT = "metadata/other/text.jsonl"
REPRESENTATIONS = ("original", "preservation", "access")
BAG_PROFILE = "https://preserve-archive.example/profiles/bag-1.json"

OBJID = re.compile(r"^aip-[0-9a-hjkmnp-tv-z]{26}$")
"""`aip-` and a ULID in lower case: safe as a file name everywhere and sorted by time."""

_SAFE = "/-_.~!$'()*,;=@"
_UNSAFE = re.compile(f"[^0-9A-Za-z{re.escape(_SAFE)}]+")


def encode_href(path: str) -> str:
    """A relative path as xlink:href: UTF-8 percent-encoded, `+` too, since some readers take it for a space."""
    return _UNSAFE.sub(_encoded, path)


def _encoded(found: re.Match[str]) -> str:
    return (_often_escaped if len(found[0]) < _LONG_WORD else quote)(found[0])


_often_escaped = lru_cache(1 << 10)(quote)  # as with `_often`: some words stand in every name of a case


def decode_href(href: str) -> str:
    """The path that a relative href names. Raises UnicodeDecodeError."""
    return _ESCAPED.sub(_decoded, href.removeprefix("./"))


# A word at once costs half of what `unquote` takes, and some words stand in every name of a case.
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def _word(escaped: str) -> str:
    return bytes.fromhex(escaped.replace("%", "")).decode()


_often = lru_cache(1 << 10)(_word)
_LONG_WORD = 256  # only short ones are kept: a hostile href may be as long as it likes


def _decoded(found: re.Match[str]) -> str:
    return (_often if len(found[0]) < _LONG_WORD else _word)(found[0])


_REFUSED = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:|/)|%(?![0-9A-Fa-f]{2})|[?#\\]")


def target_of(base: str, href: str) -> str | None:
    """The path in the package that an href names, or None when it leads out of it or cannot be decoded."""
    if _REFUSED.search(href):
        return None
    try:
        path = decode_href(href)
    except UnicodeDecodeError:
        return None
    if "\x00" in path or path.startswith("/") or "\\" in path or ".." in path.split("/"):
        return None
    return posixpath.normpath(base + path)
