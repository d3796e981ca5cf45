"""Which file of a bag a manifest's line means: as RFC 8493 and the older versions say, else the single one it can mean.

A reading that the standard does not know is taken only where the file is there under it and under no stricter one;
what its bytes must be is compared all the same, so a tolerant reading can accept no other content.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from metadata.bag import decode_path
from metadata.names import text_of

DOTS, BACKSLASH, PERCENT, FORM, CASE, BLANKS = "dots", "backslash", "percent", "form", "case", "blanks"
"""How a name stood otherwise than it should: `./`, back slashes, `%` read the other way, NFC or bytes, upper case,
blanks behind it."""

_EMPTY_PARTS = re.compile(r"(?:(?<=/)|^)(?:\.?/)+")
_BARE = re.compile(r"%(?!0[AaDd]|25)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OUTSIDE = re.compile(r"^(/|~|[A-Za-z]:)|(^|/)\.\.(/|$)|\x00")


@dataclass(frozen=True, slots=True)
class Meant:
    """The file that a line means, or the path it names where there is none; and how else it stood (see above).

    `other` is a second file that it could mean by the other reading of `%`.
    """

    path: str
    ways: tuple[str, ...] = ()
    there: bool = True
    other: str = ""


def leads_out(raw: str) -> bool:
    """Whether a path leads out of the bag on any system: `..`, a root, a home, a drive, a share."""
    return any(_OUTSIDE.search(path.replace("\\", "/")) for path in {raw, _tidy(raw), _tidy(decode_path(raw))})


def _tidy(path: str) -> str:
    """Without `.` and empty parts."""
    return _EMPTY_PARTS.sub("", path) if "./" in path or "//" in path else path


def name_key(path: str) -> str:
    """What is the same for all spellings of one name: NFC, and text where it is bytes of another encoding."""
    if path.isascii():
        return path
    if _SURROGATE.search(path):
        path = text_of(path.encode("utf-8", "surrogateescape"))
    return unicodedata.normalize("NFC", path)


def case_key(path: str) -> str:
    """As `name_key`, and the same whatever the case."""
    return unicodedata.normalize("NFC", name_key(path).casefold())


class Names:
    """The files of a bag by their names; spellings are gathered only once one is asked for that is not there."""

    def __init__(self, files: Collection[str], version: str) -> None:
        self._files = files
        self._old = version not in ("", "1.0")
        self._by_form: dict[str, list[str]] | None = None
        self._by_case: dict[str, list[str]] | None = None

    def meant(self, raw: str) -> Meant:
        """The file that a manifest's path, as it stands there, means."""
        if raw in self._files and "%" not in raw:
            return Meant(raw)
        readings = self._readings(raw)
        there = [(_tidy(path), ways) for path, ways in readings if _tidy(path) in self._files]
        if there:
            path, ways = there[0]
            other = there[1][0] if len(there) > 1 else ""
            return Meant(path, self._ways(raw, path, ways), other=other)
        for path, ways in readings:
            if "\\" in path and (turned := _tidy(path.replace("\\", "/"))) in self._files:
                return Meant(turned, (*ways, BACKSLASH))
        for path, ways in readings:
            turned = _tidy(path.replace("\\", "/"))
            if found := self._only(turned):
                return Meant(found[0], (*ways, *((BACKSLASH,) if "\\" in path else ()), found[1]))
        if raw != (trimmed := raw.rstrip(" \t")) and (meant := self.meant(trimmed)).there:
            return Meant(meant.path, (*meant.ways, BLANKS), other=meant.other)
        path = readings[0][0]
        return Meant(_tidy(path), there=False)

    def _readings(self, raw: str) -> list[tuple[str, tuple[str, ...]]]:
        """`%` as this version has it, then the other way: 1.0 encodes, the versions before do not."""
        decoded = decode_path(raw) if "%" in raw else raw
        if decoded == raw:
            return [(raw, ())]
        return [(raw, ()), (decoded, (PERCENT,))] if self._old else [(decoded, ()), (raw, (PERCENT,))]

    def _ways(self, raw: str, path: str, ways: tuple[str, ...]) -> tuple[str, ...]:
        bare = not self._old and "%" in raw and _BARE.search(raw) and not ways
        dots = len(path) < len(raw) and ("./" in raw or "//" in raw)
        return (*ways, *((PERCENT,) if bare else ()), *((DOTS,) if dots else ()))

    def _only(self, path: str) -> tuple[str, str] | None:
        """The single file of that name in another form, or else in another case."""
        if self._by_form is None:
            self._by_form = _gathered((name_key(name), name) for name in self._files)
        alike = self._by_form.get(name_key(path), [])
        if alike:
            return (alike[0], FORM) if len(alike) == 1 else None
        if self._by_case is None:
            self._by_case = _gathered((case_key(name), name) for name in self._files)
        alike = self._by_case.get(case_key(path), [])
        return (alike[0], CASE) if len(alike) == 1 else None


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for key, name in pairs:
        gathered.setdefault(key, []).append(name)
    return gathered
