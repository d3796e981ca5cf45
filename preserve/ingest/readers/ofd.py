"""OFD (GB/T 33190): pages, by the page lists of its documents."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from preserve.ingest.readers.report import Report

_MOST = 16 << 20
_PAGE = re.compile(rb"<(?:\w+:)?Page\s[^>]*BaseLoc=")


def read(path: Path, report: Report) -> None:
    """Fill the report. Raises what zipfile raises for a damaged file."""
    report.tool = "preserve OFD reader 1"
    pages = 0
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        for name in names:
            if name.endswith("/Document.xml"):
                with archive.open(name) as part:
                    pages += len(_PAGE.findall(part.read(_MOST)))
        report.add("Pages", pages)
        report.add("Signatures", sum(name.endswith("/Signature.xml") for name in names) or None)
        if any(name.endswith("Encryptions.xml") for name in names):
            report.tell("encrypted", reason="OFD")
