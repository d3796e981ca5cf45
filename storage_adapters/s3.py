"""A bucket as a medium (Amazon S3's interface): checksums checked by the server, versions, Object Lock.

Layout under the prefix: `medium.json` says which medium it is; `packages/<name>/<path>` are the files; a copy exists
only when `published/<name>.json`, which lists every file with its digest, was written, and that is written last.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Self, cast

from storage_adapters.contract import (
    Address,
    CopyRef,
    Established,
    ExpectedFile,
    FileCheck,
    MediumState,
    NewMedium,
    Package,
    Progress,
    Receipt,
    Scope,
    Traits,
    Warrant,
)
from storage_adapters.durable import new_digest
from storage_adapters.errors import (
    CopyExists,
    CopyUnknown,
    MediumAbsent,
    MediumFailing,
    MediumFull,
    NameTooLong,
    NotErasable,
    NotWrittenRight,
    ReadOnly,
    SourceDamaged,
    SourceUnreadable,
    StorageError,
    ToolFailed,
    WarrantVoid,
    WrongMedium,
)
from storage_adapters.marker import MARKER, marker_bytes, parse_marker
from storage_adapters.reading import walk_files

KIND = "s3"
_SINGLE = 16 << 20  # up to this a file goes in one request
_BLOCK = 1 << 20
_AHEAD = 4  # files that are asked for ahead of each thread
_FULL = frozenset({"507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"})
_DENIED = frozenset({"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})
_NONE = frozenset({"404", "NoSuchKey", "NoSuchBucket", "NotFound"})
_WRONG = frozenset({"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"})


def _translate(error: Exception, where: str) -> StorageError:
    code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
    if code in _WRONG:
        return NotWrittenRight(where, file=where, count=1)
    if code in _FULL:
        return MediumFull(where, reason=code)
    if code in _DENIED:
        return ReadOnly(where, reason=code)
    if code in _NONE:
        return MediumAbsent(where, reason=code)
    if not code:
        return MediumAbsent(where, reason=type(error).__name__)
    return MediumFailing(where, reason=f"{code} {error}"[:300])


@contextmanager
def _asking(where: str) -> Iterator[None]:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        yield
    except (BotoCoreError, ClientError, HTTPClientError, Boto3Error) as error:
        raise _translate(error, where) from error


@dataclass(frozen=True, slots=True)
class S3Adapter:
    """One bucket, or what lies under a prefix of it. Credentials come from the places that boto3 looks in.

    With `retain_until` every object is locked until then (COMPLIANCE), in a bucket made with Object Lock. `key` is the
    archive's public key (raw Ed25519), where the marker's signature is to be held against one; `part` the size of the
    parts of large files in bytes.
    """

    bucket: str
    identity: str
    prefix: str = ""
    endpoint: str = ""
    retain_until: datetime | None = None
    workers: int = 4
    part: int = 32 << 20
    marker: bytes = b""
    _client: list[Any] = field(default_factory=list, compare=False, repr=False)

    @property
    def traits(self) -> Traits:
        """A bucket needs no person; its keys are bounded in bytes."""
        erasable = self.retain_until is None
        return Traits(KIND, erasable, False, False, True, 1024, 900, name_zh="对象存储", name_en="object store")

    @classmethod
    def at(cls, address: Address) -> Self:
        """The bucket of an address; what is written is locked until then, where this bucket locks."""
        details = address.details
        return cls(
            str(details.get("bucket", "")),
            address.identity,
            str(details.get("prefix", "")),
            str(details.get("endpoint", "")),
            address.retain_until if details.get("lock") else None,
        )

    @classmethod
    def establish(cls, new: NewMedium) -> Established:
        """Make a prefix of a bucket, named by the archive, a medium. Raises WrongMedium where it is one already."""
        endpoint, prefix = str(new.options.get("endpoint", "")), f"{new.facts['archive']}/"
        cls(new.where, new.facts["medium"], prefix, endpoint).prepare(marker_bytes(new.facts, new.sign))
        lock = bool(new.options.get("lock"))
        details = {"bucket": new.where, "endpoint": endpoint, "prefix": prefix, "lock": lock}
        return Established(f"{endpoint}/{new.where}", 0, details)

    @property
    def _where(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def client(self) -> Any:
        """boto3's client, made once. Raises ToolFailed where boto3 is not installed."""
        if not self._client:
            try:
                import boto3
                from botocore.config import Config
            except ImportError as error:
                raise ToolFailed("boto3", reason="boto3") from error
            settings = Config(
                retries={"mode": "standard", "max_attempts": 4},
                connect_timeout=10,
                read_timeout=60,
                max_pool_connections=self.workers * 2,
                s3={"addressing_style": "path"},
            )
            with _asking(self._where):
                self._client.append(
                    boto3.client("s3", endpoint_url=self.endpoint or None, config=settings, region_name="us-east-1")
                )
        return self._client[0]

    def _key(self, path: str) -> str:
        key = f"{self.prefix}{path}"
        if len(key.encode()) > 1024:
            raise NameTooLong(key)
        return key

    def _lock(self) -> dict[str, Any]:
        if self.retain_until is None:
            return {}
        return {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": self.retain_until}

    def prepare(self, marker: bytes = b"") -> None:
        """Make the bucket's prefix this medium. Raises WrongMedium where it is another one already."""
        try:
            self.require()
        except MediumAbsent:
            document = marker or json.dumps({"medium": self.identity, "kind": KIND}).encode()
            self._put_bytes(MARKER, document)

    def require(self) -> None:
        """Raises MediumAbsent or WrongMedium unless this is the medium it should be."""
        with _asking(self._where):
            data = self.client().get_object(Bucket=self.bucket, Key=self._key(MARKER))["Body"].read(1 << 20)
        found = parse_marker(data, self._where).identity
        if found != self.identity:
            raise WrongMedium(self._where, wanted=self.identity, found=found)

    def probe(self) -> MediumState:
        """Is it reachable and the right one? A bucket tells neither room nor health."""
        try:
            self.require()
        except MediumAbsent as error:
            return MediumState(False, "", False, 0, 0, detail=str(error.values.get("reason", "")))
        return MediumState(True, self.identity, True, 0, 0)

    def _list(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Keys below a prefix, without the medium's own, and their sizes."""
        with _asking(self._where):
            pages = self.client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self._key(prefix)):
                for row in page.get("Contents", []):
                    yield row["Key"].removeprefix(self.prefix), int(row["Size"])

    def copies(self) -> Iterator[CopyRef]:
        """Every published package, by name."""
        self.require()
        for key, _ in self._list("published/"):
            yield CopyRef(key.removeprefix("published/").removesuffix(".json"))

    def _published(self, copy: CopyRef) -> bool:
        try:
            with _asking(self._where):
                self.client().head_object(Bucket=self.bucket, Key=self._key(f"published/{copy.name}.json"))
        except MediumAbsent as error:
            if error.values.get("reason") in _NONE:
                return False
            raise
        return True

    def write(self, package: Package, progress: Progress) -> Receipt:
        """Send every file with its checksum, then the list that makes it a copy. What lies there already is kept.

        Raises CopyExists, SourceDamaged, NotWrittenRight, and the medium's errors; nothing counts as a copy then.
        """
        self.require()
        if self._published(CopyRef(package.name)):
            raise CopyExists(f"{self._where}{package.name}")
        base = f"packages/{package.name}/"
        there = dict(self._list(base))
        names = sorted(walk_files(package.root))
        listed: dict[str, dict[str, Any]] = {}

        def send(name: str) -> tuple[str, int, str]:
            return name, *self._send(package, base, name, there.get(base + name))

        with ThreadPoolExecutor(self.workers) as pool:
            futures = [pool.submit(send, name) for name in names]
            try:
                for future in futures:
                    name, size, digest = future.result()
                    listed[name] = {"size": size, "sha256": digest}
                    progress(size)
            except BaseException:
                for future in futures:
                    future.cancel()
                raise
        moment = datetime.now(UTC).replace(microsecond=0)
        document = {"name": package.name, "written": moment.isoformat(), "files": listed}
        self._put_bytes(f"published/{package.name}.json", json.dumps(document, ensure_ascii=False).encode())
        total = sum(one["size"] for one in listed.values())
        return Receipt(CopyRef(package.name), f"{self._where}{base}", len(listed), total, moment)

    def mend(self, package: Package, paths: Iterable[str], aside: str) -> None:
        """Send these files of a published copy again from `package.root`; what lay there goes below `quarantine/`.

        A path that the package does not have is only put aside. Raises SourceDamaged, and the medium's errors.
        """
        base = f"packages/{package.name}/"
        client = self.client()
        for path in paths:
            key = self._key(base + path)
            kept = {"Bucket": self.bucket, "Key": key}
            there = any(found == base + path for found, _ in self._list(base + path))
            if there:
                with _asking(key):
                    client.copy(kept, self.bucket, self._key(f"quarantine/{aside}/{path}"))
            if (package.root / path).exists():
                self._send(package, base, path, None)
            elif there:
                with _asking(key):
                    client.delete_object(**kept)

    def _put_bytes(self, path: str, data: bytes) -> None:
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        with _asking(f"{self._where}{path}"):
            self.client().put_object(
                Bucket=self.bucket,
                Key=self._key(path),
                Body=data,
                ChecksumSHA256=checksum,
                Metadata={"sha256": hashlib.sha256(data).hexdigest()},
                **self._lock(),
            )

    def _send(self, package: Package, base: str, name: str, there: int | None) -> tuple[int, str]:
        source = package.root / name
        known = package.digests.get(name, "")
        try:
            handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise SourceUnreadable(str(source), reason=error.strerror or "") from error
        with os.fdopen(handle, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if known and there == size and self._has(base + name, known):
                return size, known
            if size <= _SINGLE:
                data = stream.read()
                digest = hashlib.sha256(data).hexdigest()
                if known and digest != known:
                    raise SourceDamaged(str(source), wanted=known, found=digest)
                self._put_bytes(base + name, data)
                return size, digest
            return size, self._send_parts(source, stream, size, self._key(base + name), known)

    def _has(self, path: str, digest: str) -> bool:
        with _asking(self._where):
            head = self.client().head_object(Bucket=self.bucket, Key=self._key(path))
        return bool(head.get("Metadata", {}).get("sha256") == digest)

    def _send_parts(self, source: Path, stream: BinaryIO, size: int, key: str, known: str) -> str:
        """A large file by parts. An upload that was broken off is gone on with: parts with the same checksum stay."""
        client = self.client()
        length = max(self.part, -(-size // 9_999))
        if not known:
            known = _digest_of(stream)
            stream.seek(0)
        upload, done = self._open_upload(key, known)
        whole = hashlib.sha256()
        parts = []
        for number in range(1, -(-size // length) + 1):
            data = stream.read(length)
            whole.update(data)
            checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
            tag = done.get((number, hashlib.md5(data, usedforsecurity=False).hexdigest()), "")
            if not tag:
                with _asking(key):
                    tag = client.upload_part(
                        Bucket=self.bucket,
                        Key=key,
                        UploadId=upload,
                        PartNumber=number,
                        Body=data,
                        ChecksumAlgorithm="SHA256",
                        ChecksumSHA256=checksum,
                    )["ETag"]
            parts.append({"PartNumber": number, "ETag": tag, "ChecksumSHA256": checksum})
        if whole.hexdigest() != known:
            with _asking(key):
                client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload)
            raise SourceDamaged(str(source), wanted=known, found=whole.hexdigest())
        with _asking(key):
            client.complete_multipart_upload(
                Bucket=self.bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
            )
        return known

    def _open_upload(self, key: str, digest: str) -> tuple[str, Mapping[tuple[int, str], str]]:
        """The upload of this key that was broken off, with its parts by number and MD5, or a new one."""
        client = self.client()
        with _asking(key):
            found = client.list_multipart_uploads(Bucket=self.bucket, Prefix=key).get("Uploads", [])
            for one in found:
                if one["Key"] != key:
                    continue
                done = {}
                for page in client.get_paginator("list_parts").paginate(
                    Bucket=self.bucket, Key=key, UploadId=one["UploadId"]
                ):
                    for part in page.get("Parts", []):
                        done[int(part["PartNumber"]), part["ETag"].strip('"')] = part["ETag"]
                return one["UploadId"], done
            made = client.create_multipart_upload(
                Bucket=self.bucket, Key=key, ChecksumAlgorithm="SHA256", Metadata={"sha256": digest}, **self._lock()
            )
        return made["UploadId"], {}

    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        """Open one file of a copy. Raises CopyUnknown."""
        if path.is_absolute() or ".." in path.parts or not self._published(copy):
            raise CopyUnknown(f"{self._where}{copy.name}/{path}")
        try:
            with _asking(self._where):
                answer = self.client().get_object(Bucket=self.bucket, Key=self._key(f"packages/{copy.name}/{path}"))
        except MediumAbsent as error:
            if error.values.get("reason") in _NONE:
                raise CopyUnknown(f"{self._where}{copy.name}/{path}") from error
            raise
        return cast(BinaryIO, io.BufferedReader(_Body(answer["Body"], self._where), _BLOCK))

    def verify(self, copy: CopyRef, scope: Scope, progress: Progress) -> Iterator[FileCheck]:
        """Fetch every expected file and compare; then name what should not be there."""
        if not self._published(copy):
            raise CopyUnknown(f"{self._where}{copy.name}")
        known: set[str] = set()
        ended = False
        with ThreadPoolExecutor(self.workers) as pool:
            running: deque[Future[FileCheck]] = deque()
            try:
                for file in scope.expected:
                    if ended := not scope.more(file.size or 0):
                        break
                    known.add(file.path)
                    running.append(pool.submit(self._check, copy, file))
                    if len(running) >= _AHEAD * self.workers:
                        yield _done(running, progress)
                while running:
                    yield _done(running, progress)
            finally:
                for future in running:
                    future.cancel()
        if scope.exhaustive and not ended:
            base = f"packages/{copy.name}/"
            for key, size in self._list(base):
                if key.removeprefix(base) not in known:
                    yield FileCheck(key.removeprefix(base), "unexpected", size, {})

    def _check(self, copy: CopyRef, expected: ExpectedFile) -> FileCheck:
        running = {name: new_digest(name) for name in expected.digests}
        size = 0
        try:
            with self.read(copy, PurePosixPath(expected.path)) as stream:
                while block := stream.read(_BLOCK):
                    size += len(block)
                    for digest in running.values():
                        digest.update(block)
        except CopyUnknown:
            return FileCheck(expected.path, "absent", 0, {})
        except StorageError as error:
            return FileCheck(expected.path, "unreadable", size, {}, str(error.values.get("reason", error.code)))
        seen = {name: str(digest.hexdigest()) for name, digest in running.items()}
        if expected.size is not None and size != expected.size:
            return FileCheck(expected.path, "damaged", size, seen, f"size {size}, should be {expected.size}")
        wrong = [name for name, value in expected.digests.items() if seen[name] != value]
        return FileCheck(expected.path, "damaged" if wrong else "intact", size, seen, ", ".join(wrong))

    def _prefixes(self, copy: CopyRef) -> tuple[str, str, str]:
        return (f"published/{copy.name}.json", f"packages/{copy.name}/", f"quarantine/{copy.name}.")

    def left(self, copy: CopyRef) -> tuple[int, str]:
        """How many versions of objects of a copy are there, and until when one is locked (RFC 3339, or empty)."""
        client = self.client()
        count, until = 0, ""
        for prefix in self._prefixes(copy):
            with _asking(self._where):
                pages = client.get_paginator("list_object_versions").paginate(
                    Bucket=self.bucket, Prefix=self._key(prefix)
                )
                rows = [row for page in pages for row in page.get("Versions", [])]
            count += len(rows)
            for row in rows[:1]:
                with suppress(StorageError), _asking(self._where):
                    head = client.head_object(Bucket=self.bucket, Key=row["Key"], VersionId=row["VersionId"])
                    if found := head.get("ObjectLockRetainUntilDate"):
                        until = max(until, found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        return count, until

    def remove(self, copy: CopyRef, warrant: Warrant) -> None:
        """Remove every version of a copy's objects under a warrant. Raises WarrantVoid, NotErasable while locked."""
        if not warrant.holds_for(copy, self.identity):
            raise WarrantVoid(f"{self._where}{copy.name}")
        client = self.client()
        for prefix in self._prefixes(copy):
            with _asking(self._where):
                pages = client.get_paginator("list_object_versions").paginate(
                    Bucket=self.bucket, Prefix=self._key(prefix)
                )
                rows = [row for page in pages for row in (*page.get("Versions", []), *page.get("DeleteMarkers", []))]
            for row in rows:
                version = {} if row.get("VersionId") in (None, "null") else {"VersionId": row["VersionId"]}
                try:
                    with _asking(self._where):
                        client.delete_object(Bucket=self.bucket, Key=row["Key"], **version)
                except (ReadOnly, MediumFailing) as error:
                    raise NotErasable(f"{self._where}{row['Key']}") from error


def _done(running: deque[Future[FileCheck]], progress: Progress) -> FileCheck:
    check = running.popleft().result()
    progress(check.size)
    return check


def _digest_of(stream: BinaryIO) -> str:
    running = hashlib.sha256()
    while block := stream.read(_BLOCK):
        running.update(block)
    return running.hexdigest()


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
        with _asking(self._where):
            data = self._body.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Give the connection back."""
        if not self.closed:
            self._body.close()
        super().close()
