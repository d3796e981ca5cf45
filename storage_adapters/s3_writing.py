"""Brings a package into a bucket: large files one object each, small ones in tar segments, and last the list.

Nothing counts as a copy before the list is there, and of several writers of one name one list wins. What an earlier
writer left of the very same bytes is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from storage_adapters.contract import Package, Progress
from storage_adapters.errors import Changed, CopyExists, MediumAbsent, SourceDamaged, SourceUnreadable
from storage_adapters.reading import walk_files
from storage_adapters.s3_bucket import NONE, Bucket, asking
from storage_adapters.s3_lanes import Lanes
from storage_adapters.s3_listing import (
    Contents,
    Listed,
    ListedSegment,
    claim_key,
    parse,
    places,
    published_key,
    segment_key,
)
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
    folder = _claim(bucket, package)
    moment = datetime.now(UTC).replace(microsecond=0).isoformat()
    contents = Contents(package.name, moment, {}, folder="" if folder == package.name else folder)
    there = dict(bucket.below(contents.base)) | dict(bucket.below(f"segments/{folder}/"))
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

        sent = [
            SegmentSender(bucket, package, segment, segment_key(folder, number))
            for number, segment in enumerate(segments)
        ]
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
    whole = replace(contents, files=dict(sorted(files.items())), segments=made)
    _publish(bucket, whole, package.held)
    return whole


def _claim(bucket: Bucket, package: Package) -> str:
    """The folder to write into: the package's own name for who comes first, another one for other bytes of that name.

    So nobody writes over what somebody else is writing, and who comes again with the same bytes goes on.
    """
    running = hashlib.sha256()
    for path in sorted(package.digests):
        running.update(f"{package.digests[path]} {path}\n".encode("utf-8", "surrogateescape"))
    content = running.hexdigest() if package.digests else secrets.token_hex(32)
    data = json.dumps({"content": content}).encode()
    if bucket.put_if_absent(claim_key(package.name), data):
        return package.name
    try:
        with bucket.open(claim_key(package.name)) as stream:
            first = stream.read()
    except MediumAbsent as error:
        if error.values.get("reason") not in NONE:
            raise
        first = b""  # whoever it was has ended in this moment
    return package.name if first == data else f"{package.name}.{content[:16]}"


def _size(path: Path) -> int:
    try:
        return os.lstat(path).st_size
    except OSError as error:
        raise SourceUnreadable(str(path), reason=error.strerror or "") from error


def _publish(bucket: Bucket, contents: Contents, held: Callable[[], AbstractContextManager[None]]) -> None:
    """Put the list, where there is none. Then nothing else of that name is anybody's: it goes."""
    ours, document = contents, contents.document()
    with held():
        put = bucket.put_if_absent(published_key(contents.name), document)
    if not put:
        with bucket.open(published_key(contents.name)) as stream:
            ours = parse(stream.read(), bucket.where)
    # An answer that was lost on its way is no other writer: then the list there is this one.
    won = ours == contents
    if won or ours.base != contents.base:
        _clean(bucket, ours, () if won else (contents.base, f"segments/{contents.folder or contents.name}/"))
    if not won:
        raise CopyExists(f"{bucket.where}{contents.name}")


def _clean(bucket: Bucket, published: Contents, below: Sequence[str]) -> None:
    """Let go of what no list names: below these keys, or, without any, wherever it can be.

    The claim stays while the copy does: who found no copy a moment ago must not take its folder for a free one.
    """
    kept = {segment.key for segment in published.segments} | {
        published.base + path for path, listed in published.files.items() if listed.segment < 0
    }
    for prefix in below or places(published.name):
        for key in [key for key, _ in bucket.below(prefix) if key not in kept]:
            bucket.drop(key)


class SegmentSender:
    """One segment on its way: after `send` it knows the digests of its members and of the whole."""

    def __init__(self, bucket: Bucket, package: Package, segment: Segment, path: str) -> None:
        self.bucket, self.package, self.segment, self.path = bucket, package, segment, path
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
