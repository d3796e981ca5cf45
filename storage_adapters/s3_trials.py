"""What an object store must be able to do so that an archive can work on it, tried there with objects of its own."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator

from storage_adapters.errors import StorageError
from storage_adapters.s3_bucket import Bucket, asking
from storage_adapters.trials import Name, Trial, winners


def try_bucket(bucket: Bucket) -> Iterator[Trial]:
    """Race its condition, send it a wrong digest, read what was just written. Raises nothing: what fails is told."""
    top = f"trials/{secrets.token_hex(8)}/"
    for name, what in _TRIALS.items():
        try:
            detail = what(bucket, top)
        except StorageError as error:
            detail = str(error)
        yield Trial(name, not detail, detail)


def _race(bucket: Bucket, top: str) -> str:
    won = winners(lambda number: bucket.put_if_absent(f"{top}raced", b"%d" % number))
    seen = _content(bucket, f"{top}raced")
    bucket.drop(f"{top}raced")
    return "" if len(won) == 1 and seen == b"%d" % won[0] else f"{len(won)} {seen!r}"


def _digest(bucket: Bucket, top: str) -> str:
    """The SHA-256 of other bytes goes along: nothing may be stored."""
    wrong = base64.b64encode(bytes(32)).decode()
    try:
        with asking(top):
            bucket.client().put_object(
                Bucket=bucket.name, Key=bucket.key(f"{top}wrong"), Body=b"right", ChecksumSHA256=wrong
            )
    except StorageError:
        if not bucket.exists(f"{top}wrong"):
            return ""
    bucket.drop(f"{top}wrong")
    return "stored"


def _reading(bucket: Bucket, top: str) -> str:
    key, seen = f"{top}read", b""
    for content in (b"one", b"another"):
        bucket.put(key, content)
        seen = _content(bucket, key)
        if seen != content or [name for name, _ in bucket.below(top)] != [key]:
            return repr(seen)
    with bucket.open(key, 2, 3) as stream:
        part = stream.read()
    bucket.drop(key)
    if part != b"oth":
        return f"range {part!r}"
    return "deleted and still there" if bucket.exists(key) else ""


def _content(bucket: Bucket, key: str) -> bytes:
    with bucket.open(key) as stream:
        return stream.read()


_TRIALS: dict[Name, Callable[[Bucket, str], str]] = {"race": _race, "digest": _digest, "reading": _reading}
