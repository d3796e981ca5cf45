"""Reads a copy back through a store and compares: one request an object, segments as a whole."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import BinaryIO

from storage_adapters.contract import ExpectedFile, FileCheck, Progress, Scope
from storage_adapters.digests import new_digest
from storage_adapters.errors import MediumAbsent, StorageError
from storage_adapters.s3_bucket import NONE, Bucket
from storage_adapters.s3_listing import Contents, Listed, places

_BLOCK = 1 << 20
_AHEAD = 4  # objects that are asked for ahead of each thread

Checks = list[FileCheck]
Task = Callable[[], Checks]


def check_copy(
    bucket: Bucket, contents: Contents, scope: Scope, progress: Progress, workers: int
) -> Iterator[FileCheck]:
    """Compare every expected file; then name what should not be there.

    Raises MediumAbsent where the store goes away while it is read: that says nothing about the copy.
    """
    check = _Check(bucket, contents, scope)
    with ThreadPoolExecutor(workers) as pool:
        running: deque[Future[Checks]] = deque()
        try:
            for task in check.tasks():
                running.append(pool.submit(task))
                if len(running) >= _AHEAD * workers:
                    yield from _done(running, progress)
            while running:
                yield from _done(running, progress)
        finally:
            for future in running:
                future.cancel()
    if scope.exhaustive and not check.ended:
        yield from check.unexpected()


def _done(running: deque[Future[Checks]], progress: Progress) -> Checks:
    checks = running.popleft().result()
    progress(sum(check.size for check in checks))
    return checks


class _Check:
    """One copy under way: which files were asked for, and what is to be read for them."""

    def __init__(self, bucket: Bucket, contents: Contents, scope: Scope) -> None:
        self.bucket, self.contents, self.scope = bucket, contents, scope
        self.known: set[str] = set()
        self.ended = False

    def tasks(self) -> Iterator[Task]:
        """What to read, object by object; a segment when all that it holds was asked for, or nothing more will be."""
        wanted: dict[int, list[ExpectedFile]] = {}
        members = self.contents.members()
        for file in self.scope.expected:
            listed = self.contents.files.get(file.path)
            if not self.scope.more(file.size if file.size is not None else listed.size if listed else 0):
                self.ended = True
                break
            self.known.add(file.path)
            if listed is None:
                yield partial(_absent, file)
            elif listed.segment < 0:
                yield partial(self._object, file)
            else:
                group = wanted.setdefault(listed.segment, [])
                group.append(file)
                if len(group) == len(members[listed.segment]):
                    yield partial(self._segment, listed.segment, wanted.pop(listed.segment), members[listed.segment])
        for number, group in wanted.items():
            yield partial(self._segment, number, group, members[number])

    def _object(self, file: ExpectedFile) -> Checks:
        try:
            with self.bucket.open(self.contents.base + file.path) as stream:
                size, seen = _digests(stream, file, None)
        except StorageError as error:
            return [_unread(file, error)]
        return [compared(file, size, seen)]

    def _segment(self, number: int, files: list[ExpectedFile], members: dict[str, Listed]) -> Checks:
        """Its members in their order; where all of them are wanted, what stands between them is proven too."""
        segment = self.contents.segments[number]
        asked = {file.path: file for file in files}
        whole = len(asked) == len(members)
        places = {path: listed for path, listed in members.items() if path in asked}
        first = 0 if whole else min(listed.offset for listed in places.values())
        last = segment.size if whole else max(listed.offset + listed.size for listed in places.values())
        checks: Checks = []
        try:
            with self.bucket.open(segment.key, first, None if whole else last - first) as stream:
                reader = _Reader(stream, first)
                for path, listed in places.items():
                    reader.skip_to(listed.offset)
                    size, seen = _digests(reader, asked[path], listed.size)
                    checks.append(compared(asked[path], size, seen))
                reader.finish()
        except StorageError as error:
            done = {check.path for check in checks}
            return [*checks, *(_unread(file, error) for file in files if file.path not in done)]
        sound = (reader.size, reader.sha256) == (segment.size, segment.sha256)
        if whole and not sound and all(check.verdict == "intact" for check in checks):
            # Every file reads as it should, yet other programs may not find it: the tar around it is broken.
            one = checks[0]
            checks[0] = FileCheck(one.path, "damaged", one.size, one.seen, segment.key)
        return checks

    def unexpected(self) -> Iterator[FileCheck]:
        """What lies below the copy's keys and was not asked for."""
        base, mine = self.contents.base, {segment.key for segment in self.contents.segments}
        for path, listed in self.contents.files.items():
            if listed.segment >= 0 and path not in self.known:
                yield FileCheck(path, "unexpected", listed.size, {})
            elif listed.segment < 0 and path in self.known:
                mine.add(base + path)
        for prefix in places(self.contents.name):
            for key, size in self.bucket.below(prefix):
                if key not in mine:
                    yield FileCheck(key.removeprefix(base), "unexpected", size, {})


class _Reader:
    """A segment as it comes: where in it we are, and the digest of all of it."""

    def __init__(self, stream: BinaryIO, place: int) -> None:
        self._stream, self._place, self._whole = stream, place, hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Of what was read so far."""
        return self._whole.hexdigest()

    def read(self, count: int) -> bytes:
        """The next bytes."""
        data = self._stream.read(count)
        self._whole.update(data)
        self._place += len(data)
        self.size += len(data)
        return data

    def skip_to(self, place: int) -> None:
        """Read on to that byte."""
        while self._place < place and self.read(min(_BLOCK, place - self._place)):
            pass

    def finish(self) -> None:
        """Read to the end."""
        while self.read(_BLOCK):
            pass


def _digests(stream: BinaryIO | _Reader, file: ExpectedFile, length: int | None) -> tuple[int, dict[str, str]]:
    """Size and digests of the next `length` bytes, or of all that come."""
    running = {name: new_digest(name) for name in file.digests}
    size = 0
    while length is None or size < length:
        block = stream.read(_BLOCK if length is None else min(_BLOCK, length - size))
        if not block:
            break
        size += len(block)
        for digest in running.values():
            digest.update(block)
    return size, {name: str(digest.hexdigest()) for name, digest in running.items()}


def compared(file: ExpectedFile, size: int, seen: dict[str, str]) -> FileCheck:
    """What was read of a file against what it must be."""
    if file.size is not None and size != file.size:
        return FileCheck(file.path, "damaged", size, seen, f"size {size}, should be {file.size}")
    wrong = [name for name, value in file.digests.items() if seen[name] != value]
    return FileCheck(file.path, "damaged" if wrong else "intact", size, seen, ", ".join(wrong))


def _absent(file: ExpectedFile) -> Checks:
    return [FileCheck(file.path, "absent", 0, {})]


def _unread(file: ExpectedFile, error: StorageError) -> FileCheck:
    reason = str(error.values.get("reason", error.code))
    if isinstance(error, MediumAbsent):
        if reason in NONE:
            return FileCheck(file.path, "absent", 0, {})
        raise error
    return FileCheck(file.path, "unreadable", 0, {}, reason)
