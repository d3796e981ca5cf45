"""Places and words of spreadsheets: names of cells and areas, what recalculates, codes of headers."""

from __future__ import annotations

import re
from dataclasses import dataclass

_VOLATILE = re.compile(
    r"\b(TODAY|NOW|RAND|RANDBETWEEN|RANDARRAY|RANDBETWEEN\.NV|RAND\.NV|OFFSET|INDIRECT|CELL|INFO|RTD|WEBSERVICE|FILTERXML|"
    r"HYPERLINK|CURRENT|SHEETS?|DDE|STOCKHISTORY|IMAGE)\s*\(",
    re.IGNORECASE,
)
_OTHER_FILE = re.compile(r"\[\d+\]|'?file://|'?https?://|\[[^\]]+\.(?:xls|ods|et)\w?\]", re.IGNORECASE)
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")


def what_recalculates(formula: str) -> str:
    """The first function in it whose result changes by itself; empty where there is none."""
    found = _VOLATILE.search(formula)
    return found[1].upper() if found else ""


def names_other_file(formula: str) -> bool:
    """Whether it takes a value from another file."""
    return bool(_OTHER_FILE.search(formula))


def number_of(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def letters_of(number: int) -> str:
    """A for 1."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Area:
    """Cells from one corner to the other, both in it."""

    left: int
    top: int
    right: int
    bottom: int

    def has(self, column: int, row: int) -> bool:
        """Whether a cell lies in it."""
        return self.left <= column <= self.right and self.top <= row <= self.bottom


def areas(words: str) -> list[Area]:
    """The areas that a print range names: `'公开'!$A$1:$B$9,…`, whole rows and columns too."""
    found = []
    for part in re.split(r"[,\s](?=(?:[^']*'[^']*')*[^']*$)", words):
        corners = part.rpartition("!")[2].rpartition("]")[2] if "!" in part else part
        first, _, last = corners.partition(":")
        begin, end = (_corner(word.rpartition(".")[2]) for word in (first, last or first))
        if begin and end:
            found.append(Area(begin[0] or 1, begin[1] or 1, end[0] or 1 << 20, end[1] or 1 << 24))
    return found


def _corner(word: str) -> tuple[int, int] | None:
    plain = word.replace("$", "").strip().strip("'")
    if found := _CELL.fullmatch(plain):
        return number_of(found[1]), int(found[2])
    if plain.isdigit():
        return 0, int(plain)
    if plain.isalpha() and len(plain) <= 3 and plain.isascii():
        return number_of(plain), 0
    return None


def place_of(cell: str) -> tuple[int, int]:
    """Column and row of `B12`; zeros where it is no cell."""
    found = _CELL.fullmatch(cell)
    return (number_of(found[1]), int(found[2])) if found else (0, 0)


def ranges(numbers: list[int], *, letters: bool = False) -> str:
    """`2-4, 9` for 2, 3, 4, 9."""
    said: list[str] = []
    start = last = 0
    for number in [*sorted(set(numbers)), 0]:
        if start and number == last + 1:
            last = number
            continue
        if start:
            names = [letters_of(end) if letters else str(end) for end in (start, last)]
            said.append(names[0] if start == last else "-".join(names))
        start = last = number
    return ", ".join(said[:8]) + (", …" if len(said) > 8 else "")


_HEADER_CODE = re.compile(r"&&|&([DTFZdtfz])")


def held_header(text: str) -> tuple[str, list[str]]:
    """A header in which the day, the time and the file's name are shown as their codes; and which codes those were."""
    codes: list[str] = []

    def hold(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0]
        codes.append("&" + found[1].upper())
        return "&&" + found[1]

    return _HEADER_CODE.sub(hold, text), codes


def is_on(word: str | None) -> bool:
    """Whether a switch of Office Open XML is on."""
    return (word or "").lower() in ("1", "true", "on")


def is_nothing(size: str | None) -> bool:
    """Whether a height or width is given and is none."""
    try:
        return bool(size) and float(size or "1") == 0
    except ValueError:
        return False
