"""Numbers, days and sums in text that a machine read: letters stand for digits, and brackets for one another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_DIGIT = "0-9OoQDlIi|!Zz"
_DIGITS = str.maketrans("OoQDlIi|!Zz", "00001111122")
_CODE = str.maketrans("OIZSl", "01251")
"""Letters that no credit code has (GB 32100 leaves them out for being mistaken), and the digits they were."""
_OPEN, _CLOSE = "〔\\[({【〈《「", "〕\\])}】〉》」"
_NUMBER = re.compile(
    rf"([\u4e00-\u9fff]{{1,16}})[{_OPEN}]([12Zz][{_DIGIT}]{{3}})[{_CLOSE}](第?)([{_DIGIT}]{{1,6}})号(之[一二三四五六七八九十]+)?"
)
_BEFORE = re.compile(r"^(?:案件编号|立案号|决定书文号|案号|文号|编号|字号)")
_DAY = re.compile(
    rf"(?<![0-9])([12Zz][{_DIGIT}]{{3}})(?:年([{_DIGIT}]{{1,2}})月([{_DIGIT}]{{1,2}})日?|([-./])([{_DIGIT}]{{1,2}})\4([{_DIGIT}]{{1,2}}))(?![0-9])"
)
_DAY_IN_WORDS = re.compile(
    r"([一二][〇○零OoQ0一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_SMALL = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | dict.fromkeys("〇○OoQ0", 0)
_SUM = re.compile(
    rf"(?<![0-9.,])([0-9][{_DIGIT}]{{0,2}}(?:,[{_DIGIT}]{{3}})+|[0-9][{_DIGIT}]{{0,11}})(\.[{_DIGIT}]{{1,2}})?(万?)元"
)
_CAPITALS = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")} | {"貳": 2, "參": 3, "陸": 6, "两": 2}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000, "万": 10_000, "亿": 100_000_000}
_IN_WORDS = re.compile(
    r"([零壹贰貳叁參肆伍陆陸柒捌玖拾佰仟万亿]{2,})[元圆](?:([零壹贰叁肆伍陆柒捌玖])角)?(?:([零壹贰叁肆伍陆柒捌玖])分)?"
)
_CARD = re.compile(rf"(?<![0-9A-Za-z])([1-9Zl|][{_DIGIT}]{{16}}[{_DIGIT}Xx×])(?![0-9A-Za-z])")
_CREDIT = re.compile(r"(?<![0-9A-Za-z])([0-9OIlA-Z]{2}[0-9OIlZS]{6}[0-9A-Zl]{10})(?![0-9A-Za-z])")
_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)\(?0\d{2,3}\)?-?[2-9]\d{6,7}(?!\d)")


@dataclass(frozen=True, slots=True)
class Sign:
    """What a line says, in one form; `sure` where a check digit, or a second way of writing it, says the same."""

    value: str
    start: int
    sure: bool = False


def plain(text: str) -> str:
    """Full-width signs as narrow ones, and nothing blank: a machine puts spaces where letters stand apart."""
    return "".join(unicodedata.normalize("NFKC", text).split())


_APART = re.compile(r"(?<=[\u4e00-\u9fff]{2})(?<![年月日号第])\s+(?=[\u4e00-\u9fff]{2})")


def words(text: str) -> str:
    """As `plain`, with one space where words stand apart, as two names on a line do."""
    return " ".join(plain(part) for part in _APART.split(unicodedata.normalize("NFKC", text)))


def digits(text: str) -> str:
    """Letters that look like digits as those."""
    return text.translate(_DIGITS)


def case_numbers(text: str) -> Iterator[Sign]:
    """Numbers of cases and papers as `临文综罚〔2026〕12号`, whatever brackets were read."""
    for match in _NUMBER.finditer(text):
        head, year, ordinal, number, part = match.groups()
        head = _BEFORE.sub("", head)
        if head and _day(digits(year), "1", "1"):
            yield Sign(f"{head}〔{digits(year)}〕{ordinal}{digits(number)}号{part or ''}", match.start())


def days(text: str) -> Iterator[Sign]:
    """Days as ISO 8601; what is no day of a year from 1949 to 2100 is none."""
    for match in _DAY.finditer(text):
        year, month, day, _, other_month, other_day = match.groups()
        if found := _day(digits(year), digits(month or other_month), digits(day or other_day)):
            yield Sign(found.isoformat(), match.start())
    for match in _DAY_IN_WORDS.finditer(text):
        year = "".join(str(_SMALL[sign]) for sign in match[1])
        if found := _day(year, str(_below_hundred(match[2])), str(_below_hundred(match[3]))):
            yield Sign(found.isoformat(), match.start())


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if 1949 <= found.year <= 2100 else None


def _below_hundred(text: str) -> int:
    """`二十一` as 21; 0 for what is no number."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _SMALL.get(text, 0) if len(text) == 1 else 0
    return 10 * (_SMALL.get(tens, 0) if tens else 1) + (_SMALL.get(ones, 0) if ones else 0)


def sums(text: str) -> Iterator[Sign]:
    """Sums of money in yuan, in digits and in capital numerals; sure where a line has one both ways."""
    found: list[tuple[int, Decimal]] = []
    for match in _SUM.finditer(text):
        value = Decimal(digits(match[1]).replace(",", "") + digits(match[2] or ""))
        found.append((match.start(), value * 10_000 if match[3] else value))
    for match in _IN_WORDS.finditer(text):
        if value := _capital(match[1]):
            parts = (Decimal(_CAPITALS.get(match[2], 0)) / 10, Decimal(_CAPITALS.get(match[3], 0)) / 100)
            found.append((match.start(), value + sum(parts)))
    values = [value for _, value in found]
    said: set[Decimal] = set()
    for start, value in found:
        if value not in said:
            said.add(value)
            yield Sign(f"{value.normalize():f}", start, values.count(value) > 1)


def _capital(text: str) -> Decimal:
    """A whole sum in capital numerals; 0 where it is none."""
    whole = section = figure = 0
    for sign in text:
        if sign in _CAPITALS:
            figure = _CAPITALS[sign]
        elif (place := _PLACES[sign]) < 10_000:
            section, figure = section + (figure or 1) * place, 0
        else:
            whole, section, figure = (
                (whole + section + figure) * place if place > 10_000 else whole + (section + figure) * place,
                0,
                0,
            )
    return Decimal(whole + section + figure)


def identities(text: str) -> Iterator[Sign]:
    """Numbers of citizens (GB 11643) and credit codes (GB 32100); sure where the check digit is right."""
    taken: set[int] = set()
    for match in _CARD.finditer(text):
        number = digits(match[1][:-1]) + digits(match[1][-1].replace("x", "X").replace("×", "X"))
        if _day(number[6:10], number[10:12], number[12:14]) or _old(number[6:14]):
            taken.add(match.start())
            yield Sign(number, match.start(), card_fits(number))
    for match in _CREDIT.finditer(text):
        code = match[1].translate(_CODE)
        if match.start() not in taken and any(sign.isalpha() for sign in match[1]) and credit_fits(code):
            yield Sign(code, match.start(), sure=True)


def _old(born: str) -> bool:
    """Whether it is a day before 1949: people are older than cases."""
    try:
        return 1900 <= date(int(born[:4]), int(born[4:6]), int(born[6:])).year < 1949
    except ValueError:
        return False


def card_fits(number: str) -> bool:
    """Whether 17 digits and a sign are a citizen's number by its check digit (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return number[:17].isdecimal() and "10X98765432"[total % 11] == number[17]


def credit_fits(code: str) -> bool:
    """Whether 18 signs are a credit code by the last of them (GB 32100)."""
    if any(sign not in _CREDIT_SIGNS for sign in code):
        return False
    total = sum(_CREDIT_SIGNS.index(sign) * (3**place % 31) for place, sign in enumerate(code[:17]))
    return _CREDIT_SIGNS[(31 - total % 31) % 31] == code[17]


def telephones(text: str) -> Iterator[Sign]:
    """Numbers of telephones in China."""
    for pattern in (_MOBILE, _LANDLINE):
        for match in pattern.finditer(text):
            yield Sign(match[0], match.start())
