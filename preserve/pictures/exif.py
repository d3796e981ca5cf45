"""What EXIF says of camera, time and place: words in whatever encoding, and only what can be true."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

_MAKE, _MODEL, _COMMENT = 0x010F, 0x0110, 0x9286
_TAKEN, _OFFSET, _SUBSECONDS = 0x9003, 0x9011, 0x9291
_FURTHEST = 14 * 60  # minutes from Greenwich
_CJK = re.compile("[\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


def words(value: object) -> str:
    """A text of EXIF, which is to be ASCII and is UTF-8 or GBK where a Chinese camera wrote it."""
    if value is None:
        return ""
    data = value if isinstance(value, bytes) else str(value).encode("latin-1", "replace")
    return _decoded(data.split(b"\0")[0] if not data.startswith(b"\0") else b"").strip()


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or _CJK.search(text):
            return _shown(text)
    return _shown(data.decode("latin-1"))


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def comment(value: object, *, little: bool) -> str:
    """UserComment, whose first eight bytes name the encoding (CIPA DC-008 §4.6.5); `little` is the byte order."""
    if not isinstance(value, bytes):
        return words(value)
    code, body = value[:8], value[8:]
    if code == b"UNICODE\0":
        return _utf16(body, little=little)
    if code.startswith(b"JIS\0"):
        for encoding in ("iso2022_jp", "shift_jis", "euc_jp"):
            try:
                return _shown(body.decode(encoding)).replace("\0", " ").strip()
            except UnicodeDecodeError:
                continue
    if code not in (b"ASCII\0\0\0", bytes(8)) and not code.startswith(b"JIS\0"):
        body = value
    return _decoded(body.replace(b"\0", b" ")).strip()


def _utf16(body: bytes, *, little: bool) -> str:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _shown(body[: len(body) // 2 * 2].decode("utf-16", "replace").split("\0")[0]).strip()
    even = body[: len(body) // 2 * 2]
    first, second = ("utf-16-le", "utf-16-be") if little else ("utf-16-be", "utf-16-le")
    # Writers take the file's byte order, that of their own machine, or write UTF-8 after all.
    read = [even.decode(first, "replace").split("\0")[0], even.decode(second, "replace").split("\0")[0]]
    text = max(read, key=lambda one: sum(c.isascii() or bool(_CJK.match(c)) for c in one) / (len(one) or 1))
    good = text and sum(c.isascii() or bool(_CJK.match(c)) for c in text) * 2 > len(text)
    return _shown(text).strip() if good else _decoded(body.replace(b"\0", b" ")).strip()


def camera(exif: Mapping[int, Any]) -> str:
    """Maker and model."""
    return " ".join(text for text in (words(exif.get(_MAKE)), words(exif.get(_MODEL))) if text)


def _degrees(parts: object, reference: object, letters: str, most: float) -> float | None:
    letter = words(reference)[:1].upper()
    if letter not in letters or not letter or not isinstance(parts, Sequence) or not 1 <= len(parts) <= 3:
        return None
    try:
        numbers = [float(part) for part in parts]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if not all(math.isfinite(number) and number >= 0 for number in numbers):
        return None
    if any(number > 60 for number in numbers[1:]):
        return None
    value = sum(number / 60**power for power, number in enumerate(numbers))
    return round(-value if letter in "SW" else value, 6) if value <= most else None


def place(gps: Mapping[int, Any]) -> str:
    """`latitude,longitude`, or nothing: what is no number, out of range, void, or the 0,0 of a camera without a fix."""
    if words(gps.get(9)).upper() == "V":
        return ""
    north, east = _degrees(gps.get(2), gps.get(1), "NS", 90), _degrees(gps.get(4), gps.get(3), "EW", 180)
    if north is None or east is None or (north == 0 and east == 0):
        return ""
    return f"{north},{east}"


def _zone(text: str) -> tzinfo | None:
    if text.upper() == "Z":
        return UTC
    match = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})?", text)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes > _FURTHEST or int(match[3] or 0) > 59:
        return None
    return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))


def taken(detail: Mapping[int, Any]) -> tuple[str, str]:
    """When the picture was taken as the camera wrote it, and its zone where it wrote one; empty where it is no time."""
    text, offset = words(detail.get(_TAKEN)), words(detail.get(_OFFSET))
    parts = re.fullmatch(r"(\d{4})\D(\d\d?)\D(\d\d?)[ T](\d\d?):(\d\d?):(\d\d?)(\.\d+)?\s*(Z|[+-]\d\d?:?\d\d)?", text)
    if parts is None:
        return "", ""
    fraction = (parts[7] or "").lstrip(".") or re.sub(r"\D.*", "", words(detail.get(_SUBSECONDS)))
    whole = ":".join(f"{int(part):02}" for part in parts.groups()[:3])
    clock = ":".join(f"{int(part):02}" for part in parts.groups()[3:6])
    return f"{whole} {clock}" + (f".{fraction}" if fraction.strip("0") else ""), offset or parts[8] or ""


def moment(text: str, offset: str, zone: tzinfo) -> datetime | None:
    """EXIF 2.32: DateTimeOriginal is local time; OffsetTimeOriginal its zone, where the camera wrote one that exists.

    To the second, as everything else here counts.
    """
    try:
        local = datetime.strptime(text.partition(".")[0], "%Y:%m:%d %H:%M:%S").replace(tzinfo=_zone(offset) or zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def user_comment(detail: Mapping[int, Any], *, little: bool) -> str:
    """The first 200 characters of UserComment."""
    return comment(detail.get(_COMMENT), little=little)[:200]
