"""Letters of RFC 5322, one in a file or many in a mailbox: headers and the number of attachments."""

from __future__ import annotations

from pathlib import Path

from preserve.ingest.readers import letters, mailboxes
from preserve.ingest.readers.report import Report

_MOST = 32 << 20


def read(path: Path, report: Report) -> None:
    """Fill the report. Raises OSError; what is wrong with a header is no damage to the letter."""
    report.tool = "preserve e-mail reader 2"
    if mailboxes.is_mailbox(path):
        report.add("Letters", sum(1 for _ in mailboxes.letters(path)))
        return
    with path.open("rb") as file:
        letter = letters.parse(file.read(_MOST))
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        report.add(name, letters.header(letter, name))
    report.add("Attachments", sum(letters.is_attached(part) for part in letters.parts(letter)))
    if (moment := letters.sent(letter)) is not None:
        report.add("Sent", moment.isoformat())
