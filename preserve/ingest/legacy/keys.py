"""Numbers of cases and archival numbers in a form for comparing; what somebody wrote stays as it was written."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_BRACKETS = str.maketrans({**dict.fromkeys("〔［【〖(（{〈《[", "["), **dict.fromkeys("〕］】〗)）}〉》]", "]")})
_DASHES = str.maketrans({**dict.fromkeys("—–－‐‑‒−﹣_", "-"), **dict.fromkeys("•．・‧∙･", "·")})
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_YEAR_IN_WORDS = re.compile(r"\[([〇零○一二三四五六七八九]{4})\]")
_NUMBER = re.compile(r"^(?P<head>.*?)\[(?P<year>(?:19|20)\d\d)年?\](?:第|字)*0*(?P<number>\d{1,9})(?P<rest>.*)$")
_BARE = re.compile(
    r"^(?P<head>.*?[^\d\[])(?P<year>(?:19|20)\d\d)(?:年第?|第|字第?|-)0*(?P<number>\d{1,9})(?P<rest>(?:[-之]\d+)?号?)$"
)
_IN_A_NAME = re.compile(
    r"[\u4e00-\u9fffA-Za-z]{0,24}\[\d{4}年?\](?:第|字)*\d{1,9}(?:[-之]\d{1,3}(?=号))?号?"
    r"|[\u4e00-\u9fff]{1,24}(?:19|20)\d\d(?:年第?|第|字第?)\d{1,9}号?"
)
_ARCHIVAL = re.compile(r"[A-Z]\d{3}(?:-[^-\s,，;；()（）/\\]{1,40}){0,5}-[0-9A-Z·]{1,20}")
_ZEROS = re.compile(r"(?<![0-9A-Z])0+(?=\d)")
_NO_WORD = re.compile(r"[\W_]+")
_MAY_HOLD_YEAR = re.compile(r"[\d〇零○一二三四五六七八九]{4}")
_MAY_BE_ARCHIVAL = re.compile(r"\d\s*[-—–－‐‑‒−﹣_·•．・]")
LONGEST = 400
"""So much of a cell or a name is looked at."""


class CaseNumber(NamedTuple):
    """The parts of a case number: what stands before its year, the year, the number within it, what follows."""

    head: str
    year: str
    number: str
    rest: str = ""

    @property
    def key(self) -> str:
        """All of it in one text."""
        return f"{self.head}[{self.year}]{self.number}{self.rest}"


def _plain(text: str) -> str:
    """One width of letters, no blanks, one kind of brackets and dashes."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST].translate(_BRACKETS).translate(_DASHES))
    plain = "".join(plain.split()).translate(_BRACKETS).translate(_DASHES).upper()
    return _YEAR_IN_WORDS.sub(lambda found: f"[{found[1].translate(_NUMERALS)}]", plain)


def case_number(text: str) -> CaseNumber | None:
    """A number with a year in brackets, or set off by words: 文罚字〔2019〕第012号. None for any other."""
    found = _NUMBER.match(plain := _plain(text)) or _BARE.match(plain)
    if found is None:
        return None
    rest = found["rest"].removesuffix("号").replace("之", "-")
    return CaseNumber(found["head"].removesuffix("第"), found["year"], found["number"], rest)


def case_key(text: str) -> str:
    """A case number for comparing: brackets, widths, blanks, zeros in front and 第…号 make no difference."""
    number = case_number(text)
    return number.key if number else _plain(text).removesuffix("号")


def numbers_in(name: str) -> list[CaseNumber]:
    """The case numbers that the name of a folder or file holds, however many signs stand before them."""
    if not _MAY_HOLD_YEAR.search(name):
        return []
    found = (case_number(one[0]) for one in _IN_A_NAME.finditer(_plain(name)))
    return [one for one in found if one is not None]


def archival_key(text: str) -> str:
    """An archival number (档号) for comparing: signs between and within levels as DA/T 13 has them."""
    return _plain(text).strip("-·")


def loose_archival_key(text: str) -> str:
    """The same where zeros in front of a level make no difference: `J019-3-12` for `J019-003-0012`."""
    return _ZEROS.sub("", archival_key(text))


def may_be_archival(name: str) -> bool:
    """Whether it is worth looking for an archival number in a name."""
    return _MAY_BE_ARCHIVAL.search(name) is not None


def archival_in(name: str) -> list[str]:
    """The archival numbers that a name holds, for comparing."""
    spaced = unicodedata.normalize("NFKC", name[:LONGEST]).translate(_DASHES).upper()
    return [archival_key(one) for one in _ARCHIVAL.findall(spaced)]


def heading_key(text: str) -> str:
    """A heading for comparing: without blanks, marks, and what stands in brackets behind it."""
    plain = "".join(unicodedata.normalize("NFKC", text[:LONGEST]).split()).casefold()
    return re.sub(r"\([^()]*\)$", "", plain).strip(":*、.·/-")


def words_key(text: str) -> str:
    """A name or title for comparing: letters and digits alone."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text[:LONGEST]).casefold())
