"""Still images: size, whether every pixel of every page decodes, and what EXIF says of camera, time and place."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

from metadata.findings import Severity
from preserve.ingest.readers.report import Report
from preserve.pictures import exif
from preserve.pictures.helper import POOL, PictureFailed

_PATIENCE = 600.0
_SEVERITIES: dict[str, Severity] = {"truncated": "error", "picture-not-decoded": "warning"}
_WORDS_OF_DAMAGE = ("Bad code word", "Premature", "premature", "Corrupt", "corrupt", "Line length", "not in table")


def read(path: Path, report: Report, zone: tzinfo) -> None:
    """Fill the report."""
    try:
        done = POOL.ask("examine", path=str(path), patience=_PATIENCE)
    except PictureFailed as error:
        report.tool = "Pillow"
        report.tell("unreadable", detail=error.words[:500], reason=error.kind)
        return
    report.tool = done["tool"]
    for key, value in done["properties"]:
        report.add(key, value)
        if key == "Camera":
            report.device = value
    dated = done["dated"]
    if dated.get("taken"):
        report.add("DateTimeOriginal", f"{dated['taken']} {dated['offset']}".strip())
        report.started = exif.moment(dated["taken"], dated["offset"], zone)
        report.started_from = "exif" if report.started else ""
    report.add("GPS", dated.get("place"))
    report.add("UserComment", dated.get("comment"))
    for code, reason, detail in done["faults"]:
        report.tell(code, _SEVERITIES[code], detail=detail[:500], reason=reason)
    damage = [line for line in done["said"].splitlines() if any(word in line for word in _WORDS_OF_DAMAGE)]
    if damage and not done["faults"]:
        # The decoder went on over it; nobody would see which lines are not as they were.
        report.tell("truncated", detail=damage[0][:500], reason="pixels")
