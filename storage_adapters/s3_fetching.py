"""Brings files of a copy onto this machine: those that lie near each other in a segment with one request."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from storage_adapters.durable import move_in
from storage_adapters.errors import MediumAbsent, MediumFailing
from storage_adapters.medium_errors import make_folder, on_medium
from storage_adapters.s3_bucket import NONE, OUTSIDE, Bucket
from storage_adapters.s3_listing import Contents, Listed

_GAP = 1 << 20  # bytes that are read over rather than asked around
_MOST = 32 << 20  # bytes of one request for several files
_BLOCK = 1 << 20


def together(contents: Contents, paths: Iterable[str]) -> Iterator[list[str]]:
    """These files in groups, each for one request."""
    inside: list[tuple[int, int, int, str]] = []
    for path in paths:
        listed = contents.files[path]
        if listed.segment < 0:
            yield [path]
        else:
            inside.append((listed.segment, listed.offset, listed.size, path))
    group: list[str] = []
    first = last = segment = -1
    for number, offset, size, path in sorted(inside):
        if group and (number != segment or offset - last > _GAP or offset + size - first > _MOST):
            yield group
            group = []
        if not group:
            first, segment = offset, number
        group.append(path)
        last = offset + size
    if group:
        yield group


def fetch(bucket: Bucket, contents: Contents, paths: Sequence[str], root: Path) -> int:
    """Write the files of one group below `root` as the store gives them; returns their bytes.

    Nothing is judged here: whoever reads them holds them against what they must be. A file that has not the digest of
    the list is dated 1970 (`is_listed` is then false), one that the store does not have is not there. Raises
    MediumAbsent, MediumFailing where the store does not answer.
    """
    key, first = contents.key(paths[0])
    last = max(contents.key(path)[1] + contents.files[path].size for path in paths)
    try:
        with bucket.open(key, first, last - first) as stream:
            place = first
            for path in paths:
                offset = contents.key(path)[1]
                while place < offset and (skipped := stream.read(min(_BLOCK, offset - place))):
                    place += len(skipped)
                place += _take(stream, root / path, contents.files[path])
    except MediumAbsent as error:
        if error.values.get("reason") not in NONE:
            raise
        for path in paths:
            (root / path).unlink(missing_ok=True)
    except MediumFailing as error:
        if error.values.get("reason") != OUTSIDE:
            raise
        return _one_by_one(bucket, contents, paths, root)
    return sum(contents.files[path].size for path in paths)


def _one_by_one(bucket: Bucket, contents: Contents, paths: Sequence[str], root: Path) -> int:
    """Of an object that is shorter than it was: what is still there."""
    if len(paths) > 1:
        return sum(fetch(bucket, contents, [path], root) for path in paths)
    _take(io.BytesIO(), root / paths[0], contents.files[paths[0]])
    return 0


def _take(stream: BinaryIO, target: Path, listed: Listed) -> int:
    """The next bytes of a stream as a file, whole or not at all; returns how many they are."""
    part = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.part")
    running, left = hashlib.sha256(), listed.size
    with on_medium(part):
        make_folder(part.parent)
        with part.open("wb") as out:
            while left and (block := stream.read(min(_BLOCK, left))):
                out.write(block)
                running.update(block)
                left -= len(block)
        if running.hexdigest() != listed.sha256:
            os.utime(part, (0, 0))
    move_in(part, target)
    return listed.size - left


def is_listed(place: Path, listed: Listed) -> bool:
    """Whether a file that was fetched is here, as the list has it."""
    try:
        status = place.lstat()
    except OSError:
        return False
    return status.st_size == listed.size and status.st_mtime > 0
