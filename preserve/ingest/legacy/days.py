"""Days as old lists write them: whole, by month, by year, from one to another; what is none is said to be none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from preserve.description.fixed_values import FIRST_YEAR, LAST_YEAR
from preserve.description.moments import day_of, iso

_MONTH = re.compile(r"^(\d{4})\s*[年./\-]\s*(\d{1,2})\s*月?(?:份)?$|^((?:19|20)\d\d)(0[1-9]|1[0-2])$")
_YEAR = re.compile(r"^(\d{4})\s*年?\s*(?:度)?$")
_BETWEEN = re.compile(r"\s*(?:至|到|~|～|—+|–|―|－－)\s*")
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_YEAR_IN_WORDS = re.compile(r"^([〇零○一二三四五六七八九]{4})年")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class Known(NamedTuple):
    """What is known of a day: `2019-03-05`, `2019-03`, `2019`."""

    text: str

    @property
    def whole(self) -> bool:
        """Whether that is a day."""
        return len(self.text) == 10


def known_day(text: str) -> Known | None:
    """A day, month or year; None for what is none, or lies outside the years of a case."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = _YEAR_IN_WORDS.sub(lambda found: found[1].translate(_NUMERALS) + "年", plain) if len(plain) < 8 else plain
    written = day_of(iso(plain)) or ""
    for candidate in (written, *_parts(plain)):
        if _is_day(candidate):
            return Known(candidate)
    return None


def _parts(plain: str) -> Iterator[str]:
    if found := _MONTH.match(plain):
        year, month = (found[1], found[2]) if found[1] else (found[3], found[4])
        yield f"{year}-{int(month):02}"
    if found := _YEAR.match(plain):
        yield found[1]


def _is_day(text: str) -> bool:
    try:
        day = date.fromisoformat({4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text))
    except ValueError:
        return False
    return len(text) in (4, 7, 10) and FIRST_YEAR <= day.year <= LAST_YEAR


def known_span(text: str) -> tuple[Known | None, Known] | None:
    """From one day to another; of one day alone it is the last. None for what is neither."""
    if (one := known_day(text)) is not None:
        return None, one
    plain = unicodedata.normalize("NFKC", text).strip()
    for first, last in _halves(plain):
        begun = known_day(first)
        ended = known_day(last) or (known_day(f"{begun.text[:4]}.{last}") if begun else None)
        if begun and ended and begun.text[: len(ended.text)] <= ended.text:
            return begun, ended
    return None


def _halves(plain: str) -> Iterator[tuple[str, str]]:
    pieces = _BETWEEN.split(plain)
    if len(pieces) == 2:
        yield pieces[0], pieces[1]
    for place, sign in enumerate(plain[:60]):
        if sign in "-/":
            yield plain[:place].strip(), plain[place + 1 :].strip()


def month_of_cell(value: Any, number_format: str) -> str:
    """The month of a cell that shows no day: the first of it was typed by the spreadsheet and by nobody else."""
    if not isinstance(value, (date, datetime)):
        return ""
    shown = _QUOTED.sub("", number_format).lower()
    return f"{value.year:04}-{value.month:02}" if "y" in shown and "d" not in shown else ""
