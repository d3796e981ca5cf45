"""The explanatory note (视听资料说明) of each recording used as evidence (Art. 17; 法释〔2002〕21号 Art. 12)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from preserve.administration.printing import Section
from preserve.administration.printing.paper import as_pdf
from preserve.description.schema import CaseDescription, CaseObject
from preserve.ingest.provenance import TakenFile
from preserve.ingest.readers.text import read_text
from preserve.ingest.rules import View
from preserve.ingest.rules.recordings import Recording, recordings, shown
from preserve.ingest.rules.times_agree import spoken_offset
from preserve.messages import length_for_people, listed, say

_LARGEST_TRANSCRIPT = 4 << 20  # bytes of a text file that is taken for a transcript
_LONGEST_TRANSCRIPT = 200_000  # characters of text that are printed; longer ones are named only


class Evidence:
    """Gathers the recordings that the description marks as evidence, and what is written in their transcripts."""

    def __init__(self, case: CaseDescription, originals: Path) -> None:
        self._originals = originals
        self._wanted = {item.file: item for item in case.objects if item.evidence}
        self._transcribed = {item.transcript for item in self._wanted.values() if item.transcript}
        self._recordings: list[TakenFile] = []
        self._transcripts: dict[str, str] = {}

    def add(self, file: TakenFile) -> None:
        """One file of the deposit; only plain text is read as a transcript."""
        kind = file.character.kind
        if file.name in self._wanted and kind in ("video", "sound"):
            self._recordings.append(file)
        if file.name in self._transcribed and kind == "text" and file.copied.size <= _LARGEST_TRANSCRIPT:
            self._transcripts[file.name] = read_text(self._originals / file.stored)

    def notes(self, view: View, institution: str, moment: datetime) -> Iterator[tuple[str, str, bytes]]:
        """Name, MIME type and PDF/A of a note for each of the recordings.

        Last comes `index.json`, which tells the note of each file by the depositor's path. Raises ToolMissing where no
        Chinese font is installed.
        """
        timed = {recording.file: recording for recording in recordings(view)} if self._wanted else {}
        names: dict[str, str] = {}
        for file in self._recordings:
            item = self._wanted[file.name]
            names[file.name] = f"{len(names) + 1:04}.pdf"
            parts = _parts(view, item, file, timed.get(file.name), self._transcripts.get(item.transcript, ""))
            under = say("compliance.note-under", institution=institution, number=view.case.case_number)
            data = as_pdf(say("compliance.note-title"), under, institution, moment, parts)
            yield f"explanatory-notes/{names[file.name]}", "application/pdf", data
        if names:
            # Whoever hands a recording on must find the note that belongs to it (Art. 17).
            rows = [{"file": name, "note": note} for name, note in names.items()]
            index = (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")
            yield "explanatory-notes/index.json", "application/json", index


def _parts(
    view: View, item: CaseObject, file: TakenFile, recording: Recording | None, transcript: str
) -> list[Section]:
    rules = view.profile
    unknown = say("compliance.note-unknown")
    streams = listed(dict.fromkeys(stream.codec for stream in file.character.streams if stream.codec))
    length = length_for_people(file.character.duration or 0)
    if recording is not None:
        when = say(
            "compliance.note-when",
            start=shown(recording.start, view.zone),
            end=shown(recording.end, view.zone),
            source=say("rule.source-" + recording.source),
        )
        if recording.offset and recording.source != "description":
            when += say("compliance.note-clock", offset=spoken_offset(recording.offset))
    else:
        when = unknown
    facts = [
        ("name", f"{item.kind}　{item.title}".strip("　")),
        ("file", item.file),
        ("case", f"{view.case.case_number}　{view.case.title}"),
        ("proves", item.proves or unknown),
        ("made", when),
        ("maker", item.maker or unknown),
        ("device", item.device or file.character.device or unknown),
        ("how", say(f"compliance.note-how-{file.character.kind}", streams=streams or unknown, length=length)),
        ("carrier", item.original_carrier or unknown),
        ("shows", listed(view.words.label("shows", one_) for one_ in item.shows) or unknown),
        ("place", f"representations/original/data/{file.stored}"),
        ("size", f"{file.copied.size:,} B"),
        *((f"digest-{name}", value) for name, value in sorted(file.copied.digests.items())),
    ]
    rows = tuple((say(f"compliance.note-{name}"), value) for name, value in facts)
    heads = (say("compliance.head-what"), say("compliance.head-content"))
    parts = [
        Section(
            say("compliance.note-statement"),
            say("compliance.note-words", regulation=rules.regulation.spoken, article=rules.evidence.article),
        ),
        Section(say("compliance.note-facts"), "", heads, rows),
    ]
    if transcript:
        parts.append(Section(say("compliance.note-transcript"), transcript[:_LONGEST_TRANSCRIPT]))
    elif item.transcript:
        parts.append(Section(say("compliance.note-transcript"), item.transcript))
    parts.append(Section(say("compliance.note-signed"), say("compliance.note-signing")))
    return parts
