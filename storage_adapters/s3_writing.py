"""Brings a package into a bucket: large files one object each, small ones in tar segments, and last the list.

Nothing counts as a copy before the list is there, and of several writers of one name one list wins. What an earlier
writer left of the very same bytes is kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage_adapters.contract import Package, Progress
from storage_adapters.errors import Changed, CopyExists, SourceDamaged, SourceUnreadable
from storage_adapters.reading import walk_files
from storage_adapters.s3_bucket import Bucket, asking
from storage_adapters.s3_lanes import Lanes
from storage_adapters.s3_listing import Contents, Listed, ListedSegment, parse, published_key, segment_key
from storage_adapters.s3_upload import Outgoing, send, send_blocks
from storage_adapters.tar_segments import LARGEST, SMALL, Segment, end, header, padding, plan

_MEMBERS = "members"  # metadata of a segment: what it was made of


@dataclass(frozen=True, slots=True)
class Sizes:
    """Files below `small` bytes go into segments of at most `segment` bytes."""

    small: int = SMALL
    segment: int = LARGEST


def write_package(bucket: Bucket, package: Package, progress: Progress, workers: int, sizes: Sizes) -> Contents:
    """Send all of a package, then its list. Raises CopyExists, SourceDamaged, Changed, and the bucket's errors."""
    contents = Contents(package.name, datetime.now(UTC).replace(microsecond=0).isoformat(), {})
    there = dict(bucket.below(contents.base)) | dict(bucket.below(f"segments/{package.name}/"))
    by_size = {name: _size(package.root / name) for name in sorted(walk_files(package.root))}
    large = [name for name, size in by_size.items() if size >= sizes.small]
    segments = list(plan(package.name, ((n, s) for n, s in by_size.items() if s < sizes.small), sizes.segment))
    files: dict[str, Listed] = {}
    with Lanes(workers * 2) as lanes, ThreadPoolExecutor(workers) as pool:

        def send_large(name: str) -> int:
            path = contents.base + name
            known = package.digests.get(name, "")
            size, digest = send(bucket, package.root / name, path, known, there.get(path), lanes)
            files[name] = Listed(size, digest)
            return size

        def send_segment(number: int) -> int:
            return sent[number].send(there, lanes)

        sent = [SegmentSender(bucket, package, segment, number) for number, segment in enumerate(segments)]
        # The longest first: none is left alone at the end.
        large.sort(key=lambda name: -by_size[name])
        tasks: list[Future[int]] = [pool.submit(send_segment, number) for number in range(len(sent))]
        tasks += [pool.submit(send_large, name) for name in large]
        try:
            for task in tasks:
                progress(task.result())
        except BaseException:
            for task in tasks:
                task.cancel()
            raise
    for number, sender in enumerate(sent):
        for member in segments[number].members:
            files[member.path] = Listed(member.size, sender.digests[member.path], number, member.offset)
    made = tuple(ListedSegment(sender.path, sender.segment.size, sender.sha256) for sender in sent)
    whole = Contents(package.name, contents.written, dict(sorted(files.items())), made)
    _publish(bucket, whole)
    return whole


def _size(path: Path) -> int:
    try:
        return os.lstat(path).st_size
    except OSError as error:
        raise SourceUnreadable(str(path), reason=error.strerror or "") from error


def _publish(bucket: Bucket, contents: Contents) -> None:
    data = contents.document()
    if bucket.put_if_absent(published_key(contents.name), data):
        return
    # An answer that was lost on its way is no other writer: then the list there is this one.
    with bucket.open(published_key(contents.name)) as stream:
        if parse(stream.read(), bucket.where) != contents:
            raise CopyExists(f"{bucket.where}{contents.name}")


class SegmentSender:
    """One segment on its way: after `send` it knows the digests of its members and of the whole."""

    def __init__(self, bucket: Bucket, package: Package, segment: Segment, number: int) -> None:
        self.bucket, self.package, self.segment = bucket, package, segment
        self.path = segment_key(package.name, number)
        self.digests: dict[str, str] = {}
        self.sha256 = ""

    def send(self, there: dict[str, int], lanes: Lanes | None) -> int:
        """Send it, where it is not there already made of the same files; returns the bytes of its members."""
        outgoing = Outgoing(
            self.path,
            self.segment.size,
            str(self.package.root),
            metadata={_MEMBERS: self._recipe()},
            fresh=self.path not in there and lanes is not None,
        )
        if there.get(self.path) == self.segment.size and self._is_there(outgoing):
            whole = hashlib.sha256()
            for block in self._blocks():
                whole.update(block)  # read and not sent: the digests are wanted
            self.sha256 = whole.hexdigest()
        else:
            self.sha256 = send_blocks(self.bucket, outgoing, self._blocks(), lanes)
        return sum(member.size for member in self.segment.members)

    def _recipe(self) -> str:
        """What it is made of, where every digest is known: enough to know it again at the server."""
        recipe = hashlib.sha256()
        for member in self.segment.members:
            known = self.package.digests.get(member.path)
            if known is None:
                return ""
            recipe.update(f"{known} {member.size} {member.path}\n".encode("utf-8", "surrogateescape"))
        return recipe.hexdigest()

    def _is_there(self, outgoing: Outgoing) -> bool:
        wanted = (outgoing.metadata or {}).get(_MEMBERS)
        if not wanted:
            return False
        with asking(self.path):
            head = self.bucket.client().head_object(Bucket=self.bucket.name, Key=self.bucket.key(self.path))
        return bool(head.get("Metadata", {}).get(_MEMBERS) == wanted)

    def _blocks(self) -> Iterator[bytes]:
        for member in self.segment.members:
            yield header(self.package.name, member.path, member.size)
            yield self._member(member.path, member.size)
            yield padding(member.size)
        yield end()

    def _member(self, path: str, size: int) -> bytes:
        data = _read(self.package.root / path, size)
        digest = hashlib.sha256(data).hexdigest()
        known = self.package.digests.get(path, "")
        if known and digest != known:
            raise SourceDamaged(str(self.package.root / path), wanted=known, found=digest)
        self.digests[path] = digest
        return data


def _read(path: Path, size: int) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            data = os.read(handle, size + 1)
        finally:
            os.close(handle)
    except OSError as error:
        raise SourceUnreadable(str(path), reason=error.strerror or "") from error
    if len(data) != size:
        raise Changed(str(path))
    return data
