"""The text of documents, for searching: which files have some, and how much of it is taken.

What a reader meets is hostile: it runs in a process of its own (`helper`), with bounds on time, memory and length, and
what it cannot read is told and never stops an ingest.
"""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import splitext
from typing import Literal

from preserve.ingest.facts import Character, Identification

MOST_OF_A_FILE = 200_000
"""Characters kept of one document: more than a hundred pages closely written."""

MOST_OF_A_CASE = 2_000_000
"""Characters kept of all documents of a case, so that one deposit of a million texts cannot fill the index."""

Way = Literal["plain", "html", "pdf", "ofd", "docx", "xlsx", "pptx", "odf", "email", "msg", "rtf", "dxf"]
Outcome = Literal["text", "cut", "partial", "none", "failed", "left-out"]

_OFFICE: dict[str, Way] = {
    "wordprocessingml": "docx",
    "spreadsheetml": "xlsx",
    "presentationml": "pptx",
    "opendocument": "odf",
}
_ENDINGS: dict[str, Way] = {
    ".docx": "docx",
    ".docm": "docx",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".pptx": "pptx",
    ".odt": "odf",
    ".ods": "odf",
    ".odp": "odf",
}
_HOPELESS = {"format.empty", "format.encrypted", "format.unreadable"}


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was read out of one file. `cut`: there was more; `partial`: some could not be read; `reason`: why."""

    outcome: Outcome
    text: str = ""
    reason: str = ""


def way_of(identification: Identification, character: Character, name: str) -> Way | None:
    """How the text of a file is read, or None where it has none that we can read."""
    if {finding.code for finding in (*identification.findings, *character.findings)} & _HOPELESS:
        return None
    mime = identification.mime.lower()
    if character.kind == "email":
        return "email"
    if character.kind == "text":
        if splitext(name)[1].lower() in (".mht", ".mhtml"):
            return "email"
        return "html" if "html" in mime or "hypertext" in identification.name.lower() else "plain"
    if "dxf" in mime:
        return "dxf"
    if character.kind != "document":
        return None
    if "pdf" in mime:
        return "pdf"
    if "ofd" in mime:
        return "ofd"
    if "outlook" in mime:
        return "msg"
    if "rtf" in mime:
        return "rtf"
    return next((way for word, way in _OFFICE.items() if word in mime), None) or _ENDINGS.get(splitext(name)[1].lower())
