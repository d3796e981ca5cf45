"""Into and out of an object store (SeaweedFS on this machine), each against boto3 alone or a tar in the same run."""

from __future__ import annotations

import hashlib
import os
import statistics
import tarfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks import measure
from benchmarks.measure import row, scratch, settle
from storage_adapters.contract import CopyRef, ExpectedFile, Package, Scope
from storage_adapters.s3 import S3Adapter
from tests.support.object_store import KEY, SECRET, ObjectStore

_LARGE, _PIECES = 1 << 30, 1
_SMALL, _MANY = 30_000, 20_000
_names = count()


def _package(folder: Path, sizes: list[int]) -> Package:
    digests = {}
    for number, size in enumerate(sizes):
        path = folder / f"data/{number % 97:02}/{number:05}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        data = os.urandom(size)
        path.write_bytes(data)
        digests[str(path.relative_to(folder))] = hashlib.sha256(data).hexdigest()
    return Package("aip-bench_v0001", folder, sum(sizes), digests)


def _bucket(store: ObjectStore) -> S3Adapter:
    made = S3Adapter(f"bench-{next(_names)}", "s3-bench", endpoint=store.endpoint)
    made.client().create_bucket(Bucket=made.bucket)
    made.prepare()
    return made


def _seconds(work: Callable[[], object]) -> float:
    settle()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _boto3(made: S3Adapter, source: Path) -> float:
    """What boto3 needs by itself for one file, with checksums by the server as ours."""
    more = {"ChecksumAlgorithm": "SHA256"}
    return _seconds(lambda: made.client().upload_file(str(source), made.bucket, "floor", ExtraArgs=more))


def _tar(made: S3Adapter, package: Package, folder: Path) -> float:
    """One tar of all the files, made and sent."""

    def work() -> None:
        with tarfile.open(folder / "floor.tar", "w") as out:
            out.add(package.root, arcname=package.name)
        made.client().upload_file(str(folder / "floor.tar"), made.bucket, "floor")

    seconds = _seconds(work)
    (folder / "floor.tar").unlink()
    return seconds


def _read(made: S3Adapter, key: str) -> float:
    """What boto3 needs to read one object, and SHA-256 of it."""

    def work() -> None:
        hashlib.file_digest(made.client().get_object(Bucket=made.bucket, Key=key)["Body"], "sha256")

    return _seconds(work)


def _requests(made: S3Adapter, work: Callable[[], object]) -> int:
    seen: list[str] = []

    def note(**_: Any) -> None:
        seen.append("")

    made.client().meta.events.register("before-send.s3.GetObject", note)
    work()
    made.client().meta.events.unregister("before-send.s3.GetObject", note)
    return len(seen)


def main() -> list[str]:
    """The rows of the table."""
    os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"] = KEY, SECRET
    with scratch() as folder:
        store = ObjectStore(folder / "weed")
        store.start()
        try:
            return [*_large(store, folder / "large"), *_small(store, folder / "small")]
        finally:
            store.kill()


def _verify(made: S3Adapter, package: Package) -> None:
    expected = [ExpectedFile(path, None, {"sha256": digest}) for path, digest in package.digests.items()]
    checks = made.verify(CopyRef(package.name), Scope(expected), lambda moved: None)
    assert all(check.verdict == "intact" for check in checks)


def _large(store: ObjectStore, folder: Path) -> list[str]:
    package = _package(folder, [_LARGE] * _PIECES)
    floors, ours, reads, audits = [], [], [], []
    for _ in range(measure.RUNS):
        made = _bucket(store)
        floors.append(_boto3(made, package.root / next(iter(package.digests))))
        ours.append(_seconds(lambda made=made: made.write(package, lambda moved: None)))  # type: ignore[misc]
        reads.append(_read(made, "floor"))
        audits.append(_seconds(lambda made=made: _verify(made, package)))  # type: ignore[misc]
    return [
        _row("1 GiB into the store", ours, "boto3 alone", floors, 1.3),
        _row("1 GiB audited through the store", audits, "boto3 reading it, and SHA-256", reads, 1.3),
    ]


def _row(what: str, ours: list[float], floor: str, floors: list[float], target: float) -> str:
    measured, least = statistics.median(ours), statistics.median(floors)
    ratio = measured / least
    return row(what, f"{measured:.1f} s", f"{floor}: {least:.1f} s", f"{ratio:.2f}", f"≤ {target}", ratio <= target)


def _small(store: ObjectStore, folder: Path) -> list[str]:
    package = _package(folder / "package", [_SMALL] * _MANY)
    floors, ours, audits, asked = [], [], [], 0
    for _ in range(measure.RUNS):
        made = _bucket(store)
        floors.append(_tar(made, package, folder))
        ours.append(_seconds(lambda made=made: made.write(package, lambda moved: None)))  # type: ignore[misc]
        audits.append(_seconds(lambda made=made: _verify(made, package)))  # type: ignore[misc]
        asked = _requests(made, lambda made=made: _verify(made, package))  # type: ignore[misc]
    objects = len(made.contents(CopyRef(package.name)).segments) + 1  # and the list
    what = f"{_MANY:,} files of {_SMALL // 1000} kB"
    seconds = f"{statistics.median(audits):.1f} s"
    return [
        _row(f"{what} into the store", ours, "one tar of them, sent by boto3", floors, 3.0),
        row(
            f"audit of {what}: requests ({seconds})",
            f"{asked}",
            f"{objects} objects, the list among them",
            f"{asked / objects:.2f}",
            "≤ 1",
            asked <= objects,
        ),
    ]
