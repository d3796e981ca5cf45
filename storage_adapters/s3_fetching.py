"""Brings files of a copy onto this machine: those that lie near each other in a segment with one request."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from storage_adapters.durable import move_in
from storage_adapters.errors import MediumFailing
from storage_adapters.medium_errors import make_folder, on_medium
from storage_adapters.s3_bucket import Bucket
from storage_adapters.s3_listing import Contents

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
    """Write the files of one group below `root`, each whole or not at all; returns their bytes.

    Raises MediumFailing where one has not the digest that the list gives it, and the bucket's errors.
    """
    key, first = contents.key(paths[0])
    last = max(contents.key(path)[1] + contents.files[path].size for path in paths)
    place = first
    with bucket.open(key, first, last - first) as stream:
        for path in paths:
            listed = contents.files[path]
            _, offset = contents.key(path)
            while place < offset and (skipped := stream.read(min(_BLOCK, offset - place))):
                place += len(skipped)
            part = root / f"{path}.{os.getpid()}.{threading.get_ident()}.part"
            running = hashlib.sha256()
            with on_medium(part):
                make_folder(part.parent)
                with part.open("wb") as out:
                    left = listed.size
                    while left and (block := stream.read(min(_BLOCK, left))):
                        out.write(block)
                        running.update(block)
                        left -= len(block)
            place = offset + listed.size - left
            if left or running.hexdigest() != listed.sha256:
                part.unlink()
                raise MediumFailing(f"{bucket.where}{contents.name}/{path}", reason="SHA-256")
            move_in(part, root / path)
    return sum(contents.files[path].size for path in paths)
