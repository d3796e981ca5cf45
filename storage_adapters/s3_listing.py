"""The list that makes a copy in a bucket: each file with size, digest and place. It is written last, and only once.

`published/<name>.json` names every file of a package. A file without `segment` is the object `packages/<name>/<path>`
(below another `folder`, where the list says so); one with it lies in that segment from byte `offset` on. Lists of
earlier releases have no segments.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from storage_adapters.errors import MediumFailing


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a copy: bytes, SHA-256, and where it lies; `segment` counts from 0, -1 is an object of its own."""

    size: int
    sha256: str
    segment: int = -1
    offset: int = 0


@dataclass(frozen=True, slots=True)
class ListedSegment:
    """One tar file of a copy: its key below the prefix, bytes, SHA-256."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """All of a copy, by path."""

    name: str
    written: str
    files: Mapping[str, Listed]
    segments: tuple[ListedSegment, ...] = ()
    folder: str = ""  # what its large files and segments lie below; empty: its name

    @property
    def base(self) -> str:
        """Below which key its large files lie."""
        return f"packages/{self.folder or self.name}/"

    def key(self, path: str) -> tuple[str, int]:
        """The object that holds a file, and from which byte on. Raises KeyError."""
        listed = self.files[path]
        if listed.segment < 0:
            return self.base + path, 0
        return self.segments[listed.segment].key, listed.offset

    def members(self) -> list[dict[str, Listed]]:
        """What lies in each segment, by path, in its order there."""
        found: list[dict[str, Listed]] = [{} for _ in self.segments]
        for path, listed in sorted(self.files.items(), key=lambda item: item[1].offset):
            if listed.segment >= 0:
                found[listed.segment][path] = listed
        return found

    def document(self) -> bytes:
        """The list as it is written."""
        files = {}
        for path, listed in self.files.items():
            row: dict[str, Any] = {"size": listed.size, "sha256": listed.sha256}
            if listed.segment >= 0:
                row |= {"segment": listed.segment, "offset": listed.offset}
            files[path] = row
        segments = [{"key": one.key, "size": one.size, "sha256": one.sha256} for one in self.segments]
        document = {"name": self.name, "written": self.written, "layout": 2, "segments": segments, "files": files}
        if self.folder:
            document["folder"] = self.folder
        return json.dumps(document, ensure_ascii=False).encode()


def published_key(name: str) -> str:
    """Where a package's list lies."""
    return f"published/{name}.json"


def segment_key(folder: str, number: int) -> str:
    """Where a segment of a package lies; they are counted from 0."""
    return f"segments/{folder}/{number:05}.tar"


def places(name: str) -> tuple[str, ...]:
    """Below which keys anything of a package can lie, but its list."""
    return tuple(f"{top}/{name}{end}" for top in ("packages", "segments") for end in ("/", "."))


def claim_key(name: str) -> str:
    """Where who writes a package first says which one it is."""
    return f"writing/{name}.json"


def parse(data: bytes, where: str) -> Contents:
    """A list as it was read. Raises MediumFailing where it is not one: what it names can then be proven by nobody."""
    try:
        document = json.loads(data)
        segments = tuple(
            ListedSegment(str(row["key"]), int(row["size"]), str(row["sha256"])) for row in document.get("segments", ())
        )
        files = {
            str(path): Listed(
                int(row["size"]), str(row["sha256"]), int(row.get("segment", -1)), int(row.get("offset", 0))
            )
            for path, row in document["files"].items()
        }
        if any(listed.segment >= len(segments) or listed.offset < 0 for listed in files.values()):
            raise ValueError("segment")
        written, folder = str(document.get("written", "")), str(document.get("folder", ""))
        return Contents(str(document["name"]), written, files, segments, folder)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MediumFailing(where, reason=f"list {type(error).__name__}") from error


def _listed(row: Mapping[str, Any]) -> Listed:
    return Listed(int(row["size"]), str(row["sha256"]), int(row.get("segment", -1)), int(row.get("offset", 0)))
