"""What is left of a copy in a bucket, and its removal: every version of every object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC

from storage_adapters.errors import MediumFailing, NotErasable, ReadOnly, StorageError
from storage_adapters.s3_bucket import Bucket, asking
from storage_adapters.s3_listing import claim_key, places, published_key

_ASIDE = "quarantine/"


def prefixes(name: str) -> tuple[str, ...]:
    """Below which keys all of a package lies, what was put aside too; its list first."""
    return (published_key(name), *places(name), claim_key(name), f"{_ASIDE}{name}.")


def left(bucket: Bucket, name: str) -> tuple[int, str]:
    """How many versions of objects of a package there are, and until when one is locked (RFC 3339, or empty)."""
    client = bucket.client()
    count, until = 0, ""
    for prefix in prefixes(name):
        rows = [row for row, is_object in bucket.versions(prefix) if is_object]
        count += len(rows)
        for row in rows[:1]:
            with suppress(StorageError), asking(bucket.where):
                head = client.head_object(Bucket=bucket.name, Key=row["Key"], VersionId=row["VersionId"])
                if locked := head.get("ObjectLockRetainUntilDate"):
                    until = max(until, locked.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return count, until


def remove(bucket: Bucket, below: Sequence[str]) -> None:
    """Remove every version of what lies below these keys. Raises NotErasable while one is locked."""
    client = bucket.client()
    for prefix in below:
        for row in [row for row, _ in bucket.versions(prefix)]:
            version = {} if row.get("VersionId") in (None, "null") else {"VersionId": row["VersionId"]}
            try:
                with asking(bucket.where):
                    client.delete_object(Bucket=bucket.name, Key=row["Key"], **version)
            except (ReadOnly, MediumFailing) as error:
                raise NotErasable(f"{bucket.where}{row['Key']}") from error


def aside(bucket: Bucket) -> Iterator[tuple[str, int]]:
    """What repairs put aside: the names of its folders, and the bytes of each."""
    sizes: Counter[str] = Counter()
    for key, size in bucket.below(_ASIDE):
        sizes[key.removeprefix(_ASIDE).partition("/")[0]] += size
    yield from sorted(sizes.items())


def drop_aside(bucket: Bucket, folder: str) -> None:
    """Remove what a repair put aside. Raises NotErasable while it is locked."""
    remove(bucket, [f"{_ASIDE}{folder}/"])
