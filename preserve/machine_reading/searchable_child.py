"""The process that makes a searchable copy: one request, where it is, and what was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from preserve.machine_reading.bounded import Broken, serve
from preserve.machine_reading.records import PageText, records_of
from preserve.machine_reading.searchable import NoRoom, NothingToWrite, ScannedFile, Words, writing

UNREADABLE, NO_ROOM = "reading.copy-unreadable", "output.unwritable"


def make(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What `services.machine_reading_copies` asks for."""
    texts: defaultdict[str, dict[int, PageText]] = defaultdict(dict)
    for record in records_of(request["texts"], "texts"):
        if isinstance(record, PageText):
            texts[record.file][record.page] = record
    broken: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for name, page, why in request["broken"]:
        broken[name][page] = why
    files = [
        ScannedFile(Path(one["path"]), one["name"], texts[one["name"]], broken[one["name"]]) for one in request["files"]
    ]
    words = Words(request["title"], request["mark"], request["source"], datetime.fromisoformat(request["moment"]))
    steps = writing(files, Path(request["output"]), words, Path(request["scratch"]))
    try:
        while True:
            try:
                yield {"at": next(steps)}
            except StopIteration as done:
                made = asdict(done.value)
                break
    except NothingToWrite as error:
        raise Broken(UNREADABLE, str(error)) from error
    except NoRoom as error:
        raise Broken(NO_ROOM, str(error)) from error
    yield {"made": made}


if __name__ == "__main__":
    serve(make)
