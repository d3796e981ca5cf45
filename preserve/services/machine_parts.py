"""What a run keeps of a file while it is read: whole records, a line each, that a later run can go on behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from preserve.errors import NotIntact
from preserve.machine_reading.records import Record, line_of, records_of
from storage_adapters.durable import sync_folder
from storage_adapters.medium_errors import make_folder, on_medium

BEGUN = ".begun"
"""Ends the name of a part of which not all was read."""


def keep(part: Path, found: Callable[[int], Iterable[Record]], *, by_page: bool) -> None:
    """Write what is found in a file as its part, durably; `found` is called with the page to begin at.

    With `by_page` each record is durable before the next page is read, and what an earlier run had begun is gone on
    with; else it begins at page 1. Raises MediumProblem, and what `found` raises: then nothing but a beginning is left.
    """
    begun = part.with_name(part.name + BEGUN)
    with on_medium(begun):
        make_folder(part.parent)
        size, first = _whole(begun) if by_page else (0, 1)
        handle = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
        file = os.fdopen(handle, "wb")
        file.truncate(size)
        file.seek(size)
    try:
        for record in found(first):
            with on_medium(begun):
                file.write(line_of(record).encode("utf-8", "replace") + b"\n")
                if by_page:
                    file.flush()
                    os.fsync(handle)
        with on_medium(begun):
            file.flush()
            os.fsync(handle)
    finally:
        file.close()
    with on_medium(part):
        begun.replace(part)
        sync_folder(part.parent)


def _whole(begun: Path) -> tuple[int, int]:
    """The bytes of the whole records of a beginning, and the page after the last of them; none of what is damaged."""
    try:
        data = begun.read_bytes()
    except FileNotFoundError:
        return 0, 1
    lines = data[: data.rfind(b"\n") + 1]
    try:
        pages = [getattr(record, "page", 0) for record in records_of(lines.decode().split("\n")[:-1], str(begun))]
    except (ValueError, NotIntact):
        return 0, 1
    last = max(pages, default=0)
    return (len(lines), last + 1) if last else (0, 1)
