"""Mailboxes (RFC 4155 and its relatives): the letters in them, one after the other, each bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_FROM = re.compile(rb"From \S+.*\d{2}:\d{2}|From - |From \?\?\?@\?\?\?")
_MOST = 32 << 20


def is_mailbox(path: Path) -> bool:
    """Whether a file begins as a mailbox does, and more than a stray line says so."""
    with path.open("rb") as file:
        return bool(_FROM.match(file.readline(1000)))


def letters(path: Path) -> Iterator[tuple[bytes, bool]]:
    """The bytes of each letter, and whether they are all of it. Raises OSError."""
    held: list[bytes] = []
    length, whole, blank = 0, True, True
    with path.open("rb") as file:
        while line := file.readline(1 << 20):
            if blank and _FROM.match(line):
                if length:
                    yield b"".join(held), whole
                held, length, whole = [], 0, True
            elif length + len(line) <= _MOST:
                held.append(line[1:] if re.match(rb">+From ", line) else line)
                length += len(line)
            else:
                whole = False
            blank = not line.strip()
    if length:
        yield b"".join(held), whole
