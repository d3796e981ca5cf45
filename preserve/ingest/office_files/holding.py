"""A copy of an office document for conversion, in which all stands as it was last saved; and what is to be said."""

from __future__ import annotations

import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from preserve.ingest.office_files import old_office, sheets, slides
from preserve.ingest.office_files.open_document import OpenPart, Styles
from preserve.ingest.office_files.packages import MOST_PARTS, relations, write_changed
from preserve.ingest.office_files.remarks import Remarks
from preserve.ingest.office_files.rich_text import RichText
from preserve.ingest.office_files.word import CommentsPart, StylesPart, WordPart
from preserve.ingest.office_files.xml_parts import Edit, NotLookedThrough, rewritten

_WORD_PARTS = ("header", "footer", "footnotes", "endnotes", "glossaryDocument")
_OUTSIDE = frozenset(("attachedTemplate", "image", "oleObject", "frame", "subDocument", "externalLinkPath", "package"))
DAMAGED = (
    *(NotLookedThrough, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error),
    *(IndexError, ValueError),
)
_EMBEDDED = ("/embeddings/", "/activeX/", "ObjectReplacements/")


def hold(source: Path, target: Path) -> Remarks:
    """Write the copy to `target`; what is of no known structure is copied as it is. Raises OSError."""
    remarks = Remarks()
    with source.open("rb") as stream:
        beginning = stream.read(4096)
    try:
        if beginning.startswith(b"PK"):
            write_changed(source, target, _look_through(source, remarks))
        elif beginning.startswith(old_office.MAGIC):
            shutil.copyfile(source, target)
            old_office.hold(target, remarks)
        elif beginning.startswith(b"{\\rtf"):
            text = RichText(remarks)
            text.read(source)
            with source.open("rb") as stream:
                _write(target, rewritten(stream, sorted(text.edits, key=lambda edit: edit.start)))
        elif b"opendocument:xmlns:office" in beginning:
            _flat(source, target, remarks)
        else:
            shutil.copyfile(source, target)
    except DAMAGED as error:
        remarks.add("not-looked-through", str(error))
        shutil.copyfile(source, target)
    return remarks


def look(source: Path) -> tuple[Remarks, list[tuple[str, str, bool]]]:
    """What is to be said of an OpenDocument package, and its cells that are seen. Raises the errors of DAMAGED."""
    remarks = Remarks()
    with zipfile.ZipFile(source) as archive:
        parts = _open_parts(archive, archive.namelist(), remarks)
    return remarks, [cell for part in parts.values() for cell in part.cells]


def _write(target: Path, pieces: Iterable[bytes]) -> None:
    with target.open("wb") as out:
        for piece in pieces:
            out.write(piece)


def _look_through(source: Path, remarks: Remarks) -> dict[str, list[Edit]]:
    """The edits of each part of a package."""
    with zipfile.ZipFile(source) as archive:
        names = archive.namelist()
        if len(names) > MOST_PARTS:
            raise NotLookedThrough(f"more than {MOST_PARTS} parts")
        if "content.xml" in names:
            return _open_document(archive, names, remarks)
        main = next((one.target for one in relations(archive, "") if one.kind == "officeDocument"), "")
        if main not in names:
            return {}
        edits = _office_open(archive, main, remarks)
        _whole_package(archive, names, remarks)
        return edits


def _office_open(archive: zipfile.ZipFile, main: str, remarks: Remarks) -> dict[str, list[Edit]]:
    if main.endswith(".bin"):  # a workbook in binary parts
        remarks.add("not-looked-through", main)
        return {}
    with archive.open(main) as stream:
        beginning = stream.read(1 << 16)
    if b"workbook" in beginning:
        return sheets.look_through(archive, main, remarks)
    if b"presentation" in beginning and b"wordprocessingml" not in beginning:
        return slides.look_through(archive, main, remarks)
    return _word(archive, main, remarks)


def _word(archive: zipfile.ZipFile, main: str, remarks: Remarks) -> dict[str, list[Edit]]:
    known, names = relations(archive, main), frozenset(archive.namelist())
    styles = StylesPart()
    for relation in known:
        if relation.kind == "styles" and relation.target in names:
            with archive.open(relation.target) as stream:
                styles.read(stream)
    edits: dict[str, list[Edit]] = {}
    for target in (main, *(one.target for one in known if one.kind in _WORD_PARTS and one.target in names)):
        part = WordPart(remarks, frozenset(styles.hidden))
        with archive.open(target) as stream:
            part.read(stream)
        edits[target] = part.edits
    for relation in known:
        if relation.kind == "comments" and relation.target in names:
            comments = CommentsPart(remarks)
            with archive.open(relation.target) as stream:
                comments.read(stream)
    return edits


def _open_parts(archive: zipfile.ZipFile, names: list[str], remarks: Remarks) -> dict[str, OpenPart]:
    styles = Styles()
    parts: dict[str, OpenPart] = {}
    for name in ("styles.xml", "content.xml"):
        if name in names:
            parts[name] = OpenPart(remarks, styles)
            with archive.open(name) as stream:
                parts[name].read(stream)
    return parts


def _open_document(archive: zipfile.ZipFile, names: list[str], remarks: Remarks) -> dict[str, list[Edit]]:
    parts = _open_parts(archive, names, remarks)
    if any(name.startswith(("Basic/", "Scripts/")) and name.endswith((".xml", ".py", ".js")) for name in names):
        remarks.add("macro")
    return {name: _close_set(part, remarks) for name, part in parts.items()}


def _close_set(part: OpenPart, remarks: Remarks) -> list[Edit]:
    """Its edits, in order; with those for gaps where a day or time was held."""
    gaps = part.gaps if "field-frozen" in remarks.counts else []
    return sorted((*part.edits, *gaps), key=lambda edit: edit.start)


def _whole_package(archive: zipfile.ZipFile, names: list[str], remarks: Remarks) -> None:
    """What is told by the parts that there are, and by links that lead out of the package."""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        remarks.add("macro")
    for name in names:
        if any(word in name for word in _EMBEDDED) and not name.endswith((".rels", "/")):
            remarks.add("embedded", name.rpartition("/")[2])
        if name.endswith(".rels") and name != "_rels/.rels":
            part = name.replace("_rels/", "").removesuffix(".rels")
            for relation in relations(archive, part):
                if relation.outside and relation.kind in _OUTSIDE:
                    remarks.add("link", relation.target)


def _flat(source: Path, target: Path, remarks: Remarks) -> None:
    """The same for OpenDocument in one XML file."""
    part = OpenPart(remarks, Styles())
    with source.open("rb") as stream:
        part.read(stream)
    with source.open("rb") as stream:
        _write(target, rewritten(stream, _close_set(part, remarks)))
