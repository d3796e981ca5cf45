"""The redaction plan: what an examiner wants taken out of which file, why, and by which article."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from metadata.findings import Finding
from preserve.errors import Refused
from preserve.profiles import line_of
from preserve.visible_text import visible

What = Literal["box", "pages", "lines", "blur", "mute", "blur-mute"]
Unit = Literal["mm", "%"]
Found = Literal["identity-number", "telephone", "bank-card", "address", "name", "plate", "face", "voice"]
FOUND: tuple[Found, ...] = get_args(Found)
"""What a machine may have found there; a row that says so was drafted by one, and counts when a person confirmed it."""

CONFIRMED = ("yes", "changed")
_LARGEST = 1 << 20  # bytes of a plan
_MOST_PAGES = 100_000
_LONGEST_NAME = 120
# What each kind of redaction must say beside object, reason and article; and what it may.
_MUST: dict[str, tuple[str, ...]] = {
    "box": (),
    "pages": ("pages",),
    "lines": ("lines",),
    "blur": ("from", "to"),
    "mute": ("from", "to"),
    "blur-mute": ("from", "to"),
}
_PLACE = ("left", "top", "width", "height")
_MAY: dict[str, tuple[str, ...]] = {
    "box": ("pages", *_PLACE, "unit", "from", "to"),
    "blur": (*_PLACE, "unit"),
    "blur-mute": (*_PLACE, "unit"),
}
_TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:\.\d{1,6})?)|(\d{1,7}(?:\.\d{1,6})?)")
_RANGE = re.compile(r"(\d{1,6})(?:\s*[-–—~至]\s*(\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle from the top left as one sees it, in mm or in per cent of width and height."""

    left: float
    top: float
    width: float
    height: float
    unit: Unit

    def pixels(self, width: int, height: int, per_mm: float) -> tuple[int, int, int, int] | None:
        """Left, top, right, bottom (exclusive) in a picture of that size, outward; None where it lies outside."""
        across, down = (per_mm, per_mm) if self.unit == "mm" else (width / 100, height / 100)
        left, top = math.floor(self.left * across), math.floor(self.top * down)
        right = math.ceil((self.left + self.width) * across)
        bottom = math.ceil((self.top + self.height) * down)
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
        return (left, top, right, bottom) if left < right and top < bottom else None


@dataclass(frozen=True, slots=True)
class Redaction:
    """One thing to take out. Pages and lines are counted from 1, ranges in seconds of the whole recording.

    `pages` is empty where every page is meant; `place` is where the plan says it, for messages; `name` is the one under
    which the file is given. `found` is what a machine that drafted it took it for, and `changed` says that the person
    who confirmed it moved it.
    """

    object: str
    what: What
    reason: str
    article: str
    place: str
    pages: tuple[tuple[int, int], ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    box: Box | None = None
    begin: float | None = None
    end: float | None = None
    name: str = ""
    found: str = ""
    changed: bool = False

    def covers_page(self, page: int) -> bool:
        """Whether it is about that page."""
        return not self.pages or any(first <= page <= last for first, last in self.pages)


def read_plan(path: Path) -> tuple[Redaction, ...]:
    """Read a plan, TOML or a workbook. Raises Refused with every mistake at once, each with file and line or cell."""
    try:
        if path.stat().st_size > _LARGEST:
            raise Refused("redaction.plan-unreadable", str(path), reason=f"> {_LARGEST}")
        content = path.read_bytes()
        if path.suffix.lower() == ".xlsx":
            from preserve.access.redaction.workbook import read_workbook

            return read_workbook(path, content)
        text = content.decode("utf-8-sig")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise Refused("redaction.plan-unreadable", str(path), reason=str(error)) from error
    rows = data.get("redaction", [])
    stray = [
        Finding("redaction.key-unknown", f"{path.name}:{line_of(text, (key,))}", "refuse", {"key": key})
        for key in data
        if key != "redaction"
    ]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        rows = []

    def place(number: int, key: str) -> str:
        return f"{path.name}:{line_of(text, ('redaction', number, key))}"

    return plan_of(rows, place, path, stray)


def plan_of(
    rows: list[dict[str, Any]], place: Callable[[int, str], str], path: Path, before: list[Finding]
) -> tuple[Redaction, ...]:
    """A plan out of its rows; `place` says where a row and key stand. Raises Refused with every mistake at once."""
    redactions: list[Redaction] = []
    mistakes = list(before)
    for number, row in enumerate(rows):
        row_mistakes: list[Finding] = []
        made = _redaction(row, lambda key, number=number: place(number, key), row_mistakes)  # type: ignore[misc]
        mistakes += row_mistakes
        if made is not None and not row_mistakes:
            redactions.append(made)
    named: dict[str, Redaction] = {}
    for one in redactions:
        if one.name and named.setdefault(one.object, one).name != one.name:
            other = named[one.object].name
            mistakes.append(Finding("redaction.name-differs", one.place, "refuse", {"name": one.name, "other": other}))
    if not rows and not mistakes:
        mistakes.append(Finding("redaction.plan-empty", path.name, "refuse"))
    if mistakes:
        raise Refused("redaction.plan-wrong", str(path), findings=mistakes, count=len(mistakes))
    return tuple(redactions)


def _redaction(row: Mapping[str, Any], where: Callable[[str], str], mistakes: list[Finding]) -> Redaction | None:
    def wrong(code: str, key: str, **values: str) -> None:
        mistakes.append(Finding(code, where(key), "refuse", {"key": key, **values}))

    what = str(row.get("what", "")).strip()
    if what not in _MUST:
        wrong(
            "redaction.value-wrong" if what else "redaction.key-missing", "what", written=what, wanted=" ".join(_MUST)
        )
        return None
    may = {"object", "what", "reason", "article", "name", "found", "confirmed", *_MUST[what], *_MAY.get(what, ())}
    for key in row:
        if key not in may:
            wrong("redaction.key-unknown", str(key))
    must = ["object", "reason", "article", *_MUST[what]]
    placed = [key for key in _PLACE if key in row]
    timed = [key for key in ("from", "to") if key in row]
    if placed or (what == "box" and not timed):
        must += _PLACE
    if timed:
        must += ["from", "to"]
    for key in dict.fromkeys(must):
        if not str(row.get(key, "")).strip():
            wrong("redaction.key-missing", key)
    values: dict[str, Any] = {}
    for key, (read, wanted) in _READERS.items():
        if key in row and key in may and str(row[key]).strip():
            try:
                values[key] = read(row[key])
            except (ValueError, TypeError, OverflowError):
                wrong("redaction.value-wrong", key, written=str(row[key])[:100], wanted=wanted)
    confirmed = values.get("confirmed", "no" if "found" in values else "yes")
    if confirmed not in CONFIRMED:
        wrong("redaction.unconfirmed", "confirmed")
    if mistakes:
        return None
    if "to" in values and values["to"] <= values["from"]:
        wrong("redaction.value-wrong", "to", written=str(row["to"]), wanted=f"> {row['from']}")
        return None
    left, top, width, height = (values.get(key, 0.0) for key in _PLACE)
    box = Box(left, top, width, height, values.get("unit", "mm")) if placed else None
    return Redaction(
        object=str(row["object"]).strip(),
        what=what,  # type: ignore[arg-type]
        reason=str(row["reason"]).strip(),
        article=str(row["article"]).strip(),
        place=where("object"),
        pages=values.get("pages", ()),
        lines=values.get("lines", ()),
        box=box,
        begin=values.get("from"),
        end=values.get("to"),
        name=values.get("name", ""),
        found=values.get("found", ""),
        changed=confirmed == "changed",
    )


def seconds(written: Any) -> float:
    """`1:23`, `0:01:23.5` or `83.5` as seconds. Raises ValueError."""
    if isinstance(written, bool):
        raise ValueError(written)
    match = _TIME.fullmatch(str(written).strip().replace("：", ":"))
    if not match:
        raise ValueError(written)
    if match[4]:
        return float(match[4])
    if float(match[3]) >= 60 or (match[1] and int(match[2]) >= 60):
        raise ValueError(written)
    return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3])


def ranges(written: Any) -> tuple[tuple[int, int], ...]:
    """`3-5, 8` as ranges with both ends in them. Raises ValueError."""
    if isinstance(written, bool):
        raise ValueError(written)
    return tuple(_ranges(str(written)))


def _ranges(text: str) -> Iterator[tuple[int, int]]:
    for part in re.split(r"[,，、;；]", text):
        match = _RANGE.fullmatch(part.strip())
        if not match:
            raise ValueError(part)
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= _MOST_PAGES * 10:
            raise ValueError(part)
        yield first, last


def _number(least: float, strictly: bool) -> Callable[[Any], float]:
    def read(written: Any) -> float:
        if isinstance(written, bool):
            raise ValueError(written)
        value = float(written)
        if not math.isfinite(value) or value > 100_000 or value < least or (strictly and value == least):
            raise ValueError(written)
        return value

    return read


def _unit(written: Any) -> Unit:
    text = str(written).strip().lower().replace("％", "%").replace("毫米", "mm")
    if text == "mm":
        return "mm"
    if text == "%":
        return "%"
    raise ValueError(written)


def _name(written: Any) -> str:
    """A name, or a path below the delivery, that a person can read; where it may lie, the package decides."""
    text = unicodedata.normalize("NFC", str(written).strip())
    parts = text.split("/")
    if len(text) > _LONGEST_NAME or visible(text) != text or any(part.strip(" .") == "" for part in parts):
        raise ValueError(written)
    return text


def _one_of(words: Mapping[str, str]) -> Callable[[Any], str]:
    def read(written: Any) -> str:
        word = str(written).strip().lower()
        if isinstance(written, bool) or word not in words:
            raise ValueError(written)
        return words[word]

    return read


_ANSWERS = {"yes": "yes", "no": "no", "changed": "changed", "是": "yes", "否": "no", "改": "changed"}
_SOMEWHERE, _SOME = _number(-100_000, False), _number(0, True)
_READERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "pages": (ranges, "3-5, 8"),
    "lines": (ranges, "12-15"),
    "left": (_SOMEWHERE, "20"),
    "top": (_SOMEWHERE, "35.5"),
    "width": (_SOME, "> 0"),
    "height": (_SOME, "> 0"),
    "unit": (_unit, "mm, %"),
    "from": (seconds, "0:01:10.5"),
    "to": (seconds, "0:02:00"),
    "name": (_name, "笔录（证人）"),
    "found": (_one_of({word: word for word in FOUND}), " ".join(FOUND)),
    "confirmed": (_one_of(_ANSWERS), "yes, changed, no"),
}
