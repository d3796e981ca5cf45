"""Records beside the packages of a bucket: objects below `records/`, each written once under its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from storage_adapters.errors import CopyExists, CopyUnknown, MediumAbsent
from storage_adapters.s3_bucket import NONE, Bucket
from storage_adapters.s3_lanes import Lanes
from storage_adapters.s3_removing import remove
from storage_adapters.s3_upload import send

_FOLDER = "records/"


@dataclass(frozen=True, slots=True)
class S3Records:
    """The records of one bucket, by names with `/`."""

    bucket: Bucket

    def put(self, name: str, source: Path) -> bool:
        """Send a file as the record of that name where there is none; whether it was sent.

        Raises CopyExists where another record bears that name, SourceUnreadable, and the bucket's errors.
        """
        with Lanes(1) as lanes:  # what is sent as something new never takes another's place
            before = self._size(name)
            if before is None:
                send(self.bucket, source, _FOLDER + name, lanes=lanes)
                return True
        with self.open(name) as there, source.open("rb") as ours:
            while True:
                block = ours.read(1 << 20)
                if there.read(1 << 20) != block:
                    raise CopyExists(f"{self.bucket.where}{_FOLDER}{name}")
                if not block:
                    return False

    def replace(self, name: str, source: Path) -> None:
        """Send a file as the record of that name, whatever lies there: for the few that change."""
        send(self.bucket, source, _FOLDER + name)

    def open(self, name: str) -> BinaryIO:
        """The bytes of a record. Raises CopyUnknown."""
        try:
            return self.bucket.open(_FOLDER + name)
        except MediumAbsent as error:
            if error.values.get("reason") in NONE:
                raise CopyUnknown(f"{self.bucket.where}{_FOLDER}{name}") from error
            raise

    def names(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """Every record whose name begins so, and its bytes."""
        for key, size in self.bucket.below(_FOLDER + prefix):
            yield key.removeprefix(_FOLDER), size

    def drop(self, name: str) -> None:
        """Let a record go that another one holds too."""
        self.bucket.drop(_FOLDER + name)

    def erase(self, prefix: str) -> None:
        """Remove every version of the records whose names begin so. Raises NotErasable while one is locked."""
        remove(self.bucket, [_FOLDER + prefix])

    def _size(self, name: str) -> int | None:
        return next((size for key, size in self.names(name) if key == name), None)
