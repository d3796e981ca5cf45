"""Text: its encoding, with the evidence for it."""

from __future__ import annotations

import codecs
from pathlib import Path

from preserve.ingest.readers.report import Report

_BLOCK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding(blocks: list[bytes]) -> tuple[str, str]:
    """Name and evidence. GB 18030 accepts almost any bytes, so it is asked last and called a guess."""
    for mark, name in _MARKS:
        if blocks and blocks[0].startswith(mark):
            return name, "byte-order-mark"
    if all(block.isascii() for block in blocks):
        return "ascii", "all-bytes-ascii"
    for name in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(name)()
        try:
            for block in blocks:
                decoder.decode(block)
        except UnicodeDecodeError:
            continue
        return name, "decodes-whole" if name == "utf-8" else "decodes-as-guess"
    return "", "no-encoding-fits"


def read(path: Path, report: Report) -> None:
    """Fill the report from the first 4 MiB. Raises OSError."""
    report.tool = "preserve text reader 1"
    with path.open("rb", buffering=0) as file:
        blocks = [block for _ in range(4) if (block := file.read(_BLOCK))]
    name, evidence = encoding(blocks)
    report.add("Encoding", name)
    report.add("EncodingEvidence", evidence)
    if not name:
        report.tell("encoding-unknown", "warning")


def read_text(path: Path) -> str:
    """The whole text, in the encoding that its bytes speak for; what does not decode is shown as such. Raises OSError.

    For small files only: it is held in memory.
    """
    data = path.read_bytes()
    name, _ = encoding([data])
    return data.decode(name or "utf-8", "backslashreplace").removeprefix("\ufeff")
