"""Packages of a few lines, with what the catalogue reads out of one and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from metadata.entities import Event, FileObject, Format, IntellectualEntity, Relationship
from metadata.premis import write_premis

OBJID = "aip-01hzzzzzzzzzzzzzzzzzzzzzzz"
NAME = f"{OBJID}_v0001"
DESCRIPTION: dict[str, Any] = {
    "case_number": "沪文执罚〔2026〕12号",
    "case_type": "penalty",
    "title": "擅自举办营业性演出",
    "cause": "擅自演出",
    "producer": {"name": "执法总队"},
    "start": "2026-01-02",
    "closed": "2026-03-04",
    "objects": [{"file": "甲.txt", "kind": "立案审批表", "stage": "initiation"}],
}
TEXT = Format("Plain text", "", "x-fmt/111")
MP4 = Format("MPEG-4", "", "fmt/199")
UNKNOWN = Format("unknown")


def object_of(
    identifier: str, path: str, size: int = 3, *, format_: Format = TEXT, name: str = "", source: str = ""
) -> FileObject:
    """A file of a package, its digest made up from its identifier."""
    digest = hashlib.sha256(identifier.encode()).hexdigest()
    relations = (Relationship("derivation", "has source", source),) if source else ()
    return FileObject(identifier, path, size, {"sha256": digest}, format_, name, relationships=relations)


ORIGINALS = (object_of("f1", "data/a.txt", name="甲.txt"), object_of("f2", "data/b.mp4", 500, format_=MP4))


def write_package(
    packages: Path,
    *,
    objid: str = OBJID,
    version: int = 1,
    originals: Sequence[FileObject] = ORIGINALS,
    access: Sequence[FileObject] = (),
    events: Sequence[Event] = (Event("e1", "ingestion start", "2026-11-23T08:00:00Z"),),
    **description: Any,
) -> Path:
    """Write the version of a case's package; return its folder."""
    root = packages / f"{objid}_v{version:04}"
    inside = root / "data" / objid
    for folder in ("metadata/preservation", "metadata/descriptive"):
        (inside / folder).mkdir(parents=True)
    case = json.dumps(DESCRIPTION | description, ensure_ascii=False)
    (inside / "metadata/descriptive/case.json").write_text(case, encoding="utf-8")
    (inside / "METS.xml").write_text(
        f'<mets xmlns="http://www.loc.gov/METS/" OBJID="x"><metsHdr CREATEDATE="2026-11-{22 + version}T08:00:00Z"/></mets>'
    )
    write_premis(inside / "metadata/preservation/premis.xml", [IntellectualEntity(objid)], events)
    for role, objects in (("original", originals), ("access", access)):
        if objects:
            folder = inside / "representations" / role / "metadata" / "preservation"
            folder.mkdir(parents=True)
            write_premis(folder / "premis.xml", list(objects))
    files = [*originals, *access]
    (root / "bag-info.txt").write_text(f"Payload-Oxum: {sum(one.size for one in files)}.{len(files)}\n")
    (root / "manifest-sha256.txt").write_text("".join(_lines(root, "data")))
    (root / "tagmanifest-sha256.txt").write_text("".join(_lines(root, "bag-info.txt", "manifest-sha256.txt")))
    return root


def _lines(root: Path, *below: str) -> Iterator[str]:
    for name in below:
        place = root / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                yield f"{digest}  {path.relative_to(root).as_posix()}\n"
