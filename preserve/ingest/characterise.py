"""What lies in a file: the reader for its kind, and what its name says of device and time."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from metadata.findings import Finding
from preserve.ingest.facts import Character, Identification, Kind
from preserve.profiles import read_profile

_LOCAL = ZoneInfo("Asia/Shanghai")


class Camera(BaseModel):
    """A way of naming files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    pattern: str


class CamerasProfile(BaseModel):
    """`profiles/cameras.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera: tuple[Camera, ...]


@cache
def _cameras() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((one.name, re.compile(one.pattern)) for one in read_profile("cameras.toml", CamerasProfile).camera)


@dataclasses.dataclass(frozen=True, slots=True)
class NamedBy:
    """What a file name says: kind of device, device, officer, when recording began (UTC)."""

    camera: str
    device: str = ""
    officer: str = ""
    started: datetime | None = None


def read_name(path: str) -> NamedBy | None:
    """What the last part of a path says by the camera patterns, or None."""
    name = path.rpartition("/")[2]
    for camera, pattern in _cameras():
        found = pattern.match(name)
        if found is None:
            continue
        groups = found.groupdict()
        moment: datetime | None = None
        try:
            if groups.get("epoch"):
                moment = datetime.fromtimestamp(int(groups["epoch"]) / 1000, UTC)
            elif groups.get("time"):
                digits = re.sub(r"\D", "", groups["time"])
                moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=_LOCAL).astimezone(UTC)
        except ValueError:
            continue
        return NamedBy(camera, groups.get("device") or "", groups.get("officer") or "", moment)
    return None


_OFFICE = re.compile(
    r"officedocument|msword|ms-excel|ms-powerpoint|ms-works|opendocument|application/rtf|text/rtf", re.IGNORECASE
)
_TEXT_PUIDS = {"x-fmt/111", "x-fmt/18", "x-fmt/16", "x-fmt/22", "fmt/817", "fmt/101", "fmt/96", "fmt/471"}


def kind_of(identification: Identification, name: str) -> Kind:
    """The family a file belongs to, by its MIME type and, where that says nothing, by its extension."""
    mime = identification.mime.lower()
    extension = name.rpartition(".")[2].lower()
    if mime.startswith("video/"):
        return "video"
    if mime.startswith("audio/"):
        return "sound"
    if mime.startswith("image/"):
        return "image"
    if mime == "message/rfc822" or extension == "eml":
        return "email"
    if mime in ("application/pdf", "application/ofd") or _OFFICE.search(mime):
        return "document"
    if mime.startswith("text/") or identification.puid in _TEXT_PUIDS or identification.basis == "text":
        return "text"
    if identification.puid in ("fmt/111", "fmt/494") or extension in (
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "wps",
    ):
        return "document"
    if extension in ("mp4", "mov", "avi", "mkv", "wmv", "3gp", "mts", "m2ts", "mpg", "mpeg", "ts", "asf", "dav", "flv"):
        return "video"
    if extension in ("wav", "mp3", "m4a", "amr", "wma", "aac", "ogg", "flac"):
        return "sound"
    if extension in ("txt", "csv", "log", "srt", "md", "xml", "json", "html", "htm"):
        return "text"
    return "archive" if identification.puid in ("x-fmt/263", "fmt/189") else "other"


def characterise(path: Path, identification: Identification, name: str) -> Character:
    """What lies in the file; a file that its reader cannot take becomes a finding and never an exception."""
    kind = kind_of(identification, name)
    empty = any(finding.code == "format.empty" for finding in identification.findings)
    if empty:
        return Character(kind, "")
    try:
        character = _read(kind, path, identification, name)
    except Exception as error:  # noqa: BLE001  hostile files reach every corner of the readers
        character = Character(kind, "", findings=(Finding("format.unreadable", name, "error", {}, repr(error)[:500]),))
    if kind in ("video", "sound", "image"):
        return _with_name(character, read_name(name))
    return character


def _read(kind: Kind, path: Path, identification: Identification, name: str) -> Character:
    if kind in ("video", "sound"):
        from preserve.ingest.readers import av

        return av.read(path, name)
    if kind == "image":
        from preserve.ingest.readers import image

        return image.read(path, name)
    from preserve.ingest.readers import documents

    if kind == "text":
        return documents.read_text(path, name)
    if kind == "email":
        return documents.read_mail(path, name)
    if kind == "archive":
        return documents.read_archive(path, name)
    if kind == "document":
        if identification.mime == "application/pdf":
            return documents.read_pdf(path, name)
        if identification.mime == "application/ofd":
            return documents.read_ofd(path, name)
        return documents.read_office(path, name)
    return Character("other", "")


def _with_name(character: Character, named: NamedBy | None) -> Character:
    """A name's time counts where the file itself holds none; its device always does, being the camera's number."""
    if named is None:
        return character
    properties = character.properties
    if named.officer:
        properties = (*properties, ("officer number in name", named.officer))
    if named.started is not None:
        properties = (*properties, ("start in name", named.started.isoformat()))
    started, source = character.started, character.started_from
    if started is None and named.started is not None:
        started, source = named.started, "file-name"
    return dataclasses.replace(
        character,
        properties=properties,
        started=started,
        started_from=source,
        device=named.device or character.device,
    )
