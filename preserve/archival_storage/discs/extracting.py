"""Takes a package out of one medium, or joins its parts from several, in any order; proven before it counts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from metadata.verify import verify_package
from preserve.archival_storage.discs.sources import Source
from preserve.errors import Conflict, MediumProblem, NotIntact
from storage_adapters.copying import copy_stream
from storage_adapters.durable import discard, sync_file_system
from storage_adapters.medium_errors import on_medium

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a package on one medium."""

    source: Source
    number: int
    count: int


def parts_of(name: str, sources: Sequence[Source]) -> list[Part]:
    """The parts of a package that these media hold, each number once, in order."""
    parts: dict[int, Part] = {}
    for source in sources:
        if name not in source.packages()[1]:
            continue
        info = source.read(f"parts/{name}/bag-info.txt").decode("utf-8")
        for line in info.splitlines():
            label, _, value = line.partition(": ")
            if label == "Bag-Count":
                number, _, count = value.partition(" of ")
                parts.setdefault(int(number), Part(source, int(number), int(count)))
    return [parts[number] for number in sorted(parts)]


def extract(
    name: str, sources: Sequence[Source], target: Path, progress: Callable[[int], None] = lambda moved: None
) -> int:
    """Write the package to the folder `target` (which must not exist) and verify it; return its bytes.

    Of a package that lies whole on one of the media, that one is used. Raises MediumProblem naming the parts that are
    missing, NotIntact where the result is not what its manifests say; nothing is left then. Raises Refused where
    something is there: it is neither mixed with another package nor taken away with it.
    """
    if os.path.lexists(target):
        raise Conflict("output.exists", str(target))
    whole = [source for source in sources if name in source.packages()[0]]
    try:
        if whole:
            size = _take(whole[0], f"packages/{name}/", target, progress)
        else:
            size = _join(name, parts_of(name, sources), target, progress)
        with on_medium(target):
            sync_file_system(target)
        report = verify_package(target, from_medium=True, progress=progress)
        if not report.intact:
            raise NotIntact("storage.extracted-not-intact", name, findings=report.findings)
    except BaseException:
        if target.exists():
            discard(target, target.parent)
        raise
    return size


def _take(source: Source, prefix: str, target: Path, progress: Callable[[int], None], below: str = "") -> int:
    total = 0
    for path, size in source.sizes(prefix).items():
        with source.open(path) as stream:
            copy_stream(stream, target / below / _safe(path.removeprefix(prefix)), (), progress)
        total += size
    return total


def _safe(path: str) -> str:
    """A path from a medium, which anyone may have made. Raises NotIntact where it leads out."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not path or "\0" in path:
        raise NotIntact("storage.path-leads-out", path)
    return path


def _join(name: str, parts: Sequence[Part], target: Path, progress: Callable[[int], None]) -> int:
    count = parts[0].count if parts else 0
    missing = sorted(set(range(1, count + 1)) - {part.number for part in parts})
    if not parts or missing:
        raise MediumProblem("storage.parts-missing", name, missing=", ".join(map(str, missing)) or "?", count=count)
    total = _take(parts[0].source, f"parts/{name}/whole/", target, progress)
    for part in parts:
        base = f"parts/{name}/"
        total += _take(part.source, f"{base}data/files/", target, progress)
        for one in _ranges(part.source, base):
            total += _put_range(part.source, base, one, target, progress)
    return total


def _ranges(source: Source, base: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(source.read(f"{base}ranges.json"))
        return [{**row, "path": _safe(row["path"]), "offset": int(row["offset"])} for row in rows]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotIntact("storage.ranges-unreadable", f"{source.path}: {base}ranges.json", detail=str(error)) from error


def _put_range(source: Source, base: str, piece: dict[str, Any], target: Path, progress: Callable[[int], None]) -> int:
    path = target / piece["path"]
    written = 0
    with on_medium(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with source.open(base + _safe(piece["stored"])) as stream, path.open("r+b" if path.exists() else "wb") as out:
            out.seek(piece["offset"])
            while block := stream.read(_BLOCK):
                out.write(block)
                written += len(block)
                progress(len(block))
    return written


def whole_or_parts(sources: Sequence[Source]) -> list[str]:
    """Every package that these media hold whole or in part, by name. Raises StorageError."""
    names: set[str] = set()
    for source in sources:
        names |= set().union(*source.packages())
    return sorted(names)
