"""Number plates in lines of text: a pattern, no model of its own (GA 36-2018; cars, new-energy, police, trailers)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from preserve.machine_reading.numbers import Found, plain

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_DOT = r"[ ·.•\-]?"
_PLATE = re.compile(
    rf"[{_PROVINCES}]{_DOT}[A-HJ-NP-Z]{_DOT}(?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳领使]|[A-HJ-NP-Z0-9]{{6}})(?![A-Z0-9])"
)
# The province's character is the first that is lost on a small or dirty plate; then the line is nothing else.
_WITHOUT_PROVINCE = re.compile(rf"[\u4e00-\u9fff]?[A-HJ-NP-Z]{_DOT}([A-HJ-NP-Z0-9]{{5,6}})")


def plates_in(text: str) -> Iterator[Found]:
    """Plates in a line of text: `sure` where the whole pattern is there."""
    line = plain(text).upper()[:1000]
    if len(line) != len(text[:1000]):
        return  # a letter whose capital is two: no plate has one
    whole = list(_PLATE.finditer(line))
    for match in whole:
        yield Found("plate", match.start(), match.end(), True)
    bare = line.strip()
    if not whole and (all_of_it := _WITHOUT_PROVINCE.fullmatch(bare)) and sum(map(str.isdigit, all_of_it[1])) >= 3:
        yield Found("plate", 0, len(line))
