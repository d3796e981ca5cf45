"""The report as PDF/A-2b (typst)."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from preserve.administration.printing import Section
from preserve.archival_storage.labels import font_folder
from preserve.messages import language

_TAGGED = 1000
"""Rows up to which the PDF is tagged for screen readers: tags of ten thousand rows would make it 15 times as large."""

_TEMPLATE = Path(__file__).parent / "report.typ"


def as_pdf(
    title: str, under: str, author: str, moment: datetime, parts: Sequence[Section], *, wide: bool = False
) -> bytes:
    """The same report gives the same bytes; `wide` lays the sheets across. Raises ToolMissing where no font is."""
    import typst

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        documents = []
        for number, part in enumerate(parts):
            document = asdict(part)
            if part.picture:
                document["picture"] = f"{number}.svg"
                (folder / f"{number}.svg").write_text(part.picture, encoding="utf-8")
            documents.append(document)
        # Names and places come from people: they reach the template as data and are never part of it.
        content = {"title": title, "under": under, "author": author, "lang": language(), "parts": documents,
                   "wide": wide}  # fmt: skip
        (folder / "report.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        (folder / "report.typ").write_bytes(_TEMPLATE.read_bytes())
        return bytes(
            typst.compile(
                str(folder / "report.typ"), root=str(folder), font_paths=[str(font_folder())], format="pdf",
                pdf_standards="a-2b", timestamp=int(moment.timestamp()),
                pdf_tags=sum(len(part.rows) for part in parts) <= _TAGGED,
            )
        )  # fmt: skip
