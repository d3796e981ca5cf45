"""Sends files to a bucket: small ones at once, large ones by parts side by side, each with its checksum.

Every byte is read once: the digest of the whole is computed while its parts are on their way.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage_adapters.errors import Changed, CopyExists, SourceDamaged, SourceUnreadable
from storage_adapters.s3_bucket import Bucket, asking
from storage_adapters.s3_lanes import Lanes

_SINGLE = 16 << 20  # up to this a file goes in one request
_BLOCK = 1 << 20
_MOST_PARTS = 9_999


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One object to be sent: where to, how many bytes, what it is made from, and what its metadata say.

    `known` is the SHA-256 that the whole must have (empty: not known); `fresh` that nothing lay there when the writing
    began, so that what lies there now is somebody else's.
    """

    path: str
    size: int
    source: str
    known: str = ""
    metadata: Mapping[str, str] | None = None
    fresh: bool = False


def send(
    bucket: Bucket, source: Path, path: str, known: str = "", there: int | None = None, lanes: Lanes | None = None
) -> tuple[int, str]:
    """Send a file as the object `path`; returns its size and SHA-256. Raises SourceUnreadable, SourceDamaged.

    `known` is the SHA-256 that it must have, where that is known; what lies there already with that and the size
    `there` is kept. Without `lanes` parts go one after the other.
    """
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise SourceUnreadable(str(source), reason=error.strerror or "") from error
    with os.fdopen(handle, "rb", buffering=0) as stream:
        size = os.fstat(stream.fileno()).st_size
        if known and there == size and bucket.has(path, known):
            return size, known

        def blocks() -> Iterator[bytes]:
            try:
                while block := stream.read(_BLOCK):
                    yield block
            except OSError as error:
                raise SourceUnreadable(str(source), reason=error.strerror or "") from error

        metadata = {"sha256": known} if known else None
        outgoing = Outgoing(path, size, str(source), known, metadata, there is None and lanes is not None)
        return size, send_blocks(bucket, outgoing, blocks(), lanes)


def send_blocks(bucket: Bucket, outgoing: Outgoing, blocks: Iterable[bytes], lanes: Lanes | None = None) -> str:
    """Send bytes as they are made; returns their SHA-256.

    Raises SourceDamaged where they are not what they must be, Changed where they are more or fewer than was said,
    CopyExists where somebody else sends the same object at the same time.
    """
    if outgoing.size <= _SINGLE:
        data = b"".join(blocks)
        digest = hashlib.sha256(data).hexdigest()
        _require(outgoing, len(data), digest)
        if not outgoing.fresh:
            bucket.put(outgoing.path, data, outgoing.metadata)
        elif not bucket.put_if_absent(outgoing.path, data, outgoing.metadata) and not bucket.has(outgoing.path, digest):
            raise CopyExists(f"{bucket.where}{outgoing.path}")
        return digest
    return _Upload(bucket, outgoing, lanes).send(blocks)


def _require(outgoing: Outgoing, size: int, digest: str) -> None:
    if size != outgoing.size:
        raise Changed(outgoing.source)
    if outgoing.known and digest != outgoing.known:
        raise SourceDamaged(outgoing.source, wanted=outgoing.known, found=digest)


class _Upload:
    """A large object by parts. An upload that was broken off is gone on with: parts of the same bytes stay."""

    def __init__(self, bucket: Bucket, outgoing: Outgoing, lanes: Lanes | None) -> None:
        self.bucket, self.outgoing, self.lanes = bucket, outgoing, lanes
        self.key = bucket.key(outgoing.path)
        self.length = max(bucket.part, -(-outgoing.size // _MOST_PARTS))
        self.upload, self.done = _open_upload(bucket, self.key, outgoing.metadata)
        self.parts: list[dict[str, Any] | Future[dict[str, Any]]] = []

    def send(self, blocks: Iterable[bytes]) -> str:
        """All parts; returns the digest of the whole. What is not as it must be is given up at the server too."""
        whole, size = hashlib.sha256(), 0
        try:
            for data in _pieces(blocks, self.length):
                whole.update(data)
                size += len(data)
                self._begin(data)
            rows = [part.result() if isinstance(part, Future) else part for part in self.parts]
        except BaseException:
            for part in self.parts:
                if isinstance(part, Future):
                    part.cancel()
            raise
        try:
            _require(self.outgoing, size, whole.hexdigest())
        except (Changed, SourceDamaged):
            self._call("abort_multipart_upload")
            raise
        self._call("complete_multipart_upload", MultipartUpload={"Parts": rows})
        return whole.hexdigest()

    def _begin(self, data: bytes) -> None:
        number = len(self.parts) + 1
        if self.lanes is None:
            self.parts.append(self._part(number, data))
        else:
            self.parts.append(self.lanes.run(lambda: self._part(number, data)))

    def _part(self, number: int, data: bytes) -> dict[str, Any]:
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        tag = ""
        if self.done:
            tag = self.done.get((number, hashlib.md5(data, usedforsecurity=False).hexdigest()), "")
        if not tag:
            more = {"ChecksumAlgorithm": "SHA256", "ChecksumSHA256": checksum}
            tag = self._call("upload_part", PartNumber=number, Body=data, **more)["ETag"]
        return {"PartNumber": number, "ETag": tag, "ChecksumSHA256": checksum}

    def _call(self, name: str, **values: Any) -> Any:
        with asking(self.key):
            return getattr(self.bucket.client(), name)(
                Bucket=self.bucket.name, Key=self.key, UploadId=self.upload, **values
            )


def _pieces(blocks: Iterable[bytes], length: int) -> Iterator[bytes]:
    """The same bytes in pieces of `length`, the last one shorter."""
    waiting: list[bytes] = []
    count = 0
    for block in blocks:
        waiting.append(block)
        count += len(block)
        while count >= length:
            data = b"".join(waiting)
            yield data[:length]
            rest = data[length:]
            waiting, count = ([rest] if rest else []), len(rest)
    if count:
        yield b"".join(waiting)


def _open_upload(
    bucket: Bucket, key: str, metadata: Mapping[str, str] | None
) -> tuple[str, Mapping[tuple[int, str], str]]:
    """The upload of this key that was broken off, with its parts by number and MD5, or a new one."""
    client = bucket.client()
    with asking(key):
        for upload in client.list_multipart_uploads(Bucket=bucket.name, Prefix=key).get("Uploads", []):
            if upload["Key"] != key:
                continue
            done = {}
            for page in client.get_paginator("list_parts").paginate(
                Bucket=bucket.name, Key=key, UploadId=upload["UploadId"]
            ):
                for part in page.get("Parts", []):
                    done[int(part["PartNumber"]), part["ETag"].strip('"')] = part["ETag"]
            return upload["UploadId"], done
        begun = client.create_multipart_upload(
            Bucket=bucket.name, Key=key, ChecksumAlgorithm="SHA256", Metadata=dict(metadata or {}), **bucket.lock()
        )
    return begun["UploadId"], {}
