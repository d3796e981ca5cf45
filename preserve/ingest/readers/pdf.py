"""PDF by pikepdf: pages, version, encryption, PDF/A claim, fonts that are not embedded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from preserve.ingest.readers.report import Report

_MOST_FONTS = 5000


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
    try:
        document = pikepdf.open(path)
    except pikepdf.PasswordError:
        report.tell("encrypted", reason="PDF")
        return
    with document:
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
            part = re.search(rb"pdfaid:part\D{1,4}(\d)", text)
            level = re.search(rb"pdfaid:conformance[^A-Za-z]{1,4}([A-Za-z])", text)
            if part:
                report.add("PDF/A", part[1].decode() + (level[1].decode().lower() if level else ""))
        report.add("Attachments", len(document.attachments) or None)
