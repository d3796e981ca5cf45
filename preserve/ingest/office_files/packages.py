"""Parts of an office package (a ZIP): what belongs to what, and a copy of it with some parts written otherwise."""

from __future__ import annotations

import posixpath
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from preserve.ingest.office_files.xml_parts import Edit, Part, rewritten

MOST_PARTS = 20_000


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship of a part (ISO/IEC 29500-2): its kind is the last word of its type."""

    identifier: str
    kind: str
    target: str
    outside: bool


class _Relations(Part):
    def __init__(self, part: str) -> None:
        super().__init__()
        self._folder = posixpath.dirname(part)
        self.found: list[Relation] = []

    def start(self, name: str, values: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "Relationship":
            return
        target, outside = values.get("Target", ""), values.get("TargetMode", "").lower() == "external"
        if not outside:
            target = posixpath.normpath(posixpath.join("/", self._folder, target.replace("\\", "/"))).lstrip("/")
        self.found.append(Relation(values.get("Id", ""), values.get("Type", "").rpartition("/")[2], target, outside))


def relations(archive: zipfile.ZipFile, part: str) -> list[Relation]:
    """The relationships of a part, none where it has none; the package's own for an empty name."""
    folder, name = posixpath.split(part)
    member = posixpath.join(folder, "_rels", f"{name}.rels")
    reader = _Relations(part)
    try:
        info = archive.getinfo(member)
    except KeyError:
        return []
    with archive.open(info) as stream:
        reader.read(stream, 16 << 20)
    return reader.found


def write_changed(source: Path, target: Path, edits: Mapping[str, list[Edit]]) -> None:
    """A copy of the package in which the named parts carry their edits; all else is byte for byte the same."""
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for info in archive.infolist():
            new = zipfile.ZipInfo(info.filename, info.date_time)
            new.compress_type = zipfile.ZIP_STORED if info.filename == "mimetype" else zipfile.ZIP_DEFLATED
            with archive.open(info) as stream, out.open(new, "w", force_zip64=info.file_size > 1 << 31) as part:
                if info.filename in edits:
                    for piece in rewritten(stream, edits[info.filename]):
                        part.write(piece)
                else:
                    shutil.copyfileobj(stream, part, 1 << 20)
