"""What kind of thing a file is: by its PUID, else by its MIME type, and a recording by its streams; never by words."""

from __future__ import annotations

import importlib.util
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from preserve.ingest.facts import Identification, Kind
from preserve.ingest.identifiers.extensions import rules
from preserve.ingest.identifiers.tables import Format, load
from preserve.ingest.kinds import Kinds, by_streams, kind_of
from preserve.profiles import read_profile


def _kind(puid: str | None, title: str = "", mime: str = "") -> Kind:
    return kind_of(Identification(puid, title, "", mime, "signature", ()))


@pytest.mark.parametrize(
    ("puid", "title", "mime", "kind"),
    [
        ("fmt/131", "Advanced Systems Format", "application/vnd.ms-asf", "video"),
        ("fmt/1454", "Web Video Text Tracks (WebVTT) Format", "text/vtt", "text"),
        ("x-fmt/279", "MPEG 1/2 Audio Layer 3 Streaming", "audio/mpeg", "text"),
        ("fmt/1210", "Wavefront OBJ File", "", "other"),
        ("fmt/1218", "SubRip Subtitle File", "", "text"),
        ("fmt/589", "Windows Media Playlist", "application/vnd.ms-wpl", "text"),
        ("fmt/1382", "Embedded OpenType", "application/vnd.ms-fontobject", "other"),
        ("x-fmt/61", "AutoCAD Landscape Library", "", "other"),
        ("fmt/1215", "ERDAS Hierarchical File Architecture Format", "", "other"),
        ("fmt/434", "AutoCAD Drawing", "image/vnd.dwg", "other"),
        ("fmt/200", "Material Exchange Format", "application/mxf", "video"),
        ("fmt/640", "MPEG-2 Elementary Stream", "", "video"),
        ("fmt/712", "RF64", "", "sound"),
        ("fmt/569", "Matroska", "", "video"),
        ("fmt/357", "3GPP Audio/Video File", "audio/3gpp", "video"),
        ("fmt/411", "RAR Archive", "application/vnd.rar", "archive"),
    ],
)
def test_the_puid_decides(puid: str, title: str, mime: str, kind: Kind) -> None:
    assert _kind(puid, title, mime) == kind


@pytest.mark.parametrize(
    ("mime", "kind"),
    [
        ("message/rfc822", "email"),
        ("image/tiff", "image"),
        ("image/svg+xml", "text"),
        ("audio/x-wav", "sound"),
        ("audio/x-mpegurl", "text"),
        ("video/x-dav", "video"),
        ("application/vnd.ms-asf", "video"),
        ("application/ofd", "document"),
        ("application/vnd.ms-works", "document"),
        ("application/vnd.ms-fontobject", "other"),
        ("application/zip", "archive"),
        ("application/vnd.ms-cab-compressed", "other"),
        ("TEXT/HTML", "text"),
        ("application/octet-stream", "other"),
        ("", "other"),
    ],
)
def test_without_a_known_puid_the_mime_type_decides(mime: str, kind: Kind) -> None:
    assert _kind(None, "Video Sound Word Zip Text Wave", mime) == kind
    assert _kind("fmt/99999", "Wave Office", mime) == kind


@pytest.mark.parametrize(
    ("kind", "streams", "name", "expected"),
    [
        ("video", ["video", "sound"], "a.m4a", "video"),
        ("video", ["sound"], "a.mp4", "sound"),
        ("video", ["sound", "text", "other"], "a.wmv", "sound"),
        ("video", [], "a.mp4", "video"),
        ("video", [], "a.M4A", "sound"),
        ("sound", ["video", "sound"], "a.m4a", "video"),
        ("sound", ["sound"], "a.mp4", "sound"),
        ("text", ["sound"], "a.vtt", "text"),
    ],
)
def test_a_container_is_what_lies_in_it(kind: Kind, streams: list[str], name: str, expected: Kind) -> None:
    assert by_streams(kind, streams, name) == expected


def test_no_puid_has_two_kinds_and_our_own_formats_have_one() -> None:
    table = read_profile("kinds.toml", Kinds)
    puids = [puid for field in Kinds.model_fields if field != "kept_and_named" for puid in getattr(table, field)]
    assert len(puids) == len(set(puids))
    own = {form.name: _kind(None, form.name, form.mime) for form in rules().formats}
    assert set(own.values()) == {"document", "video", "other"}


@cache
def _classes() -> dict[str, set[str]]:
    """The classes that PRONOM gives each of its formats."""
    spec = importlib.util.find_spec("fido")
    assert spec is not None and spec.origin is not None
    classes: dict[str, set[str]] = {}
    with zipfile.ZipFile(Path(spec.origin).parent / "conf" / "pronom-xml-v109.zip") as archive:
        for member in archive.namelist():
            if not member.endswith(".xml"):
                continue
            report = ElementTree.fromstring(archive.read(member))
            words = next((element.text or "" for element in report.iter() if element.tag.endswith("FormatTypes")), "")
            puid = member.removeprefix("puid.").removesuffix(".xml").replace(".", "/")
            classes[puid] = {word.strip() for word in words.split(",") if word.strip()}
    return classes


def _judged(kind: Kind) -> Iterator[tuple[Format, set[str]]]:
    """Formats of a kind with PRONOM's classes, where PRONOM has any."""
    for entry in load().formats:
        if _kind(entry.puid, entry.name, entry.mime) == kind and (classes := _classes().get(entry.puid)):
            yield entry, classes


@pytest.mark.parametrize(
    ("kind", "fitting", "but"),
    [
        ("sound", {"Audio"}, set()),
        ("video", {"Video"}, set()),
        ("image", {"Image (Raster)"}, set()),
        ("email", {"Email", "Text (Structured)"}, set()),
        ("archive", {"Aggregate"}, {"fmt/482", "fmt/483", "fmt/897", "fmt/1558"}),
        (
            "document",
            {"Word Processor", "Spreadsheet", "Presentation", "Page Description"},
            {"fmt/111", "fmt/135", "fmt/189", "x-fmt/430"},  # a letter in OLE2, which the readers of papers take
        ),
    ],
)
def test_every_format_of_pronom_is_of_the_class_that_pronom_gives_it(
    kind: Kind, fitting: set[str], but: set[str]
) -> None:
    drawings = {"Image (Vector)"} if kind == "document" else set()  # LibreOffice draws those of office suites
    assert len(_classes()) > 2000
    wrong = [
        (entry.puid, entry.name)
        for entry, classes in _judged(kind)
        if not classes & (fitting | drawings) and entry.puid not in but
    ]
    assert wrong == []


def test_no_recording_of_pronom_is_taken_for_a_paper() -> None:
    for kind in ("document", "text", "archive", "image", "email"):
        wrong = [
            (entry.puid, entry.name)
            for entry, classes in _judged(kind)
            if classes <= {"Audio", "Video", "Image (Raster)"} and classes & {"Audio", "Video"}
        ]
        assert [puid for puid, _ in wrong if puid != "x-fmt/183"] == []  # a RealAudio metafile is a list of addresses
