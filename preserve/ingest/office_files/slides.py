"""Slides in Office Open XML: fields with the day, hidden slides and shapes, notes and comments."""

from __future__ import annotations

import re
import zipfile

from preserve.ingest.office_files.cells import is_on
from preserve.ingest.office_files.packages import relations
from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.word import CommentsPart
from preserve.ingest.office_files.xml_parts import Edit, Part

_TYPE = re.compile(r"""\stype\s*=\s*("[^"]*"|'[^']*')""")
_MEDIA = ("audioFile", "videoFile", "wavAudioFile", "quickTimeFile", "audioCd")


def _without_type(raw: str) -> str:
    """A field of no kind shows the words that were saved in it."""
    return _TYPE.sub("", raw, count=1)


class SlidePart(Part):
    """A slide, its layout or its notes; `edits` hold each day as it was saved."""

    def __init__(self, remarks: Remarks, place: str) -> None:
        super().__init__()
        self._remarks, self._place = remarks, place
        self.hidden = False
        self.words = ""
        self._shape: list[str] = []
        self._field, self._shown = "", ""

    def start(self, name: str, values: dict[str, str]) -> None:
        """Note what begins."""
        local = name.rpartition(":")[2]
        if name == "p:sld":
            self.hidden = not is_on(values.get("show", "1"))
        elif name == "a:fld":
            self._field, self._shown = values.get("type", "").lower(), ""
            if self._field.startswith("datetime") or self._field in ("file", "filename", "author"):
                self.change_tag(_without_type)
        elif local == "cNvPr" and is_on(values.get("hidden")):
            self._remarks.add("hidden-object", f"{self._place} {values.get('name', '')}")
        elif local in _MEDIA or name == "p:oleObj":
            self._remarks.add("embedded", f"{self._place} {values.get('progId', '') or local}")

    def text(self, data: str) -> None:
        """What a field shows, and the words of notes."""
        if not self.path or self.path[-1] != "a:t":
            return
        if "a:fld" in self.path[-3:]:
            self._shown += data if len(self._shown) < 60 else ""
        elif len(self.words) < 60:
            self.words += data

    def end(self, name: str) -> None:
        """Note what ends."""
        if name == "a:fld" and (self._field.startswith("datetime") or self._field in ("file", "filename", "author")):
            shown = self._shown.strip()
            words = f"{self._place} {self._field}" + (f": {shown}" if shown else "")
            self._remarks.add("field-frozen" if shown else "field-empty", words)


def look_through(archive: zipfile.ZipFile, main: str, remarks: Remarks) -> dict[str, list[Edit]]:
    """What is to be said of a presentation, whose main part is `main`, and the edits that hold it as it was saved."""
    edits: dict[str, list[Edit]] = {}
    names = frozenset(archive.namelist())
    slides = [one for one in relations(archive, main) if one.kind == "slide" and one.target in names]
    slides.sort(key=lambda one: (len(one.target), one.target))
    for number, slide in enumerate(slides, 1):
        place = re.sub(r"\D", "", slide.target.rpartition("/")[2]) or str(number)
        part = SlidePart(remarks, place)
        with archive.open(slide.target) as stream:
            part.read(stream)
        edits[slide.target] = part.edits
        if part.hidden:
            remarks.add("hidden-slide", place)
        for other in relations(archive, slide.target):
            if other.target in names and other.target not in edits:
                edits[other.target] = _beside(archive, other.kind, other.target, remarks, place)
    return edits


def _beside(archive: zipfile.ZipFile, kind: str, target: str, remarks: Remarks, place: str) -> list[Edit]:
    """Notes, comments and the layout of a slide."""
    if kind == "comments":
        comments = CommentsPart(remarks, place + " ")
        with archive.open(target) as stream:
            comments.read(stream)
    elif kind == "notesSlide":
        notes = SlidePart(Remarks(), place)
        with archive.open(target) as stream:
            notes.read(stream)
        if notes.words.strip():
            remarks.add("speaker-notes", f"{place} {notes.words}")
    elif kind == "slideLayout":
        layout = SlidePart(Remarks(), place)
        with archive.open(target) as stream:
            layout.read(stream)
        return layout.edits
    return []
