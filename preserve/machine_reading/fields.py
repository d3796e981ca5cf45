"""What the head of a page says of the case: kind of paper, numbers, days, parties, officers – as drafts for a person.

Pure functions over lines and their places. What is found is never more than a proposal; where a page is read wrongly or
says nothing, nothing is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, Protocol

from preserve.machine_reading import signs
from preserve.machine_reading.records import PageText, Quadrangle

What = Literal[
    "kind",
    "case-number",
    "document-number",
    "date",
    "start",
    "closed",
    "cause",
    "bureau",
    "party",
    "identity",
    "telephone",
    "amount",
    "officer",
    "officer-number",
]
LabelName = Literal[What, "other"]
SIGNED = re.compile(r"[(（]?(?:签名|签字|签章)[^:：]{0,8}[)）]?[:：]?")
_HEAD, _TITLE_HEAD = 330.0, 450.0
"""Per mille of the page's height: numbers and bureaus stand above the first, titles above the second."""
_PAPER_ENDS = ("表", "书", "证", "单", "笔录", "记录", "报告", "通知", "公告", "清单", "收据", "意见")
_CHINESE = re.compile(r"^[\u4e00-\u9fff、（）()]+$")
_BUREAU = re.compile(r"^([\u4e00-\u9fff]{2,26}(?:局|厅|委员会|支队|大队|总队|人民政府|办公室|中心))(?:文件)?$")
_NAME = re.compile(r"^[\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]{1,8})?$")
_NO_NAMES = re.compile(r"签名|签字|盖章|年|月|日|意见|同意|单位|公司|编号")
_CARD = re.compile(r"[\u4e00-\u9fff]?[A-Z]{0,2}[0-9OoIl]{5,14}")
_ENDS = re.compile(r"[,，;；。]|\((?!以下)")


class Labels:
    """The labels that stand before values: for each field its words; `other` ones only end the value before them."""

    def __init__(self, words: Mapping[LabelName, Sequence[str]]) -> None:
        self._of = {label: name for name, labels in words.items() for label in labels}
        any_ = "|".join(sorted(map(re.escape, self._of), key=len, reverse=True)) or r"(?!)"
        # Behind a label comes a colon, or the label is alone in its cell; in between what has to be done there.
        done = r"(\([^():]{0,12}\))?"
        self.pattern = re.compile(rf"(?:^|(?<=[,;。、:()/ ])|(?<=\d))({any_}){done}:|^({any_}){done}$")

    def what(self, label: str) -> What | None:
        """The field that a label is for."""
        name = self._of.get(label)
        return None if name == "other" else name


class Title(Protocol):
    """A kind of paper and the words that name it."""

    @property
    def kind(self) -> str: ...

    def names(self, text: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a line says, for a person to confirm; `line` is its place in the page's lines, `box` in ‰ of the page.

    `sure`: a check digit, or a second way of writing, says the same. It is no statement that the line is true.
    """

    what: What
    value: str
    line: int
    box: Quadrangle
    score: float
    sure: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def head_fields(page: PageText, titles: Sequence[Title], labels: Labels) -> tuple[Drafted, ...]:
    """What a page drafts, in the order of its lines; of equal values the first. `titles`: in the order they count."""
    rows = [_row(number, line.text, turned(line.box, page.upright)) for number, line in enumerate(page.lines)]
    rows = [row for row in rows if row.text]
    made = [*_title(rows, titles), *_labelled(rows, labels), *_numbers(rows, labels), *_bureau(rows), *_anywhere(rows)]
    if not any(what == "date" for what, _, _, _ in made):
        made += _date(rows)
    kept: dict[tuple[str, str], Drafted] = {}
    for what, value, row, sure in sorted(made, key=lambda one: one[2].number):
        line = page.lines[row.number]
        found = Drafted(what, value, row.number, line.box, line.score, sure)
        if (what, value) not in kept or (sure and not kept[what, value].sure):
            kept[what, value] = found
    return tuple(kept.values())


_Made = tuple[What, str, _Row, bool]


def turned(box: Quadrangle, clockwise: int) -> Quadrangle:
    """The box on the page as it was read, when it was turned so that one can read it."""
    points = list(zip(box[0::2], box[1::2], strict=True))
    for _ in range(clockwise // 90):
        points = [(1000 - down, across) for across, down in points]
    first, second, third, fourth = points
    return (*first, *second, *third, *fourth)


def _row(number: int, text: str, box: Quadrangle) -> _Row:
    across, down = box[0::2], box[1::2]
    return _Row(number, signs.words(text), min(across), max(across), min(down), max(down))


def _title(rows: Sequence[_Row], titles: Sequence[Title]) -> Iterator[_Made]:
    """The title: a short line in the middle of the page's head, larger than most, that is called as papers are."""
    if not rows:
        return
    usual = median(row.bottom - row.top for row in rows)
    for row in _joined(rows):
        text = row.text.replace(" ", "").removesuffix("(副本)").removesuffix("(存根)")
        if (
            row.top > _TITLE_HEAD
            or len(text) > 26
            or not _CHINESE.match(text)
            or abs((row.left + row.right) / 2 - 500) > 140
        ):
            continue
        kind = next((one.kind for one in titles if one.names(text)), "")
        large = row.bottom - row.top >= 1.15 * usual
        if kind and (large or text.endswith(_PAPER_ENDS)):
            yield "kind", kind, row, False
            return
        if large and len(text) >= 3 and text.endswith(_PAPER_ENDS):
            yield "kind", text, row, False
            return


def _joined(rows: Sequence[_Row]) -> Iterator[_Row]:
    """The lines, with those of one height in the page's head as one: letters that stand apart are read one by one."""
    head = [row for row in rows if row.top <= _TITLE_HEAD]
    for row in head:
        beside = [one for one in head if abs(one.middle - row.middle) < (row.bottom - row.top) / 3]
        if len(beside) > 1 and all(len(one.text) <= 3 for one in beside):
            beside.sort(key=lambda one: one.left)
            yield _Row(
                beside[0].number,
                "".join(one.text for one in beside),
                beside[0].left,
                beside[-1].right,
                row.top,
                row.bottom,
            )
        else:
            yield row


def _labelled(rows: Sequence[_Row], labels: Labels) -> Iterator[_Made]:
    """Values behind their labels, in the same line or in the cell to the right."""
    for row in rows:
        found = list(labels.pattern.finditer(row.text))
        for place, match in enumerate(found):
            label, signed = match[1] or match[3], match[2] or match[4] or ""
            what = labels.what(label)
            if what is None or (what == "party" and SIGNED.search(signed)):
                continue  # who signs for a party need not be it
            end = found[place + 1].start() if place + 1 < len(found) else len(row.text)
            said, source = row.text[match.end() : end], row
            if not said and match.end() == len(row.text) and (cell := _beside(rows, row, labels)) is not None:
                said, source = cell.text, cell
            yield from _values(what, said, source)


def _beside(rows: Sequence[_Row], label: _Row, labels: Labels) -> _Row | None:
    """The cell to the right of a label, unless that is a label itself."""
    high = label.bottom - label.top
    near = [row for row in rows if row.left >= label.right - 5 and abs(row.middle - label.middle) < 0.8 * high]
    cell = min(near, key=lambda row: row.left, default=None)
    return None if cell is None or labels.pattern.search(cell.text) else cell


def _values(what: What, said: str, row: _Row) -> Iterator[_Made]:
    if what in ("date", "start", "closed"):
        yield from ((what, found.value, row, False) for found in _first(signs.days(said)))
    elif what in ("case-number", "document-number"):
        yield from ((what, found.value, row, False) for found in _first(signs.case_numbers(said)))
    elif what == "identity":
        yield from (("identity", found.value, row, found.sure) for found in _first(signs.identities(said)))
    elif what == "officer":
        yield from (("officer", name, row, False) for name in names_in(said))
        yield from _cards(said, row)
    elif what == "officer-number":
        yield from _cards(said, row)
    elif what == "cause":
        if len(text := said.strip("。.,; ")) >= 4:
            yield "cause", text, row, False
    elif what == "party" and len(text := _ENDS.split(said)[0].strip("。.: ")) >= 2 and not text.isdigit():
        yield "party", text, row, False


def _cards(said: str, row: _Row) -> Iterator[_Made]:
    for match in _CARD.finditer(said):
        letters = re.match(r"[^0-9OoIl]*", match[0])
        head = letters[0] if letters else ""
        yield "officer-number", head + signs.digits(match[0][len(head) :]), row, False


def names_in(said: str) -> Iterator[str]:
    """Names of people in a list of them, without what stands in brackets behind each."""
    bare = re.sub(r"\([^)]*\)?", "、", SIGNED.sub("", said))
    for part in re.split(r"[、,;/。: ]|和|及", bare):
        if _NAME.match(part) and not _NO_NAMES.search(part):
            yield part


def _first(found: Iterable[signs.Sign]) -> Iterator[signs.Sign]:
    yield from list(found)[:1]


def _numbers(rows: Sequence[_Row], labels: Labels) -> Iterator[_Made]:
    """The number in the head is the paper's own; further down a paper speaks of others."""
    for row in rows:
        if row.top <= _HEAD and not labels.pattern.search(row.text):
            for found in signs.case_numbers(row.text):
                yield "document-number", found.value, row, False
                return


def _bureau(rows: Sequence[_Row]) -> Iterator[_Made]:
    for row in rows:
        if row.top <= _HEAD and (match := _BUREAU.match(row.text.replace(" ", ""))):
            yield "bureau", match[1], row, False
            return


def _anywhere(rows: Sequence[_Row]) -> Iterator[_Made]:
    """Numbers that speak for themselves wherever they stand."""
    for row in rows:
        yield from (("identity", found.value, row, True) for found in signs.identities(row.text) if found.sure)
        yield from (("telephone", found.value, row, False) for found in signs.telephones(row.text))
        yield from (("amount", found.value, row, found.sure) for found in signs.sums(row.text))


def _date(rows: Sequence[_Row]) -> list[_Made]:
    """The day that a paper is signed on: the last line that holds a day and a bureau at most; else one in the head."""
    signed: list[_Made] = []
    head: list[_Made] = []
    for row in rows:
        for found in signs.days(row.text):
            before = row.text[: found.start].rstrip(":")
            if row.text.endswith(("日", *"0123456789")) and (not before or _BUREAU.match(before.replace(" ", ""))):
                signed.append(("date", found.value, row, False))
            elif row.top <= _HEAD:
                head.append(("date", found.value, row, False))
    return signed[-1:] or head[:1]
