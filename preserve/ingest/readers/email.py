"""Letters of RFC 5322: headers and the number of attachments."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from preserve.ingest.readers.report import Report

_MOST = 32 << 20


def read(path: Path, report: Report) -> None:
    """Fill the report. Raises OSError, or what the parser raises for malformed headers."""
    from email import policy
    from email.parser import BytesParser
    from email.utils import parsedate_to_datetime

    report.tool = "preserve e-mail reader 1"
    with path.open("rb") as file:
        letter = BytesParser(policy=policy.default).parsebytes(file.read(_MOST))
    for header in ("From", "To", "Subject", "Date", "Message-ID"):
        report.add(header, letter.get(header))
    report.add("Attachments", sum(1 for part in letter.walk() if part.get_content_disposition() == "attachment"))
    if letter.get("Date"):
        sent = parsedate_to_datetime(str(letter["Date"]))
        if sent.tzinfo is not None:
            report.add("Sent", sent.astimezone(UTC).isoformat())
