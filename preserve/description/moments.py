"""The days and times that people write, as ISO 8601 text: Chinese dates, full-width digits, serials, times alone."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta

_FIRST_SERIAL, _LAST_SERIAL = 17_899, 73_415
"""Days of a spreadsheet's calendar in the years that a case can be of: 1949 to 2100."""
_SERIAL_BEGINS = datetime.fromisoformat("1899-12-30")

_DATE = r"(\d{4})\s*[年./\-]\s*(\d{1,2})\s*[月./\-]\s*(\d{1,2})\s*[日号]?"
_HALF = r"(上午|早上|早晨|凌晨|中午|下午|晚上|傍晚|晚|am|pm)?"
_TIME = rf"{_HALF}\s*(\d{{1,2}})\s*(?:[:时点]\s*(?:(\d{{1,2}})(?:\s*[:分]\s*(?:(\d{{1,2}})\s*秒?)?)?)?)\s*{_HALF}"
_WHOLE = re.compile(rf"^{_DATE}(?:[\sT,]*{_TIME})?$", re.IGNORECASE)
_TIME_ALONE = re.compile(rf"^(次日|第二天|翌日)?\s*{_TIME}$", re.IGNORECASE)
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?$")  # 20260312, 20260312093015
_WEEKDAY = re.compile(r"[(\[]?(?:星期|周|礼拜)[一二三四五六日天][)\]]?")
_SERIAL = re.compile(r"^\d{5}(?:\.\d+)?$")
_NUMERALS = dict(zip("〇零○一二三四五六七八九", "000123456789", strict=True))
_NUMERAL_DATE = re.compile(
    r"^([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]"
)
_LATE_HALF = ("下午", "晚上", "傍晚", "晚", "pm")


def iso(text: str) -> str | None:
    """What somebody wrote as ISO 8601, None for nothing; what is no date or time comes back as it was."""
    if not (plain := _plain(text)):
        return None
    if _SERIAL.match(plain) and _FIRST_SERIAL <= float(plain) <= _LAST_SERIAL:
        return of_serial(float(plain))
    if found := _COMPACT.match(plain):
        year, month, day, hour, minute, second = found.groups()
        return _joined(year, month, day, None if hour is None else f"{hour}:{minute}:{second or '00'}")
    if found := _WHOLE.match(plain):
        year, month, day, *clock = found.groups()
        return _joined(year, month, day, _clock(*clock)) if clock[1] else _joined(year, month, day, None)
    return text


def of_serial(number: float, begins: datetime = _SERIAL_BEGINS) -> str:
    """A day, or a moment, that a spreadsheet holds as a number of days."""
    moment = begins + timedelta(seconds=round(number * 86400))
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat()


def on_the_day_of(start: str | None, text: str) -> str | None:
    """A time written alone (`20:12`, `次日0:10`) as a moment of the day of `start`; anything else as `iso` has it."""
    found = _TIME_ALONE.match(_plain(text))
    try:
        day = datetime.fromisoformat(start or "").date()
    except ValueError:
        return iso(text)
    if not found:
        return iso(text)
    later, *clock = found.groups()
    hours = _clock(*clock)
    if hours == "24:00:00":
        return _at(day, 1, "00:00:00")
    return _at(day, 1 if later else 0, hours)


def day_of(written: str | None) -> str | None:
    """The day of an ISO moment, for a field that holds a day only."""
    if written and re.match(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$", written):
        return written[:10]
    return written


def _at(day: date, days: int, clock: str) -> str:
    try:
        return f"{day + timedelta(days=days)}T{clock}"
    except OverflowError:
        return clock


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = _WEEKDAY.sub(" ", plain).strip()
    if found := _NUMERAL_DATE.match(plain):
        year = "".join(_NUMERALS[sign] for sign in found[1])
        plain = f"{year}年{_small(found[2])}月{_small(found[3])}日" + plain[found.end() :]
    return plain


def _small(numeral: str) -> int:
    """A numeral up to thirty-one; what is none is 0, which no month or day is."""
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return int(_NUMERALS[numeral]) if len(numeral) == 1 else 0
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return 0
    return int(_NUMERALS[tens] if tens else 1) * 10 + int(_NUMERALS[ones] if ones else 0)


def _joined(year: str, month: str, day: str, clock: str | None) -> str:
    written = f"{year}-{int(month):02}-{int(day):02}"
    return written if clock is None else f"{written}T{clock}"


def _clock(before: str | None, hour: str, minute: str | None, second: str | None, after: str | None) -> str:
    half, hours = (before or after or "").lower(), int(hour)
    if half in _LATE_HALF and hours < 12:
        hours += 12
    elif half in ("am", "凌晨") and hours == 12:
        hours = 0
    return f"{hours:02}:{int(minute or 0):02}:{int(second or 0):02}"
