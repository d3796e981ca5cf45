"""What kind of thing a file is: by the PUID of its identification (`profiles/kinds.toml`), else by its MIME type."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from pydantic import BaseModel, ConfigDict

from preserve.ingest.facts import Identification, Kind
from preserve.profiles import read_profile


class Kinds(BaseModel):
    """`profiles/kinds.toml`: PUIDs by kind; `kept_and_named` are PUIDs and MIME types that nothing here looks into."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: frozenset[str]
    document: frozenset[str]
    image: frozenset[str]
    sound: frozenset[str]
    video: frozenset[str]
    email: frozenset[str]
    archive: frozenset[str]
    other: frozenset[str]
    kept_and_named: frozenset[str] = frozenset()


# For our own signatures, which have no PUID, and for PUIDs that came after the table. Whole types or their beginnings:
# no word is looked for inside, where «ms-asf» and «ms-office» look alike.
_BY_MIME: tuple[tuple[str, Kind], ...] = (
    ("message/", "email"),
    ("application/mbox", "email"),
    ("image/svg", "text"),
    ("image/vnd.dwg", "other"),
    ("image/vnd.dxf", "other"),
    ("image/wmf", "other"),
    ("image/emf", "other"),
    ("image/", "image"),
    ("audio/x-mpegurl", "text"),
    ("audio/mpegurl", "text"),
    ("audio/midi", "other"),
    ("audio/x-ds2", "other"),
    ("audio/x-sony-voice", "other"),
    ("audio/3gpp", "video"),
    ("audio/", "sound"),
    ("video/", "video"),
    ("application/mp4", "video"),
    ("application/mxf", "video"),
    ("application/ogg", "video"),
    ("application/x-matroska", "video"),
    ("application/vnd.ms-asf", "video"),
    ("application/vnd.rn-realmedia", "video"),
    ("application/pdf", "document"),
    ("application/ofd", "document"),
    ("application/rtf", "document"),
    ("application/msword", "document"),
    ("application/vnd.ms-outlook", "document"),
    ("application/vnd.ms-excel", "document"),
    ("application/vnd.ms-powerpoint", "document"),
    ("application/vnd.ms-word", "document"),
    ("application/vnd.ms-works", "document"),
    ("application/vnd.openxmlformats-officedocument", "document"),
    ("application/vnd.oasis.opendocument.base", "other"),
    ("application/vnd.oasis.opendocument", "document"),
    ("application/vnd.sun.xml", "document"),
    ("application/vnd.stardivision", "document"),
    ("application/zip", "archive"),
    ("application/gzip", "archive"),
    ("application/x-tar", "archive"),
    ("application/x-7z-compressed", "archive"),
    ("application/vnd.rar", "archive"),
    ("application/x-bzip", "archive"),
    ("application/x-xz", "archive"),
    ("application/json", "text"),
    ("application/xml", "text"),
    ("application/xhtml+xml", "text"),
    ("text/", "text"),
)


@cache
def _table() -> Kinds:
    return read_profile("kinds.toml", Kinds)


def is_kept_only(identification: Identification) -> bool:
    """Whether nothing here looks into files of a format, so that people must be told."""
    named = _table().kept_and_named
    return identification.puid in named or identification.mime.lower().partition(",")[0].strip() in named


@cache
def _by_puid() -> dict[str, Kind]:
    table = _table()
    kinds: tuple[tuple[Kind, frozenset[str]], ...] = (
        ("text", table.text),
        ("document", table.document),
        ("image", table.image),
        ("sound", table.sound),
        ("video", table.video),
        ("email", table.email),
        ("archive", table.archive),
        ("other", table.other),
    )
    return {puid: kind for kind, puids in kinds for puid in puids}


def kind_of(identification: Identification) -> Kind:
    """The kind of a format. For a recording it is what its format usually holds: see `by_streams`."""
    kind = _by_puid().get(identification.puid or "")
    if kind is not None:
        return kind
    mime = identification.mime.lower()
    return next((kind for beginning, kind in _BY_MIME if mime.startswith(beginning)), "other")


_NAMES_OF_SOUND = (".m4a", ".amr", ".aac", ".wma", ".mka", ".oga")


def by_streams(kind: Kind, streams: Iterable[str], name: str = "") -> Kind:
    """A container that can hold both is what lies in it: sound where there is no picture, whatever its name says.

    Only where no stream can be read does the depositor's name tell.
    """
    there = {stream for stream in streams if stream in ("sound", "video")}
    if kind == "video" and (there == {"sound"} or (not there and name.lower().endswith(_NAMES_OF_SOUND))):
        return "sound"
    return "video" if kind == "sound" and "video" in there else kind
