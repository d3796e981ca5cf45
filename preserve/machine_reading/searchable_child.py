"""The process that makes a searchable copy: one request, the number of pages after each, and what was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from preserve.machine_reading.bounded import Broken, serve
from preserve.machine_reading.records import PageText, records_of
from preserve.machine_reading.searchable import NothingToWrite, ScannedFile, Words, writing

UNREADABLE = "reading.copy-unreadable"


def make(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What `services.machine_reading_copies` asks for."""
    texts: defaultdict[str, dict[int, PageText]] = defaultdict(dict)
    with Path(request["texts"]).open(encoding="utf-8") as lines:
        for record in records_of(lines, request["texts"]):
            if isinstance(record, PageText):
                texts[record.file][record.page] = record
    files = [ScannedFile(Path(one["path"]), one["name"], texts[one["name"]]) for one in request["files"]]
    words = Words(request["title"], request["mark"], request["source"], datetime.fromisoformat(request["moment"]))
    steps = writing(files, Path(request["output"]), words)
    try:
        while True:
            try:
                yield {"pages": next(steps)}
            except StopIteration as done:
                made = asdict(done.value)
                break
    except NothingToWrite as error:
        raise Broken(UNREADABLE, str(error)) from error
    yield {"made": made}


if __name__ == "__main__":
    serve(make)
