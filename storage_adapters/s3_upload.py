"""Sends the files of a package to a bucket: small ones at once, large ones by parts, each with its checksum."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from storage_adapters.errors import SourceDamaged, SourceUnreadable
from storage_adapters.s3_bucket import Bucket, asking

_SINGLE = 16 << 20  # up to this a file goes in one request
_BLOCK = 1 << 20
_MOST_PARTS = 9_999


def send(bucket: Bucket, source: Path, path: str, known: str = "", there: int | None = None) -> tuple[int, str]:
    """Send a file as the object `path`; returns its size and SHA-256. Raises SourceUnreadable, SourceDamaged.

    `known` is the SHA-256 that it must have, where that is known; what lies there already with that and the size
    `there` is kept.
    """
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise SourceUnreadable(str(source), reason=error.strerror or "") from error
    with os.fdopen(handle, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if known and there == size and bucket.has(path, known):
            return size, known
        if size <= _SINGLE:
            data = stream.read()
            digest = hashlib.sha256(data).hexdigest()
            if known and digest != known:
                raise SourceDamaged(str(source), wanted=known, found=digest)
            bucket.put(path, data)
            return size, digest
        if not known:
            known = _digest_of(stream)
            stream.seek(0)
        return size, _send_parts(bucket, source, stream, size, path, known)


def _send_parts(bucket: Bucket, source: Path, stream: BinaryIO, size: int, path: str, known: str) -> str:
    """A large file by parts. An upload that was broken off is gone on with: parts with the same checksum stay."""
    client, key = bucket.client(), bucket.key(path)
    length = max(bucket.part, -(-size // _MOST_PARTS))
    upload, done = _open_upload(bucket, key, known)
    whole = hashlib.sha256()
    parts = []
    for number in range(1, -(-size // length) + 1):
        data = stream.read(length)
        whole.update(data)
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        tag = done.get((number, hashlib.md5(data, usedforsecurity=False).hexdigest()), "")
        if not tag:
            with asking(key):
                tag = client.upload_part(
                    Bucket=bucket.name,
                    Key=key,
                    UploadId=upload,
                    PartNumber=number,
                    Body=data,
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=checksum,
                )["ETag"]
        parts.append({"PartNumber": number, "ETag": tag, "ChecksumSHA256": checksum})
    if whole.hexdigest() != known:
        with asking(key):
            client.abort_multipart_upload(Bucket=bucket.name, Key=key, UploadId=upload)
        raise SourceDamaged(str(source), wanted=known, found=whole.hexdigest())
    with asking(key):
        client.complete_multipart_upload(Bucket=bucket.name, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})
    return known


def _open_upload(bucket: Bucket, key: str, digest: str) -> tuple[str, Mapping[tuple[int, str], str]]:
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
            Bucket=bucket.name, Key=key, ChecksumAlgorithm="SHA256", Metadata={"sha256": digest}, **bucket.lock()
        )
    return begun["UploadId"], {}


def _digest_of(stream: BinaryIO) -> str:
    running = hashlib.sha256()
    while block := stream.read(_BLOCK):
        running.update(block)
    return running.hexdigest()
