"""Text from people made safe to show: what is invisible, steers a reader or has no shape becomes its code point."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_PLAIN = re.compile(r"[ -~\u3001-\u3011\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uff01-\uff5e]*")
"""What every reader shows as it is; the fonts of `preserve.typesetting` are held to that by a test."""
_SEEN = re.compile(
    r"[ -~\u00b7\u00d7\u2014\u2018\u2019\u201c\u201d\u2026\u2460-\u2473\u3001-\u3011\u3014\u3015"
    r"\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uff01-\uff5e]*"
)
"""What stays as it is where fonts are not asked: most texts are nothing else, and a page has a thousand of them."""

_BLANKS = "\u00a0\u3000"
# They choose the shape of the Mongolian letter before them (Unicode 13.5), and are nothing anywhere else.
_MONGOLIAN = frozenset("\u180b\u180c\u180d\u180e\u180f\u202f")
# They have no shape of their own although Unicode counts them among letters, marks and symbols.
_SHAPELESS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u2800\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef\ufffc]"
)
_HAN_PLANES = range(0x20000, 0x3FFFE)  # kept for ideographs: a newer standard may know one that this Python does not
_MOST_MARKS = 8  # on one letter: more than any script writes, and piled up they would cover the lines around

Shows = Callable[[str], bool]
"""Whether a letter with its marks can be shown, all of it."""


def code_point(character: str) -> str:
    """`[U+202E]`; of a byte that stands in a name without being text (PEP 383), `[0xFF]`."""
    number = ord(character)
    return f"[0x{number - 0xDC00:02X}]" if 0xDC80 <= number <= 0xDCFF else f"[U+{number:04X}]"


def visible(text: str, *, keep: str = "", shows: Shows | None = None) -> str:
    """The text with everything replaced by its code point that could not be seen as what it is.

    That is: controls (also newlines and tabs, but for those in `keep`), marks of direction, characters of format,
    separators of lines, lone surrogates, private and unassigned code points, blanks of odd widths, and marks that
    stand on nothing. With `shows` (what fonts have) also what that denies. The answer is a fixed point: made visible
    again, it stays as it is.
    """
    if (_SEEN if shows is None else _PLAIN).fullmatch(text):
        return text
    made: list[str] = []
    place, end = 0, len(text)
    while place < end:
        # A plain letter stands as it is, but for the last of a run: a mark may follow it.
        run = _PLAIN.match(text, place)
        if run is not None and run.end() - place > 1:
            made.append(text[place : run.end() - 1])
            place = run.end() - 1
        first = text[place]
        place += 1
        if first in keep:
            made.append(first)
            continue
        before = place
        while place < end and _joins(text[place - 1], text[place]):
            place += 1
        made.append(_shown(first, text[before:place], shows))
    return "".join(made)


def one_line(text: str, *, shows: Shows | None = None) -> str:
    """The same, on one line: runs of blanks and ends of lines become one blank each."""
    return visible(re.sub(r"[ \t\r\n]+", " ", text).strip(), shows=shows)


def is_visible(character: str) -> bool:
    """Whether a character, alone, is one that people can see, or a plain blank."""
    if character in " " + _BLANKS:
        return True
    if _SHAPELESS.fullmatch(character):
        return False
    kind = unicodedata.category(character)
    if kind == "Cn":
        return ord(character) in _HAN_PLANES and ord(character) & 0xFFFE != 0xFFFE
    return kind[0] not in "CZ"


def _shown(first: str, marks: str, shows: Shows | None) -> str:
    """A letter with the marks on it; whole where it can be, else each part for itself."""
    alone = unicodedata.category(first)[0] == "M"
    if alone or not is_visible(first) or (shows is not None and not shows(first)):
        return "".join(map(code_point, first + marks))
    if first == " " or first in _BLANKS:
        return first + "".join(map(code_point, marks))
    kept = ""
    for number, mark in enumerate(marks):
        fits = is_visible(mark) or (mark in _MONGOLIAN and "\u1800" <= first <= "\u18aa")
        if not fits or number >= _MOST_MARKS or (shows is not None and not shows(first + kept + mark)):
            return first + kept + "".join(map(code_point, marks[number:]))
        kept += mark
    return first + kept


def _joins(before: str, character: str) -> bool:
    """Whether it is drawn together with what stands before it (Unicode Annex 29, as shapers of text see it)."""
    if character < "\u0300":
        return False
    if character in _MONGOLIAN or unicodedata.category(character)[0] == "M":
        return True
    number = ord(character)
    if 0x1F1E6 <= number <= 0x1F1FF:  # two of them are a flag
        return 0x1F1E6 <= ord(before) <= 0x1F1FF
    return character in "\uff9e\uff9f" or 0x1F3FB <= number <= 0x1F3FF
