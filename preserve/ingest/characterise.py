"""What lies in a file: its kind, properties, streams and times. A hostile file becomes a finding, never a crash."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

from preserve.clock import CHINA
from preserve.ingest.facts import Character, Identification, Kind
from preserve.ingest.kinds import by_streams, is_kept_only, kind_of
from preserve.ingest.readers import dictation, drawings
from preserve.ingest.readers.camera_names import read_name
from preserve.ingest.readers.report import Report
from preserve.ingest.readers.wholeness import tell_hollow, tell_unpacked


def _dispatch(
    path: Path, report: Report, kind: Kind, identification: Identification, zone: tzinfo, data: bytes | None
) -> None:
    """Readers are imported here, so that a case of text files loads none of the heavy libraries."""
    if kind == "sound" and dictation.is_dictation(identification):
        dictation.read(path, report, zone)
    elif kind in ("video", "sound"):
        from preserve.ingest.readers import av

        av.read(path, report, zone)
    elif kind == "image":
        from preserve.ingest.readers import image

        image.read(path, report, zone)
    elif kind == "text":
        from preserve.ingest.readers import text

        text.read(path, report, data)
    elif kind == "email":
        from preserve.ingest.readers import email

        email.read(path, report)
    elif kind == "archive":
        from preserve.ingest.readers import archive

        archive.read(path, report, identification.mime)
    elif kind == "document" and "pdf" in identification.mime:
        from preserve.ingest.readers import pdf

        pdf.read(path, report)
    elif kind == "document" and "ofd" in identification.mime:
        from preserve.ingest.readers import ofd

        ofd.read(path, report)
    elif kind == "document" and "outlook" in identification.mime:
        from preserve.ingest.readers import outlook

        outlook.read(path, report)
    elif drawings.is_drawing(identification.mime):
        drawings.read(path, report)
    elif kind == "document":
        from preserve.ingest.readers import office

        office.read(path, report)


def characterise(
    path: Path, identification: Identification, name: str, zone: tzinfo = CHINA, data: bytes | None = None
) -> Character:
    """Read the file at `path`, held to be `identification`; `name` is the depositor's name for it.

    `zone` is where the cameras' clocks run; `data` is the whole file where it was read already. Times of the container
    or EXIF beat those of the file's name; both are kept in the properties. Raises OSError only where the file itself
    cannot be opened.
    """
    report = Report(name)
    kind = kind_of(identification)
    if data is None:
        path.open("rb").close()  # a missing file is the caller's trouble, not the format's
    try:
        if not tell_hollow(path, kind, report, data):
            _dispatch(path, report, kind, identification, zone, data)
            if is_kept_only(identification):
                report.tell("kept-and-named", "note", format=identification.name)
            tell_unpacked(path, report, data)
    except Exception as error:  # noqa: BLE001  # libraries raise anything on hostile bytes: the file is unreadable, we go on
        report.tell("unreadable", detail=f"{type(error).__name__}: {error}"[:500], reason=type(error).__name__)
    kind = by_streams(kind, (stream.kind for stream in report.streams), name)
    named = read_name(name, zone)
    if named is not None:
        report.add("NamePattern", named.pattern)
        report.add("NameOfficer", named.officer)
        report.add("NameMoment", named.moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
        report.add("NamePart", named.part)
        report.device = report.device or named.device
        if report.started is None:
            report.started, report.started_from = named.moment, "file-name"
    return Character(
        *(kind, report.tool, tuple(report.properties), tuple(report.streams), report.duration),
        *(report.started, report.started_from, report.device, tuple(report.findings)),
    )
