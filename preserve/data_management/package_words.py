"""What a package says in words, passage by passage, for whoever searches: its description, then its documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from metadata import csip
from metadata.identity import is_plain, readable
from metadata.names import original_bytes
from preserve.data_management.search import Passage
from preserve.description.schema import CaseDescription


def words_of_description(description: CaseDescription) -> Iterator[Passage]:
    """What the description says, field by field."""
    yield Passage("case_number", "", description.case_number)
    yield Passage("archival_number", "", description.archival_number)
    yield Passage("title", "", description.title)
    yield Passage("cause", "", description.cause)
    yield Passage("producer", "", description.producer.name)
    for party in description.parties:
        yield Passage("party", "", party.name)
    for officer in description.officers:
        yield Passage("officer", "", f"{officer.name} {officer.number}".strip())
    for measure in description.measures:
        yield Passage("place", "", measure.place)
        yield Passage("note", "", measure.note)
    for incident in description.incidents:
        yield Passage("note", "", incident.note)
    yield Passage("note", "", description.note)
    for item in description.objects:
        yield Passage("object", item.file, " ".join(filter(None, (item.title, item.kind))))
        yield Passage("device", item.file, item.device)
        yield Passage("maker", item.file, item.maker)
        yield Passage("place", item.file, item.place)
        yield Passage("note", item.file, " ".join(filter(None, (item.proves, item.note))))


def texts_of(package: Path) -> Iterator[Passage]:
    """What was read out of the documents at ingest; nothing in packages from before that was done."""
    with suppress(FileNotFoundError), (package / csip.TEXT).open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("text"):
                yield Passage("text", readable_name(str(row["file"])), str(row["text"]))


def readable_name(name: str) -> str:
    """The depositor's name, as XML has it, as people read it."""
    return name if is_plain(name) else readable(original_bytes(name).decode("utf-8", "surrogateescape"))
