"""Letters as programs really write them: headers that break RFC 5322, encodings that are not what they say."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from typing import Any

from preserve.clock import CHINA
from preserve.ingest.readers import encodings

_HEADER = re.compile(rb"[\x21-\x39\x3b-\x7e]{1,100}[ \t]*:")
_KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|message-id|mime-version|content-[a-z-]+|received|reply-to|sender|return-path|"
    rb"x-[a-z0-9-]+|references|in-reply-to|importance|thread-[a-z]+|disposition-[a-z-]+)[ \t]*:",
    re.IGNORECASE,
)
_END_OF_HEAD = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*)*)\?=")
_CHINESE_DATE = re.compile(
    r"(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*日?[\sT]*(?:\(?(?:星期|周).\)?)?\s*(上午|下午|晚上|AM|PM)?\s*"
    r"(\d{1,2})\s*[:：时]\s*(\d{1,2})(?:\s*[:：分]\s*(\d{1,2})(?:\.\d+)?)?[^+\dZ-]*([+-]\d{2}:?\d{2}|Z)?"
)
_ZONES = {"CST": 8, "HKT": 8, "BJT": 8}  # what these letters mean in a letter written in China
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_ABOUT = ("content-transfer-encoding", "content-type")
_LONGEST_HEAD = 1 << 20
_DEEPEST = 20
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]*")


def _mended(data: bytes) -> bytes:
    """The letter with a head that the parser reads to its end: what goes on without a blank before it, and where no
    empty line stands between head and body.
    """
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if data.startswith((b"From ", b">From ")):
        data = data.partition(b"\n")[2]
    ends = _END_OF_HEAD.search(data, 0, _LONGEST_HEAD)
    head = data[: ends.start()] if ends else data[:_LONGEST_HEAD]
    body = data[ends.end() :] if ends else data[_LONGEST_HEAD:]
    lines = re.split(rb"\r\n|\n|\r", head)
    last = max((number for number, line in enumerate(lines) if _KNOWN.match(line)), default=-1)
    kept: list[bytes] = []
    for number, line in enumerate(lines):
        if _HEADER.match(line) or line[:1] in (b" ", b"\t"):
            kept.append(line)
        elif number < last or re.match(rb"=\?[^?]+\?[bBqQ]\?", line):
            kept.append(b" " + line)
        else:
            rest = b"\n".join(lines[number:])
            return b"\n".join(kept) + b"\n\n" + rest + (b"\n\n" + body if ends else body)
    return b"\n".join(kept) + b"\n\n" + body


def parse(data: bytes) -> Message[str, str]:
    """The letter, whatever is wrong with its head. Never raises for what is in it."""
    return BytesParser(policy=compat32).parsebytes(_mended(data))


def header(letter: Message[str, str], name: str) -> str:
    """A header's words, decoded (RFC 2047, or as the bytes speak for themselves); empty where there is none."""
    for key, value in letter.raw_items():
        if key.lower() == name.lower():
            return decoded(str(value))
    return ""


def decoded(value: str) -> str:
    """The words of a header as the parser gives it, bytes as surrogates."""
    value = re.sub(r"[\r\n]+[ \t]*", " ", value)
    if any("\udc80" <= letter <= "\udcff" for letter in value):
        raw = value.encode("utf-8", "surrogateescape")
        value = encodings.decode(raw)[0]
    return re.sub(r"\s+", " ", "".join(_words(value))).strip()


def _words(value: str) -> Iterator[str]:
    """Runs of encoded words in one encoding are put together before they are decoded: a letter may be cut between."""
    place, charset, held = 0, "", b""
    for found in _WORD.finditer(value):
        between = value[place : found.start()]
        name = found[1].partition("*")[0].lower()
        if held and (between.strip() or name != charset):
            yield _text(held, charset)
            held = b""
        if between.strip() or (between and not place):
            yield between
        charset, held, place = name, held + _bytes(found[2], found[3]), found.end()
    if held:
        yield _text(held, charset)
    yield value[place:]


def _bytes(way: str, words: str) -> bytes:
    if way in "qQ":
        raw = words.replace("_", " ").encode("utf-8", "surrogateescape")
        return quopri.decodestring(raw, header=False)
    return _unbase(words)


def _unbase(words: str) -> bytes:
    clean = re.sub(r"[^A-Za-z0-9+/]", "", words)
    clean = clean[: len(clean) - (len(clean) % 4 == 1)]
    try:
        return base64.b64decode(clean + "=" * (-len(clean) % 4))
    except (binascii.Error, ValueError):
        return b""


def _text(raw: bytes, charset: str) -> str:
    return encodings.decode(raw, charset)[0]


def sent(letter: Message[str, str]) -> datetime | None:
    """When it says that it was sent, in UTC; None where that is not to be read, or its zone is not known."""
    words = header(letter, "Date")
    if not words:
        return None
    if found := _CHINESE_DATE.search(words):
        return _chinese(found)
    zone = re.search(r"\b([A-Z]{3})\)?\s*$", words)
    try:
        moment = parsedate_to_datetime(words)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None or (zone and zone[1] in _ZONES and "+" not in words and "-" not in words[-6:]):
        hours = _ZONES.get(zone[1] if zone else "")
        if hours is None:
            return None
        moment = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    try:
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _chinese(found: re.Match[str]) -> datetime | None:
    """`2026年11月10日 下午 8:15` and `2026-11-10 08:15:00`: without a zone, Beijing time."""
    year, month, day, half, hour, minute, second, zone = found.groups()
    hours = int(hour) + (12 if half in ("下午", "晚上", "PM") and int(hour) < 12 else 0)
    try:
        moment = datetime(int(year), int(month), int(day), hours, int(minute), int(second or 0), tzinfo=CHINA)
        if zone and zone != "Z":
            minutes = int(zone[1:3]) * 60 + int(zone[-2:])
            moment = moment.replace(tzinfo=timezone(timedelta(minutes=minutes if zone[0] == "+" else -minutes)))
        elif zone:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parts(letter: Message[str, str], depth: int = 0) -> Iterator[Message[str, str]]:
    """The letter and everything in it, letters within letters too; encoded ones are opened."""
    yield letter
    if depth > _DEEPEST:
        return
    payload: Any = letter.get_payload()
    if kind(letter) == "message/rfc822" and _transfer(letter) in ("base64", "quoted-printable"):
        raw = _decoded(_raw(payload[0] if isinstance(payload, list) and payload else letter), _transfer(letter))
        if _KNOWN.match(raw.lstrip()):
            yield from parts(parse(raw), depth + 1)
            return
    for part in payload if isinstance(payload, list) else ():
        yield from parts(part, depth + 1)


def kind(part: Message[str, str]) -> str:
    """Its media type; text where what it says is no type."""
    words = decoded(str(part.get("Content-Type") or "text/plain")).partition(";")[0].strip().lower()
    return words if re.fullmatch(r"[\w.+-]+/[\w.+-]+", words) else part.get_content_type()


def _transfer(part: Message[str, str]) -> str:
    return str(part.get("Content-Transfer-Encoding") or "").partition(";")[0].strip().strip("\"'").lower()


def parameter(part: Message[str, str], field: str, name: str) -> str:
    """A parameter of a header, by RFC 2231 or 2047, in pieces or quoted wrongly; empty where there is none."""
    raw = next((str(value) for key, value in part.raw_items() if key.lower() == field.lower()), "")
    raw = re.sub(r"[\r\n]+[ \t]*", " ", raw)
    said = re.findall(rf';\s*{name}(\*\d*\*?)?\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', raw, re.IGNORECASE)
    if not said:
        return ""
    plain = [value.strip().strip('"') for star, value in said if not star]
    pieces = sorted((_number(star), star.endswith("*"), value.strip().strip('"')) for star, value in said if star)
    if not pieces:
        return decoded(plain[0])
    charset, held = "", b""
    for place, (_, escaped, value) in enumerate(pieces):
        if escaped and not place and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        raw_value = value.encode("utf-8", "surrogateescape")
        held += _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), raw_value) if escaped else raw_value
    return _text(held, charset) or (decoded(plain[0]) if plain else "")


def _number(star: str) -> int:
    digits = star.strip("*")
    return int(digits) if digits.isdigit() else 0


def file_name(part: Message[str, str]) -> str:
    """The name that an attached file has."""
    return parameter(part, "Content-Disposition", "filename") or parameter(part, "Content-Type", "name")


def is_attached(part: Message[str, str]) -> bool:
    """Whether it is a file beside the letter and not its words."""
    disposition = str(part.get("Content-Disposition") or "").lower().lstrip().startswith("attachment")
    if part.is_multipart() or kind(part) == "message/rfc822":
        return False
    return (disposition and bool(file_name(part))) or not kind(part).startswith("text/") or bool(file_name(part))


def _raw(part: Message[str, str]) -> bytes:
    """The bytes of a part as they stand in the letter: without what it says of them, nothing is done to them."""
    said = [(key, str(value)) for key, value in part.raw_items() if key.lower() in _ABOUT]
    for key, _ in said:
        del part[key]
    raw: Any = part.get_payload(decode=True)
    for key, value in said:
        part[key] = value
    return bytes(raw or b"")


def _decoded(raw: bytes, way: str) -> bytes:
    if way == "base64" and _BASE64.fullmatch(raw):
        return _unbase(raw.decode("ascii"))
    return quopri.decodestring(raw) if way == "quoted-printable" else raw


def content(part: Message[str, str]) -> bytes:
    """The bytes of a part. What is said to be encoded and is not is taken as it stands."""
    return b"" if part.is_multipart() else _decoded(_raw(part), _transfer(part))


def words(part: Message[str, str]) -> tuple[str, str, bool]:
    """The text of a part, the encoding that was used, and whether all of it was text in that encoding."""
    return encodings.decode(content(part), parameter(part, "Content-Type", "charset"))
