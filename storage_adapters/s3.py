"""A bucket as a medium (Amazon S3's interface): checksums checked by the server, versions, Object Lock.

Layout under the prefix: `medium.json` says which medium it is; `packages/<name>/<path>` are the files; a copy exists
only when `published/<name>.json`, which lists every file with its digest, was written, and that is written last.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
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
from storage_adapters.digests import new_digest
from storage_adapters.errors import (
    CopyExists,
    CopyUnknown,
    MediumAbsent,
    MediumFailing,
    NotErasable,
    ReadOnly,
    StorageError,
    WarrantVoid,
    WrongMedium,
)
from storage_adapters.marker import MARKER, marker_bytes, parse_marker
from storage_adapters.reading import walk_files
from storage_adapters.s3_bucket import NONE, Bucket, asking
from storage_adapters.s3_upload import send as upload

KIND = "s3"
_BLOCK = 1 << 20
_AHEAD = 4  # files that are asked for ahead of each thread


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
    def _keys(self) -> Bucket:
        settings = self.prefix, self.endpoint, self.retain_until, self.workers * 2, self.part
        return Bucket(self.bucket, *settings, self._client)

    @property
    def _where(self) -> str:
        return self._keys.where

    def client(self) -> Any:
        """boto3's client, made once. Raises ToolFailed where boto3 is not installed."""
        return self._keys.client()

    def prepare(self, marker: bytes = b"") -> None:
        """Make the bucket's prefix this medium. Raises WrongMedium where it is another one already."""
        try:
            self.require()
        except MediumAbsent:
            document = marker or json.dumps({"medium": self.identity, "kind": KIND}).encode()
            self._keys.put(MARKER, document)

    def require(self) -> None:
        """Raises MediumAbsent or WrongMedium unless this is the medium it should be."""
        with self._keys.open(MARKER) as stream:
            data = stream.read(1 << 20)
        seen = parse_marker(data, self._where).identity
        if seen != self.identity:
            raise WrongMedium(self._where, wanted=self.identity, found=seen)

    def probe(self) -> MediumState:
        """Is it reachable and the right one? A bucket tells neither room nor health."""
        try:
            self.require()
        except MediumAbsent as error:
            return MediumState(False, "", False, 0, 0, detail=str(error.values.get("reason", "")))
        return MediumState(True, self.identity, True, 0, 0)

    def copies(self) -> Iterator[CopyRef]:
        """Every published package, by name."""
        self.require()
        for key, _ in self._keys.below("published/"):
            yield CopyRef(key.removeprefix("published/").removesuffix(".json"))

    def _published(self, copy: CopyRef) -> bool:
        return self._keys.exists(f"published/{copy.name}.json")

    def write(self, package: Package, progress: Progress) -> Receipt:
        """Send every file with its checksum, then the list that makes it a copy. What lies there already is kept.

        Raises CopyExists, SourceDamaged, NotWrittenRight, and the medium's errors; nothing counts as a copy then.
        """
        self.require()
        if self._published(CopyRef(package.name)):
            raise CopyExists(f"{self._where}{package.name}")
        base = f"packages/{package.name}/"
        there = dict(self._keys.below(base))
        names = sorted(walk_files(package.root))
        listed: dict[str, dict[str, Any]] = {}

        def send(name: str) -> tuple[str, int, str]:
            known, size = package.digests.get(name, ""), there.get(base + name)
            return name, *upload(self._keys, package.root / name, base + name, known, size)

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
        self._keys.put(f"published/{package.name}.json", json.dumps(document, ensure_ascii=False).encode())
        total = sum(file["size"] for file in listed.values())
        return Receipt(CopyRef(package.name), f"{self._where}{base}", len(listed), total, moment)

    def mend(self, package: Package, paths: Iterable[str], aside: str) -> None:
        """Send these files of a published copy again from `package.root`; what lay there goes below `quarantine/`.

        A path that the package does not have is only put aside. Raises SourceDamaged, and the medium's errors.
        """
        base = f"packages/{package.name}/"
        client = self.client()
        for path in paths:
            key = self._keys.key(base + path)
            kept = {"Bucket": self.bucket, "Key": key}
            there = any(name == base + path for name, _ in self._keys.below(base + path))
            if there:
                with asking(key):
                    client.copy(kept, self.bucket, self._keys.key(f"quarantine/{aside}/{path}"))
            if (package.root / path).exists():
                upload(self._keys, package.root / path, base + path, package.digests.get(path, ""))
            elif there:
                with asking(key):
                    client.delete_object(**kept)

    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        """Open one file of a copy. Raises CopyUnknown."""
        if path.is_absolute() or ".." in path.parts or not self._published(copy):
            raise CopyUnknown(f"{self._where}{copy.name}/{path}")
        try:
            return cast(BinaryIO, self._keys.open(f"packages/{copy.name}/{path}"))
        except MediumAbsent as error:
            if error.values.get("reason") in NONE:
                raise CopyUnknown(f"{self._where}{copy.name}/{path}") from error
            raise

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
            for key, size in self._keys.below(base):
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
            rows = [row for row, is_object in self._keys.versions(prefix) if is_object]
            count += len(rows)
            for row in rows[:1]:
                with suppress(StorageError), asking(self._where):
                    head = client.head_object(Bucket=self.bucket, Key=row["Key"], VersionId=row["VersionId"])
                    if locked := head.get("ObjectLockRetainUntilDate"):
                        until = max(until, locked.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        return count, until

    def remove(self, copy: CopyRef, warrant: Warrant) -> None:
        """Remove every version of a copy's objects under a warrant. Raises WarrantVoid, NotErasable while locked."""
        if not warrant.holds_for(copy, self.identity):
            raise WarrantVoid(f"{self._where}{copy.name}")
        client = self.client()
        for prefix in self._prefixes(copy):
            rows = [row for row, _ in self._keys.versions(prefix)]
            for row in rows:
                version = {} if row.get("VersionId") in (None, "null") else {"VersionId": row["VersionId"]}
                try:
                    with asking(self._where):
                        client.delete_object(Bucket=self.bucket, Key=row["Key"], **version)
                except (ReadOnly, MediumFailing) as error:
                    raise NotErasable(f"{self._where}{row['Key']}") from error


def _done(running: deque[Future[FileCheck]], progress: Progress) -> FileCheck:
    check = running.popleft().result()
    progress(check.size)
    return check
