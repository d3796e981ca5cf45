"""What names a person in lines of text: identity and telephone numbers, bank cards, addresses, names after labels.

Patterns and check digits only; no model. Everything found is a draft that a person looks at, so it finds too much
rather than too little.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from preserve.machine_reading.signs import card_fits

What = Literal["plate", "identity-number", "telephone", "bank-card", "address", "name"]

_LOOK_ALIKE = str.maketrans("OoQDlI|iZzSsBG", "00001111225586")
"""Letters that a reader of text puts where a digit stands."""

_GAP = r"[ \-·.]?"
_RUN = re.compile(
    rf"(?<![0-9A-Za-z])[0-9OoQDlI|iZzSsBG](?:{_GAP}[0-9OoQDlI|iZzSsBG]){{10,20}}(?:{_GAP}[Xx×])?(?![0-9A-Za-z])"
)
_MOBILE = re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1[3-9]\d(?:{_GAP}\d){{8}}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(?:\(0\d{2,3}\)|0\d{2,3})[ \-]?[2-9]\d{6,7}(?:[ \-]\d{1,5})?(?!\d)")
_NUMBER_LABEL = (
    r"(?:居民)?(?:公民)?(?:身份证(?:件)?(?:号码|号|编号)?|身份号码|证件号(?:码)?|护照(?:号码|号)?|驾驶证(?:号码|号)?)"
)
_LABELLED_NUMBER = re.compile(rf"{_NUMBER_LABEL}[ 为是]*[:：]?[ ]*([A-Za-z0-9][A-Za-z0-9* \-]{{5,24}}[A-Za-z0-9])")
_LABELLED_PHONE = re.compile(r"(?:联系)?(?:电话|手机|号码)[ 为是号码]*[:：]?[ ]*(\d[\d \-]{6,14}\d)")

_ADDRESS_LABELS = (
    "户籍所在地",
    "户籍地址",
    "户籍地",
    "户口所在地",
    "家庭住址",
    "经常居住地",
    "现居住地",
    "居住地",
    "现住址",
    "现住",
    "联系地址",
    "通讯地址",
    "住址",
    "住所",
    "家住",
    "地址",
)
_NAME_LABELS = (
    "被询问人",
    "被检查人",
    "被处罚人",
    "法定代表人",
    "委托代理人",
    "当事人",
    "监护人",
    "未成年人",
    "投诉人",
    "举报人",
    "申请人",
    "见证人",
    "在场人",
    "联系人",
    "负责人",
    "经营者",
    "收件人",
    "签收人",
    "证人",
    "姓名",
)
_MOST_NAMES = 200
_LONGEST = 1000
"""Characters of a line that are looked at: no line of a page is longer."""

_NEXT_LABEL = r"(?=[ ,;。]*[\u4e00-\u9fff]{2,8}:|[;。]|$)"
_ADDRESS = re.compile(
    rf"(?:{'|'.join(_ADDRESS_LABELS)})(?:\([^)]{{0,20}}\))?[ ]?[:为是在]?[ ]*([^:;。]{{4,80}}?){_NEXT_LABEL}"
)
_HAN = r"[\u4e00-\u9fff·]"
_NAME = re.compile(
    rf"(?:{'|'.join(_NAME_LABELS)})(?:\([^)]{{0,20}}\))?[ ]*:[ ]*"
    rf"({_HAN}{{2,10}}?(?:[ ]{_HAN}(?!{_HAN}))?|{_HAN}(?:[ ]{_HAN}){{1,3}})"
    r"(?=[ ,;。、()/]|$|性别|男|女|年龄|身份|民族|电话|联系|职务|住址|出生|签名|与|工作|单位)"
)
_NAME_BEFORE_SEX = re.compile(rf"(?<!{_HAN})({_HAN}{{2,4}}),[ ]?[男女](?=[,;。])")
_NO_PERSON = re.compile(
    r"(?:公司|网吧|酒店|宾馆|商店|书店|会所|中心|厂|店|局|大队|部|签名|签字|盖章|姓名|性别|情况|意见)$"
)


@dataclass(frozen=True, slots=True)
class Found:
    """Characters `start` to `end` (exclusive) of a line; `sure` where a check digit says so."""

    what: What
    start: int
    end: int
    sure: bool = False


def plain(text: str) -> str:
    """The text with full-width digits, letters and signs as narrow ones, as many characters as before."""
    return "".join(c if len(n := unicodedata.normalize("NFKC", c)) != 1 else n for c in text)


def is_identity_number(number: str) -> bool:
    """Whether 17 digits and a check digit (or X) are a citizen's number: GB 11643-1999, ISO 7064 MOD 11-2, a day."""
    return bool(re.fullmatch(r"[1-9]\d{16}[\dX]", number)) and _is_day(number[6:14]) and card_fits(number)


def is_bank_card(number: str) -> bool:
    """Whether 16 to 19 digits end with their check digit (ISO/IEC 7812-1, Luhn)."""
    if not re.fullmatch(r"[3-9]\d{15,18}", number):
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def found_in(text: str) -> tuple[Found, ...]:
    """What a line of text holds, from left to right; where two things overlap, the surer and longer one."""
    line = plain(text[:_LONGEST])
    found = [*_numbers(line), *_telephones(line), *_words(line)]
    kept: list[Found] = []
    for one in sorted(found, key=_weight):
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: one.start))


def found_across(first: str, second: str) -> tuple[Found, Found] | None:
    """A number that begins at the end of one line and ends at the beginning of the next; None where there is none."""
    before, after = plain(first), plain(second)
    head, tail = (
        re.search(r"(?<![0-9A-Za-z])\d{3,18}$", before.rstrip()),
        re.match(r"\s*(\d{1,16}[Xx]?)(?![0-9A-Za-z])", after),
    )
    if head is None or tail is None:
        return None
    number = (head[0] + tail[1]).upper()
    what: What
    if is_identity_number(number):
        what, sure = "identity-number", True
    elif is_bank_card(number):
        what, sure = "bank-card", True
    elif re.fullmatch(r"1[3-9]\d{9}", number):
        what, sure = "telephone", False
    elif len(number) == 18 and _is_day(number[6:14]):
        what, sure = "identity-number", False
    else:
        return None
    return Found(what, head.start(), head.end(), sure), Found(what, tail.start(1), tail.end(1), sure)


def goes_on(text: str) -> bool:
    """Whether a line begins an address that the next line may go on with: it runs to the line's end."""
    return any(one.what == "address" and one.end >= len(text.rstrip()) - 1 for one in found_in(text))


def has_label(text: str) -> bool:
    """Whether a line begins something of its own: a label with a colon, a question or an answer."""
    return re.search(r"[:：]", text[:12]) is not None


def named(lines: Sequence[str]) -> tuple[str, ...]:
    """Names that stand after a label somewhere in these lines; two to four characters, for they are sought again."""
    names = {
        plain(line)[one.start : one.end].replace(" ", "")
        for line in lines
        for one in found_in(line)
        if one.what == "name"
    }
    return tuple(sorted(name for name in names if 2 <= len(name) <= 4)[:_MOST_NAMES])


def again(text: str, names: tuple[str, ...]) -> Iterator[Found]:
    """Where these names stand in a line, with or without a space between their characters."""
    if names:
        for match in _any_of(names).finditer(plain(text)):
            yield Found("name", match.start(), match.end())


@lru_cache(maxsize=4)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    """The longest first: a name may begin with another."""
    ways = ("[ ]?".join(map(re.escape, name)) for name in sorted(names, key=len, reverse=True))
    return re.compile("|".join(ways))


def _weight(one: Found) -> tuple[bool, bool, int]:
    return not one.sure, one.what in ("address", "name"), one.start - one.end


def _is_day(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    return 1890 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31


def _numbers(line: str) -> Iterator[Found]:
    for match in _RUN.finditer(line):
        written = re.sub(r"[ \-·.]", "", match[0])
        digits = sum(c.isdigit() for c in written)
        if digits < len(written) * 0.8:
            continue  # a word of letters
        last = written[-1].upper().replace("×", "X")
        number = written[:-1].translate(_LOOK_ALIKE) + (last if last == "X" else last.translate(_LOOK_ALIKE))
        yield from _judged(number, match.start(), match.end(), number == written.upper().replace("×", "X"))
    for match in _LABELLED_NUMBER.finditer(line):
        if "*" not in match[1]:  # what is masked already needs no box
            yield Found("identity-number", match.start(1), match.end(1))


def _judged(number: str, start: int, end: int, as_read: bool) -> Iterator[Found]:
    if is_identity_number(number):
        yield Found("identity-number", start, end, as_read)
    elif is_bank_card(number):
        yield Found("bank-card", start, end, as_read)
    elif len(number) == 18 or (len(number) in (17, 19) and _is_day(number[6:14])):
        yield Found("identity-number", start, end)
    elif len(number) == 15 and _is_day("19" + number[6:12]):
        yield Found("identity-number", start, end)  # of those before 1999, without a check digit


def _telephones(line: str) -> Iterator[Found]:
    for pattern in (_MOBILE, _LANDLINE):
        for match in pattern.finditer(line):
            yield Found("telephone", match.start(), match.end())
    for match in _LABELLED_PHONE.finditer(line):
        if 7 <= sum(c.isdigit() for c in match[1]) <= 12:
            yield Found("telephone", match.start(1), match.end(1))


def _words(line: str) -> Iterator[Found]:
    readings: tuple[tuple[re.Pattern[str], What, Callable[[str], bool]], ...] = (
        (_ADDRESS, "address", lambda said: True),
        (_NAME, "name", lambda said: not _NO_PERSON.search(said.replace(" ", ""))),
        (_NAME_BEFORE_SEX, "name", lambda said: True),
    )
    for pattern, what, fits in readings:
        for match in pattern.finditer(line):
            if fits(match[1]):
                yield Found(what, match.start(1), match.end(1))
