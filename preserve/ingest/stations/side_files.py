"""What a station wrote beside its recordings: JSON, XML, CSV or ini of several makers, read as somebody's word.

The names of fields are data (`profiles/stations.toml`, `[fields]`), compared without case. A side file is hostile: it
is bounded, has no entities, and what cannot be read is a finding. Nothing in it becomes a path.
"""

from __future__ import annotations

import configparser
import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from lxml import etree

from metadata.findings import Finding
from preserve.ingest.stations.profile import DIGESTS, FACTS, Fact, StationsProfile
from preserve.strict_json import read_json

_MOST_KEYS = 200
_LONGEST = 2000
_DEEPEST = 12
_SHORTEST = 8  # digits of a number that can be a file's name
_LINE = re.compile(r"^(?P<digest>[0-9A-Fa-f]{32,64})[ \t]+\*?(?P<name>\S.*?)\s*$")
_LENGTHS = {"md5": 32, "sha256": 64, "sm3": 64}
_FORMS = ("%Y%m%d%H%M%S", "%Y%m%d%H%M")


@dataclass(frozen=True, slots=True)
class SideRecord:
    """What one side file says of one recording; without `name` of all that lie beside it or below.

    `facts` are texts by what they say, `rest` all else by its keys as written. `source` is the side file's path and
    `sha256` its digest.
    """

    facts: Mapping[Fact, str]
    rest: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    sha256: str = ""

    def get(self, fact: Fact) -> str:
        """What it says; empty where it says nothing."""
        return self.facts.get(fact, "")

    @property
    def name(self) -> str:
        """The recording's file name, without folders that the station had it in."""
        return re.split(r"[/\\]", self.get("name"))[-1]

    @property
    def digests(self) -> dict[str, str]:
        """Digests in lower-case hex, by algorithm; what has not its length is none."""
        found = {one: self.get(one).strip().lower() for one in DIGESTS}
        return {one: text for one, text in found.items() if re.fullmatch(rf"[0-9a-f]{{{_LENGTHS[one]}}}", text)}

    def moment(self, fact: Fact, zone: tzinfo) -> datetime | None:
        """A time in UTC; a clock without a zone runs in `zone`."""
        return read_moment(self.get(fact), zone)


@dataclass(frozen=True, slots=True)
class SideFile:
    """One side file that was read."""

    records: tuple[SideRecord, ...]
    findings: tuple[Finding, ...] = ()


def read_moment(text: str, zone: tzinfo) -> datetime | None:
    """`2026-03-01 09:30:00`, `20260301093000`, with milliseconds or a zone or without; None for what is no time."""
    told = text.strip()
    if not told or len(told) > 40:
        return None
    digits = re.sub(r"\D", "", told)
    if digits == told and len(digits) == 13 and digits.startswith("1"):
        return _epoch(int(digits) // 1000)
    try:
        found = datetime.fromisoformat(told.replace("/", "-"))
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    for form, length in zip(_FORMS, (14, 12), strict=True):
        if len(digits) == length or (length == 14 and len(digits) == 17):
            try:
                return datetime.strptime(digits[:length], form).replace(tzinfo=zone).astimezone(UTC)
            except (ValueError, OverflowError):
                return None
    return None


def _epoch(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def read_side_file(path: str, data: bytes, profile: StationsProfile) -> SideFile:
    """The records of a side file; `path` is where it lies, for findings. Never raises for what is in it."""
    suffix = path.rpartition(".")[2].lower()
    if len(data) > profile.largest_side_file:
        return SideFile((), (_unread(path, f"> {profile.largest_side_file}"),))
    try:
        rows = list(_rows(suffix, data, profile.most_records + 1))
    except (ValueError, RecursionError, csv.Error, configparser.Error, etree.LxmlError) as error:
        return SideFile((), (_unread(path, f"{type(error).__name__}: {error}"[:300]),))
    if len(rows) > profile.most_records:
        return SideFile((), (_unread(path, f"> {profile.most_records}"),))
    known = {key.lower(): fact for fact, keys in profile.fields.items() for key in keys}
    order = {key.lower(): place for keys in profile.fields.values() for place, key in enumerate(keys)}
    digest = hashlib.sha256(data).hexdigest()
    records = [one for one in (_record(row, known, order, path) for row in rows) if one is not None]
    return SideFile(tuple(replace(one, sha256=digest) for one in records))


def _unread(path: str, reason: str) -> Finding:
    return Finding("pool.side-file-unread", path, "warning", {"reason": reason})


def _record(
    row: Mapping[str, str], known: Mapping[str, Fact], order: Mapping[str, int], path: str
) -> SideRecord | None:
    """The facts of a row; None where nothing in it is known."""
    facts: dict[Fact, str] = {}
    at: dict[Fact, int] = {}
    rest: dict[str, str] = {}
    for key, value in list(row.items())[:_MOST_KEYS]:
        plain = key.strip().lower()
        text = value.strip()[:_LONGEST]
        fact = known.get(plain)
        if fact is None:
            if text:
                rest[key.strip()[:100]] = text
        elif text and (fact not in facts or order[plain] < at[fact]):
            facts[fact], at[fact] = text, order[plain]
    return SideRecord({fact: facts[fact] for fact in FACTS if fact in facts}, rest, path) if facts else None


def _rows(suffix: str, data: bytes, most: int) -> Iterator[dict[str, str]]:
    if suffix == "json":
        yield from _of_json(read_json(_decoded(data)), 0)
    elif suffix == "xml":
        yield from _of_xml(data)
    elif suffix == "ini":
        yield from _of_ini(_decoded(data))
    elif suffix in ("csv", "txt") and not _is_digest_list(data):
        yield from _of_csv(_decoded(data), most)
    else:
        yield from _of_lines(_decoded(data), suffix)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _plain(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else None


def _of_json(found: Any, depth: int) -> Iterator[dict[str, str]]:
    """Each object that has plain values of its own; what lies in lists and objects below comes after it."""
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if isinstance(found, list):
        for one in found:
            yield from _of_json(one, depth + 1)
    elif isinstance(found, dict):
        row = {key: text for key, value in found.items() if (text := _plain(value)) is not None}
        if row:
            yield row
        for value in found.values():
            if isinstance(value, (list, dict)):
                yield from _of_json(value, depth + 1)


def _of_xml(data: bytes) -> Iterator[dict[str, str]]:
    """Each element with attributes or with children that are plain texts."""
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", data.replace(b"\x00", b""), re.IGNORECASE):
        raise ValueError("DOCTYPE")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    for element in etree.fromstring(data, parser).iter(etree.Element):
        row = {str(etree.QName(name).localname): str(value) for name, value in element.items()}
        for child in element.iterchildren(etree.Element):
            if not len(child) and not child.attrib and child.text:
                row.setdefault(str(etree.QName(child).localname), str(child.text))
        if row:
            yield row


def _of_ini(text: str) -> Iterator[dict[str, str]]:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.read_string(text)
    for section in parser.sections():
        yield dict(parser.items(section))


def _of_csv(text: str, most: int) -> Iterator[dict[str, str]]:
    head = text[:4096].splitlines()[:1]
    delimiter = max(",;\t|", key=lambda one: head[0].count(one)) if head else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names = next(rows, [])
    for count, row in enumerate(rows):
        if count >= most:
            break
        yield dict(zip(names, row, strict=False))


def _is_digest_list(data: bytes) -> bool:
    first = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:66]
    return bool(re.match(rb"[0-9A-Fa-f]{32,64}[ \t]", first))


def _of_lines(text: str, suffix: str) -> Iterator[dict[str, str]]:
    """`<digest>  <name>` a line, as md5sum and its kin write them; lines of another form say nothing."""
    for line in text.splitlines():
        if (match := _LINE.match(line)) is not None:
            length = len(match["digest"])
            algorithm = suffix if suffix in _LENGTHS and _LENGTHS[suffix] == length else ""
            algorithm = algorithm or {32: "md5", 64: "sha256"}.get(length, "")
            if algorithm:
                yield {"name": match["name"], algorithm: match["digest"]}


def by_name(records: Iterable[SideRecord]) -> dict[str, list[SideRecord]]:
    """Records by the recording that they name, without case: its file name, or a number that is its name without the
    ending. Those that name none are left out."""
    found: dict[str, list[SideRecord]] = {}
    for record in records:
        names = {record.name.casefold()} - {""}
        if len(number := record.get("identifier").casefold()) >= _SHORTEST:
            names.add(number)
        for name in sorted(names):
            found.setdefault(name, []).append(record)
    return found
