"""Plain text: whole lines taken out, the others as they are, as UTF-8."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from preserve.access.redaction.plan import Redaction
from preserve.errors import Refused
from preserve.messages import say

_LARGEST = 64 << 20  # bytes


def read_lines(path: Path, name: str) -> list[str]:
    """The lines of a text in UTF-8 or GB 18030, without their ends. Raises Refused."""
    if path.stat().st_size > _LARGEST:
        raise Refused("redaction.unreadable", name, reason=f"> {_LARGEST >> 20} MiB")
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    raise Refused("redaction.unreadable", name, reason="UTF-8, GB 18030")


def redact_lines(source: Path, result: Path, name: str, redactions: Sequence[Redaction]) -> None:
    """Write the redacted copy: in place of each line taken out one that says so; their numbers stay. Raises Refused."""
    gone = [span for redaction in redactions for span in redaction.lines]

    def kept() -> Iterator[str]:
        for number, line in enumerate(read_lines(source, name), 1):
            taken = any(first <= number <= last for first, last in gone)
            yield say("redaction.line-gone") if taken else line

    result.write_text("\n".join(kept()), encoding="utf-8", newline="\n")
