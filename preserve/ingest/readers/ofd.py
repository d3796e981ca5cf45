"""OFD (GB/T 33190): pages, attachments and signatures; pages that are named and not there."""

from __future__ import annotations

from pathlib import Path

from preserve.ingest.readers.ofd_package import Package
from preserve.ingest.readers.ofd_signatures import tell_signatures
from preserve.ingest.readers.report import Report


def read(path: Path, report: Report) -> None:
    """Fill the report. Raises what zipfile and lxml raise for a damaged file."""
    report.tool = "preserve OFD reader 3"
    with Package(path) as package:
        if package.encrypted:
            report.tell("encrypted", reason="OFD")
            return
        documents = list(package.documents())
        report.add("Pages", sum(len(document.pages) for document in documents))
        report.add("Documents", len(documents) if len(documents) > 1 else None)
        report.add("Attachments", sum(len(document.attachments) for document in documents) or None)
        tell_signatures(package, report)
        missing = [place for document in documents for place in document.missing]
        report.add("Title", "; ".join(words for name, words in package.said() if name == "Title")[:300] or None)
        if missing:
            report.tell("truncated", reason=", ".join(missing[:5])[:200])
