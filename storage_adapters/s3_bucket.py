"""A bucket, or what lies under a prefix of it, by keys: asked through boto3, its errors told as a medium's."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage_adapters.errors import (
    MediumAbsent,
    MediumFailing,
    MediumFull,
    NameTooLong,
    NotWrittenRight,
    ReadOnly,
    StorageError,
    ToolFailed,
)

_LONGEST_KEY = 1024  # bytes of UTF-8
_FULL = frozenset({"507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"})
_DENIED = frozenset({"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})
NONE = frozenset({"404", "NoSuchKey", "NoSuchBucket", "NotFound"})
_WRONG = frozenset({"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"})


def _translate(error: Exception, where: str) -> StorageError:
    code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
    if code in _WRONG:
        return NotWrittenRight(where, file=where, count=1)
    if code in _FULL:
        return MediumFull(where, reason=code)
    if code in _DENIED:
        return ReadOnly(where, reason=code)
    if code in NONE:
        return MediumAbsent(where, reason=code)
    if not code:
        return MediumAbsent(where, reason=type(error).__name__)
    return MediumFailing(where, reason=f"{code} {error}"[:300])


@contextmanager
def asking(where: str) -> Iterator[None]:
    """Errors inside are the medium's: raised as StorageError."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        yield
    except (BotoCoreError, ClientError, HTTPClientError, Boto3Error) as error:
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

    def open(self, path: str) -> io.BufferedReader:
        """The bytes of an object as they come. Raises MediumAbsent where there is none."""
        with asking(self.where):
            answer = self.client().get_object(Bucket=self.name, Key=self.key(path))
        return io.BufferedReader(_Body(answer["Body"], self.where), 1 << 20)

    def put(self, path: str, data: bytes) -> None:
        """Send an object in one request; the server compares its checksum."""
        digest = hashlib.sha256(data)
        with asking(f"{self.where}{path}"):
            self.client().put_object(
                Bucket=self.name,
                Key=self.key(path),
                Body=data,
                ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
                Metadata={"sha256": digest.hexdigest()},
                **self.lock(),
            )

    def has(self, path: str, digest: str) -> bool:
        """Whether the object of that key was sent with this SHA-256."""
        with asking(self.where):
            head = self.client().head_object(Bucket=self.name, Key=self.key(path))
        return bool(head.get("Metadata", {}).get("sha256") == digest)


class _Body(io.RawIOBase):
    """What the server sends, as a stream; its errors are the medium's."""

    def __init__(self, body: Any, where: str) -> None:
        super().__init__()
        self._body, self._where = body, where

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The next bytes."""
        with asking(self._where):
            data = self._body.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Give the connection back."""
        if not self.closed:
            self._body.close()
        super().close()
