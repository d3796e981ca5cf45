"""A bucket, or what lies under a prefix of it, by keys: asked through boto3, its errors told as a medium's."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from storage_adapters.errors import (
    CopyExists,
    MediumAbsent,
    MediumFailing,
    MediumFull,
    NameTooLong,
    NotWrittenRight,
    StorageError,
    StoreAway,
    StoreDenies,
    ToolFailed,
)
from storage_adapters.s3_body import Body

_LONGEST_KEY = 1024  # bytes of UTF-8
_FULL = frozenset({"507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"})
_DENIED = frozenset({"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})
NONE = frozenset({"404", "NoSuchKey", "NoSuchBucket", "NotFound"})
OUTSIDE = "InvalidRange"
_THERE = frozenset({"412", "PreconditionFailed"})
_UNDECIDED = frozenset({"409", "ConditionalRequestConflict"})
_TRIES = 5
_WRONG = frozenset({"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"})


def _translate(error: Exception, where: str) -> StorageError:
    code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
    if code in _WRONG:
        return NotWrittenRight(where, file=where, count=1)
    if code in _THERE | _UNDECIDED:
        return CopyExists(where, reason=code)
    if code in _FULL:
        return MediumFull(where, reason=code)
    if code in _DENIED:
        return StoreDenies(where, reason=code)
    if code in NONE:
        return StoreAway(where, reason=code)
    if code in ("416", OUTSIDE):
        return MediumFailing(where, reason=OUTSIDE)
    if not code:
        return StoreAway(where, reason=type(error).__name__)
    return MediumFailing(where, reason=f"{code} {error}"[:300])


def _failures() -> tuple[type[Exception], ...]:
    """What boto3 raises where a server does not answer as it should."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    return (BotoCoreError, ClientError, HTTPClientError, Boto3Error)


def _while_reading() -> tuple[type[Exception], ...]:
    """What can be raised beside it by an answer that breaks off."""
    from urllib3.exceptions import HTTPError

    return (HTTPError, OSError)


@contextmanager
def asking(where: str) -> Iterator[None]:
    """Errors inside are the medium's: raised as StorageError."""
    try:
        yield
    except _failures() as error:
        raise _translate(error, where) from error


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket; keys are relative to `prefix`. What is put there is locked until `retain_until`, where that is given.

    `connections` are kept open at most; `part` is the size of the parts of large objects in bytes.
    """

    name: str
    prefix: str = ""
    endpoint: str = ""
    retain_until: datetime | None = None
    connections: int = 8
    part: int = 32 << 20
    clients: list[Any] = field(default_factory=list, compare=False, repr=False)

    @property
    def where(self) -> str:
        """What it is called in messages."""
        return f"s3://{self.name}/{self.prefix}"

    def client(self) -> Any:
        """boto3's client, made once. Raises ToolFailed where boto3 is not installed."""
        if not self.clients:
            try:
                import boto3
                from botocore.config import Config
            except ImportError as error:
                raise ToolFailed("boto3", reason="boto3") from error
            settings = Config(
                retries={"mode": "standard", "max_attempts": 4},
                connect_timeout=10,
                read_timeout=60,
                max_pool_connections=self.connections,
                s3={"addressing_style": "path"},
            )
            with asking(self.where):
                self.clients.append(
                    boto3.client("s3", endpoint_url=self.endpoint or None, config=settings, region_name="us-east-1")
                )
        return self.clients[0]

    def key(self, path: str) -> str:
        """The whole key. Raises NameTooLong."""
        key = f"{self.prefix}{path}"
        if len(key.encode()) > _LONGEST_KEY:
            raise NameTooLong(key)
        return key

    def lock(self) -> dict[str, Any]:
        """What a request says so that its object is locked."""
        if self.retain_until is None:
            return {}
        return {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": self.retain_until}

    def below(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Keys below a key, relative to the prefix, and their sizes."""
        with asking(self.where):
            pages = self.client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.name, Prefix=self.key(prefix)):
                for row in page.get("Contents", []):
                    yield row["Key"].removeprefix(self.prefix), int(row["Size"])

    def versions(self, prefix: str) -> Iterator[tuple[dict[str, Any], bool]]:
        """Every version below a key, and whether it is an object and not the mark of a deleted one."""
        with asking(self.where):
            pages = self.client().get_paginator("list_object_versions")
            for page in pages.paginate(Bucket=self.name, Prefix=self.key(prefix)):
                yield from ((row, True) for row in page.get("Versions", []))
                yield from ((row, False) for row in page.get("DeleteMarkers", []))

    def exists(self, path: str) -> bool:
        """Whether there is an object of that key."""
        try:
            with asking(self.where):
                self.client().head_object(Bucket=self.name, Key=self.key(path))
        except MediumAbsent as error:
            if error.values.get("reason") in NONE:
                return False
            raise
        return True

    def open(self, path: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """The bytes of an object as they come, all or `length` from `start` on.

        Raises MediumAbsent where there is none, MediumFailing where it has no such bytes.
        """
        if length == 0:
            return io.BytesIO()  # there is no range of no bytes
        where = f"{self.where}{path}"
        last = "" if length is None else str(start + length - 1)

        def ask(done: int, tag: str) -> Any:
            wanted = {"Range": f"bytes={start + done}-{last}"} if start + done or last else {}
            if tag:
                wanted["IfMatch"] = tag
            with asking(where):
                return self.client().get_object(Bucket=self.name, Key=self.key(path), **wanted)

        failures = (*_failures(), *_while_reading())
        body = Body(ask, lambda error: _translate(error, where), failures)
        return io.BufferedReader(body, 1 << 20)

    def put(self, path: str, data: bytes, metadata: Mapping[str, str] | None = None) -> None:
        """Send an object in one request; the server compares its checksum."""
        self._put(path, data, metadata, {})

    def put_if_absent(self, path: str, data: bytes, metadata: Mapping[str, str] | None = None) -> bool:
        """The same, where there is no object of that key; whether it was sent. Of many at once one wins."""
        for _ in range(_TRIES):
            try:
                self._put(path, data, metadata, {"IfNoneMatch": "*"})
            except CopyExists as error:
                if error.values.get("reason") in _UNDECIDED:
                    continue  # somebody else is at it, and may fail
                return False
            return True
        return False

    def _put(self, path: str, data: bytes, metadata: Mapping[str, str] | None, condition: Mapping[str, str]) -> None:
        digest = hashlib.sha256(data)
        with asking(f"{self.where}{path}"):
            self.client().put_object(
                Bucket=self.name,
                Key=self.key(path),
                Body=data,
                ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
                Metadata={**(metadata or {}), "sha256": digest.hexdigest()},
                **condition,
                **self.lock(),
            )

    def drop(self, path: str) -> None:
        """Delete an object that nobody may miss: of a copy that was never published, or put aside before."""
        with asking(f"{self.where}{path}"):
            self.client().delete_object(Bucket=self.name, Key=self.key(path))

    def copy(self, path: str, target: str) -> None:
        """Copy an object within the bucket, at the server."""
        with asking(f"{self.where}{path}"):
            self.client().copy({"Bucket": self.name, "Key": self.key(path)}, self.name, self.key(target))

    def has(self, path: str, digest: str) -> bool:
        """Whether the object of that key was sent with this SHA-256."""
        with asking(self.where):
            head = self.client().head_object(Bucket=self.name, Key=self.key(path))
        return bool(head.get("Metadata", {}).get("sha256") == digest)
