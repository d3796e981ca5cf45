"""PDF by pikepdf: pages, version, encryption, PDF/A claim, fonts that are not embedded, what acts."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from preserve.ingest.readers.pdf_active import look_for_active
from preserve.ingest.readers.pdf_wholeness import NO_HEAD, SECONDS, End, Window, look_at_end, look_inside
from preserve.ingest.readers.report import Report
from preserve.typesetting.judging import PARTS, judge

_MOST_FONTS = 5000
_MOST_FAULTS = 5
_MOST_JUDGED = 64 << 20
# As an attribute or as an element, which may declare its name space itself.
_PART = re.compile(rb"pdfaid:part(?:\s[^<>]{0,200})?[>=][\s\"']{0,4}(\d)")
_LEVEL = re.compile(rb"pdfaid:conformance(?:\s[^<>]{0,200})?[>=][\s\"']{0,4}([A-Za-z])")


def _unembedded(document: Any) -> list[str]:
    """Names of fonts without a font file (ISO 32000-1 §9.9); Type 3 fonts are drawn in the page itself."""
    missing: set[str] = set()
    seen = 0
    for item in document.objects:
        if not hasattr(item, "keys") or item.get("/Type") != "/Font" or seen > _MOST_FONTS:
            continue
        seen += 1
        if item.get("/Subtype") in ("/Type3", "/Type0"):
            continue
        descriptor = item.get("/FontDescriptor")
        if descriptor is None or not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
            missing.add(str(item.get("/BaseFont", "?")).lstrip("/"))
    return sorted(missing)


def read(path: Path, report: Report) -> None:
    """Fill the report. Raises what pikepdf raises for a damaged file."""
    import pikepdf

    report.tool = f"pikepdf {pikepdf.__version__}"
    end = look_at_end(path)
    if end.fault:
        report.tell("unreadable" if end.fault == NO_HEAD else "truncated", reason=end.fault)
    with Window(path, end.size) as window:
        try:
            document = pikepdf.open(io.BufferedReader(window))
        except pikepdf.PasswordError:
            report.tell("encrypted", reason="PDF")
            return
        except pikepdf.PdfError:
            if end.fault:
                return
            raise
        with document:
            declared = _declared(document)
            _describe(document, report)
            if not end.fault:
                _tell_inside(document, end, declared, report)
    _tell_claim(path, report)


def _tell_claim(path: Path, report: Report) -> None:
    """What the validator says of a PDF that claims to be PDF/A and is whole."""
    claim = dict(report.properties).get("PDF/A", "")
    if claim[:1] not in PARTS or report.findings or path.stat().st_size > _MOST_JUDGED:
        return
    verdict = judge(path, claim[0])
    report.add("PDF/A check", verdict.words())
    if verdict.rules:
        rules = ", ".join(verdict.rules[:_MOST_FAULTS])
        report.tell("pdfa-denied", "warning", claim=claim, rules=rules, validator=verdict.validator)


def _declared(document: Any) -> int:
    """The pages that it says it has, asked before anything is mended."""
    try:
        return int(document.Root.Pages.get("/Count", 0))
    except (AttributeError, TypeError, ValueError):
        return 0


def _tell_inside(document: Any, end: End, declared: int, report: Report) -> None:
    inside = look_inside(document, declared)
    if inside.faults:
        shown = ", ".join(inside.faults[:_MOST_FAULTS])
        more = f" +{len(inside.faults) - _MOST_FAULTS}" if len(inside.faults) > _MOST_FAULTS else ""
        report.tell("truncated", reason=shown + more)
    elif inside.mended:
        report.tell("pdf-mended", "note")
    if not inside.read:
        report.tell("pdf-not-read", "note", seconds=int(SECONDS))
    if end.behind:
        report.add("BytesBehindTheEnd", end.behind)
        report.tell("pdf-behind", "note", bytes=end.behind)


def _describe(document: Any, report: Report) -> None:
    report.add("Version", document.pdf_version)
    report.add("Pages", len(document.pages))
    if document.is_encrypted:
        report.add("Encrypted", "owner")
        report.tell("encrypted-owner", "warning")
    missing = _unembedded(document)
    report.add("FontsNotEmbedded", ", ".join(missing))
    metadata = document.Root.get("/Metadata")
    if metadata is not None:
        text = bytes(metadata.read_bytes()[: 1 << 20])
        part, level = _PART.search(text), _LEVEL.search(text)
        if part:
            report.add("PDF/A", part[1].decode() + (level[1].decode().lower() if level else ""))
    report.add("Attachments", len(document.attachments) or None)
    active = look_for_active(document)
    if active.scripts:
        report.tell("pdf-scripts", "note", count=active.scripts)
    if active.launches:
        report.tell("pdf-launches", "note", count=active.launches)
    if active.embedded:
        report.tell("pdf-embedded", "note", count=active.embedded)
