"""A bucket as a medium (Amazon S3's interface): checksums checked by the server, versions, Object Lock.

Layout under the prefix: `medium.json` says which medium it is; `packages/<name>/<path>` are the files of a megabyte and
more, `segments/<name>/<number>.tar` hold the smaller ones; a copy exists only when `published/<name>.json`, which lists
every file with its digest and place, was written, and that is written last. Copies of earlier releases, each file an
object, are read as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Self

from storage_adapters import s3_removing as removing
from storage_adapters.contract import (
    Address,
    CopyRef,
    Established,
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
from storage_adapters.errors import CopyExists, CopyUnknown, MediumAbsent, MediumFailing, WarrantVoid, WrongMedium
from storage_adapters.marker import MARKER, marker_bytes, parse_marker
from storage_adapters.s3_bucket import NONE, Bucket
from storage_adapters.s3_checking import check_copy
from storage_adapters.s3_fetching import fetch, is_listed, together
from storage_adapters.s3_listing import Contents, parse, published_key
from storage_adapters.s3_mending import mend_files, put_aside
from storage_adapters.s3_records import S3Records
from storage_adapters.s3_trials import try_bucket
from storage_adapters.s3_writing import Sizes, write_package
from storage_adapters.trials import Trial

KIND = "s3"
_LISTS = 4  # lists of copies that are remembered: who reads one file of a copy reads more


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
    part: int = 16 << 20
    marker: bytes = b""
    sizes: Sizes = field(default_factory=Sizes)
    _lists: dict[str, Contents] = field(default_factory=dict, compare=False, repr=False)
    _client: list[Any] = field(default_factory=list, compare=False, repr=False)

    @property
    def traits(self) -> Traits:
        """A bucket needs no person; its keys are bounded in bytes."""
        erasable = self.retain_until is None
        return Traits(
            KIND, erasable, False, False, True, 1024, 900, name_zh="对象存储", name_en="object store", remote=True
        )

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
            if not self._keys.put_if_absent(MARKER, document):
                self.require()

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
        return self._keys.exists(published_key(copy.name))

    def contents(self, copy: CopyRef, *, fresh: bool = False) -> Contents:
        """The list of a copy; the last few are remembered. Raises CopyUnknown, MediumFailing where it is no list."""
        if not fresh and (known := self._lists.get(copy.name)) is not None:
            return known
        try:
            with self._keys.open(published_key(copy.name)) as stream:
                found = parse(stream.read(), f"{self._where}{published_key(copy.name)}")
        except MediumAbsent as error:
            self._lists.pop(copy.name, None)
            if error.values.get("reason") in NONE:
                raise CopyUnknown(f"{self._where}{copy.name}") from error
            raise
        for old in list(self._lists)[: 1 - _LISTS]:
            self._lists.pop(old, None)
        self._lists[copy.name] = found
        return found

    def has(self, copy: CopyRef) -> bool:
        """Whether a copy is published here. Raises WrongMedium, MediumAbsent."""
        self.require()
        return self._published(copy)

    @property
    def records(self) -> S3Records:
        """What is kept here beside the packages."""
        return S3Records(self._keys)

    def write(self, package: Package, progress: Progress) -> Receipt:
        """Send every file with its checksum, then the list that makes it a copy. What lies there already is kept.

        Raises CopyExists, SourceDamaged, NotWrittenRight, and the medium's errors; nothing counts as a copy then.
        """
        self.require()
        if self._published(CopyRef(package.name)):
            raise CopyExists(f"{self._where}{package.name}")
        self._lists.pop(package.name, None)
        made = write_package(self._keys, package, progress, self.workers, self.sizes)
        total = sum(listed.size for listed in made.files.values())
        moment = datetime.fromisoformat(made.written)
        return Receipt(CopyRef(package.name), f"{self._where}{made.base}", len(made.files), total, moment)

    def mend(self, package: Package, paths: Iterable[str], aside: str) -> None:
        """Send these files of a published copy again from `package.root`; what lay there goes below `quarantine/`.

        A path that the package does not have is only put aside. Where the list is lost or none, all is sent again.
        Raises SourceDamaged, and the medium's errors.
        """
        self.require()
        copy = CopyRef(package.name)
        try:
            contents = self.contents(copy, fresh=True)
        except (MediumFailing, CopyUnknown):
            if put_aside(self._keys, published_key(package.name), f"quarantine/{aside}/list.json"):
                self._keys.drop(published_key(package.name))
            self.write(package, lambda moved: None)
            return
        self._lists.pop(package.name, None)
        mend_files(self._keys, contents, package, paths, aside)

    def read(self, copy: CopyRef, path: PurePosixPath) -> BinaryIO:
        """Open one file of a copy. Raises CopyUnknown."""
        return self.read_range(copy, path, 0, None)

    def read_range(self, copy: CopyRef, path: PurePosixPath, start: int, length: int | None) -> BinaryIO:
        """The bytes of a file from `start` on, all or `length` of them, no more than there are. Raises CopyUnknown."""
        name = str(path)
        contents = self.contents(copy)
        if path.is_absolute() or ".." in path.parts or name not in contents.files:
            raise CopyUnknown(f"{self._where}{copy.name}/{path}")
        listed = contents.files[name]
        left = max(0, listed.size - start)
        key, offset = contents.key(name)
        wanted = left if length is None else min(left, length)
        try:
            if listed.segment < 0 and not start and length is None:
                return self._keys.open(key)  # as it lies there, whatever the list says of its size
            return self._keys.open(key, offset + start, wanted)
        except MediumAbsent as error:
            if error.values.get("reason") in NONE:
                raise CopyUnknown(f"{self._where}{copy.name}/{path}") from error
            raise

    def trials(self) -> Iterator[Trial]:
        """Whether the store does what an archive needs, tried with objects of its own."""
        return try_bucket(self._keys)

    def together(self, copy: CopyRef, paths: Iterable[str]) -> Iterator[list[str]]:
        """These files of a copy in groups that `fetch` brings with one request each."""
        return together(self.contents(copy), paths)

    def fetch(self, copy: CopyRef, paths: Sequence[str], root: Path) -> int:
        """Write the files of one group below `root`; returns their bytes. Raises MediumFailing, MediumAbsent."""
        return fetch(self._keys, self.contents(copy), paths, root)

    def is_here(self, copy: CopyRef, path: str, root: Path) -> bool:
        """Whether a file of a copy was fetched below `root`, as the list has it."""
        return is_listed(root / path, self.contents(copy).files[path])

    def verify(self, copy: CopyRef, scope: Scope, progress: Progress) -> Iterator[FileCheck]:
        """Read every expected file back through the store and compare; then name what should not be there."""
        try:
            contents = self.contents(copy, fresh=True)
        except MediumFailing as error:
            # The list itself is damaged: what it named may be there, but nothing says where.
            reason = str(error.values.get("reason", ""))
            yield from (FileCheck(file.path, "unreadable", 0, {}, reason) for file in scope.expected)
            return
        yield from check_copy(self._keys, contents, scope, progress, self.workers)

    def left(self, copy: CopyRef) -> tuple[int, str]:
        """How many versions of objects of a copy are there, and until when one is locked (RFC 3339, or empty)."""
        return removing.left(self._keys, copy.name)

    def remove(self, copy: CopyRef, warrant: Warrant) -> None:
        """Remove every version of a copy's objects under a warrant. Raises WarrantVoid, NotErasable while locked."""
        if not warrant.holds_for(copy, self.identity):
            raise WarrantVoid(f"{self._where}{copy.name}")
        self._lists.pop(copy.name, None)
        removing.remove(self._keys, removing.prefixes(copy.name))

    def withdraw(self, copy: CopyRef) -> None:
        """Take back what was published and never entered anywhere; its list first."""
        self._lists.pop(copy.name, None)
        removing.remove(self._keys, removing.prefixes(copy.name))

    def aside(self) -> Iterator[tuple[str, int]]:
        """What repairs put aside: the names of its folders, and the bytes of each."""
        return removing.aside(self._keys)

    def drop_aside(self, folder: str) -> None:
        """Remove what a repair put aside; somebody decided it. Raises NotErasable while it is locked."""
        removing.drop_aside(self._keys, folder)
