"""The report as PDF/A-2b."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from preserve.administration.printing import Section
from preserve.messages import language
from preserve.typesetting import set_pdf

_TAGGED = 1000
"""Rows up to which the PDF is tagged for screen readers: tags of ten thousand rows would make it 15 times as large."""

_TEMPLATE = Path(__file__).parent / "report.typ"


def as_pdf(
    title: str, under: str, author: str, moment: datetime, parts: Sequence[Section], *, wide: bool = False
) -> bytes:
    """The same report gives the same bytes; `wide` lays the sheets across. Raises ToolMissing where no font is."""
    named = [f"{number}.svg" if part.picture else "" for number, part in enumerate(parts)]
    content = {
        "title": title,
        "under": under,
        "author": author,
        "lang": language(),
        "wide": wide,
        "parts": [{**asdict(part), "picture": name} for part, name in zip(parts, named, strict=True)],
    }
    pictures = {name: part.picture for part, name in zip(parts, named, strict=True) if name}
    tagged = sum(len(part.rows) for part in parts) <= _TAGGED
    return set_pdf(_TEMPLATE, content, moment, pictures=pictures, tagged=tagged)
