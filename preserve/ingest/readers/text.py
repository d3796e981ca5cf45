"""Text: its encoding, with the evidence for it."""

from __future__ import annotations

from pathlib import Path

from preserve.ingest.readers import encodings
from preserve.ingest.readers.report import Report

_MOST = 4 << 20


def read(path: Path, report: Report, data: bytes | None = None) -> None:
    """Fill the report from the first 4 MiB; `data` is the whole file where it was read already. Raises OSError."""
    report.tool = "preserve text reader 2"
    if data is None:
        with path.open("rb", buffering=0) as file:
            beginning = file.read(_MOST)
        name, evidence = encodings.encoding_of(beginning, whole=path.stat().st_size <= len(beginning))
    else:
        name, evidence = encodings.encoding_of(data[:_MOST], whole=len(data) <= _MOST)
    report.add("Encoding", name)
    report.add("EncodingEvidence", evidence)
    if not name:
        report.tell("encoding-unknown", "warning")


def read_text(path: Path) -> str:
    """The whole text, in the encoding that its bytes speak for; what does not decode is shown as such. Raises OSError.

    For small files only: it is held in memory.
    """
    data = path.read_bytes()
    name, _ = encodings.encoding_of(data)
    return data.decode(name or "utf-8", "backslashreplace").removeprefix("\ufeff")
