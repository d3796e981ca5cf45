"""Archives: how many members, and whether any is encrypted."""

from __future__ import annotations

import zipfile
from pathlib import Path

from preserve.ingest.readers.report import Report
from storage_adapters.programs import ask

_PATIENCE = 60  # seconds for a listing


def read(path: Path, report: Report, mime: str) -> None:
    """Fill the report. Raises what zipfile raises for a damaged file; OSError where 7z is not installed."""
    if "zip" in mime and zipfile.is_zipfile(path):
        report.tool = "preserve ZIP reader 1"
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        report.add("Members", len(members))
        locked = sum(member.flag_bits & 1 for member in members)
        if locked:
            report.tell("encrypted", reason=f"ZIP: {locked}")
        return
    with path.open("rb") as file:
        if file.read(6) != b"7z\xbc\xaf\x27\x1c":
            report.tool = "preserve archive reader 1"
            return
    report.tool = "7z"
    # «-p» with a password that nobody uses: without it 7z waits for one at the terminal.
    command = ["7z", "l", "-slt", "-p-", "--", str(path)]
    listed = ask(command, patience=_PATIENCE)
    if b"Encrypted = +" in listed.out or b"Wrong password" in listed.error + listed.out:
        report.tell("encrypted", reason="7z")
    elif listed.status:
        report.tell("unreadable", reason="7z", detail=listed.error.decode("utf-8", "replace")[-500:])
    else:
        report.add("Members", max(0, listed.out.count(b"\nPath = ") - 1))
