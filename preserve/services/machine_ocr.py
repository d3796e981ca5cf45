"""The reader of text on pages that are pictures, for the registry of readers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from preserve.data_management.object_index import ObjectRow
from preserve.errors import ToolMissing
from preserve.home import Home
from preserve.ingest.facts import Identification
from preserve.ingest.identifiers.pronom import mime_of
from preserve.ingest.kinds import kind_of
from preserve.machine_reading.models import model_for
from preserve.machine_reading.ocr import OcrSettings, here, read_pages
from preserve.machine_reading.records import PageText, Unread
from preserve.progress import check_stop
from preserve.services.machine_readers import Reader

_THREADS = min(2, os.cpu_count() or 1)
"""More gain little on one page, and the machine has other work."""


def open_ocr(home: Home) -> Reader | None:
    """With the model that counts in this home; None where the extra or every model is missing."""
    try:
        model = model_for("ocr", home.profiles, home.models)
        engine = here(model)
    except ToolMissing:
        return None

    def read(path: Path, name: str, first: int = 1) -> Iterator[PageText | Unread]:
        return read_pages(path, name, OcrSettings(first, model=model, threads=_THREADS, pulse=check_stop))

    return Reader("ocr", engine, wants, read, read)


def wants(file: ObjectRow) -> bool:
    """Whether a file may have pages that are pictures: pictures, PDF, and OFD, which PRONOM does not know."""
    mime = mime_of(file.puid or "")
    known = Identification(file.puid, file.format_name, file.format_version, mime, "signature", ())
    if "application/pdf" in mime or kind_of(known) == "image":
        return True
    return "OFD" in file.format_name or (not file.puid and file.path.lower().endswith((".ofd", ".pdf")))
