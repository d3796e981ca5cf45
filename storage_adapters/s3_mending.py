"""Puts single files of a copy in a bucket right: an object is sent again, a segment is made again as a whole.

What lay there goes below `quarantine/` first. The list stays as it is wherever what is made again is the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from storage_adapters.contract import Package
from storage_adapters.errors import MediumAbsent, SourceDamaged
from storage_adapters.reading import size_of
from storage_adapters.s3_bucket import NONE, Bucket
from storage_adapters.s3_listing import Contents, Listed, ListedSegment, places, published_key
from storage_adapters.s3_upload import Outgoing, send, send_blocks
from storage_adapters.tar_segments import Segment, end, header, padding, plan


def mend_files(bucket: Bucket, contents: Contents, package: Package, paths: Iterable[str], aside: str) -> Contents:
    """Send these files again from `package.root`; one that the package does not have is only put aside.

    Returns the list of the copy as it is now. Raises SourceDamaged, and the bucket's errors.
    """
    files, segments = dict(contents.files), list(contents.segments)
    broken: dict[int, set[str]] = {}
    for path in paths:
        listed = files.get(path)
        if listed is not None and listed.segment >= 0 and (package.root / path).exists():
            broken.setdefault(listed.segment, set()).add(path)
            continue
        key = path if listed is None and path.startswith(places(contents.name)) else contents.base + path
        there = put_aside(bucket, key, f"quarantine/{aside}/{path}")
        if (package.root / path).exists():
            size, digest = send(bucket, package.root / path, key, package.digests.get(path, ""))
            files[path] = Listed(size, digest)
        elif there:
            bucket.drop(key)
            files.pop(path, None)
    for number, bad in broken.items():
        key = segments[number].key
        put_aside(bucket, key, f"quarantine/{aside}/{key.rpartition('/')[2]}")
        members = contents.members()[number]
        (laid,) = plan(contents.name, ((path, _size(package, path, bad, one)) for path, one in members.items()))
        maker = _Maker(bucket, package, segments[number].key, members, bad)
        outgoing = Outgoing(key, laid.size, str(package.root))
        segments[number] = ListedSegment(key, laid.size, send_blocks(bucket, outgoing, maker.blocks(laid)))
        for member in laid.members:
            files[member.path] = Listed(member.size, maker.digests[member.path], number, member.offset)
    now = replace(contents, files=files, segments=tuple(segments))
    if now != contents:
        put_aside(bucket, published_key(contents.name), f"quarantine/{aside}/list.json")
        bucket.put(published_key(contents.name), now.document())
    return now


def put_aside(bucket: Bucket, key: str, place: str) -> bool:
    """Copy an object at the server, where there is one; whether there was."""
    try:
        bucket.copy(key, place)
    except MediumAbsent as error:
        if error.values.get("reason") in NONE:
            return False
        raise
    return True


def _size(package: Package, path: str, bad: set[str], listed: Listed) -> int:
    return size_of(str(package.root / path)) if path in bad else listed.size


class _Maker:
    """A segment made again: bad members from the package, the others out of the segment as it lies there."""

    def __init__(self, bucket: Bucket, package: Package, key: str, members: dict[str, Listed], bad: set[str]) -> None:
        self.bucket, self.package, self.key, self.members, self.bad = bucket, package, key, members, bad
        self.digests: dict[str, str] = {}

    def blocks(self, laid: Segment) -> Iterator[bytes]:
        """Its bytes, as they are laid out. Raises SourceDamaged where a member is not what it must be."""
        for member in laid.members:
            yield header(self.package.name, member.path, member.size)
            yield self._member(member.path)
            yield padding(member.size)
        yield end()

    def _member(self, path: str) -> bytes:
        listed = self.members[path]
        if path in self.bad:
            data = (self.package.root / path).read_bytes()
            wanted = self.package.digests.get(path, "")
        else:
            with self.bucket.open(self.key, listed.offset, listed.size) as stream:
                data = stream.read(listed.size)
            wanted = listed.sha256
        digest = hashlib.sha256(data).hexdigest()
        if wanted and digest != wanted:
            raise SourceDamaged(f"{self.bucket.where}{self.key}/{path}", wanted=wanted, found=digest)
        self.digests[path] = digest
        return data
