"""Buckets on a real object store, and packages to put into them."""

from __future__ import annotations

import atexit
import hashlib
import os
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from storage_adapters.contract import CopyRef, ExpectedFile, Package, Scope
from storage_adapters.s3 import S3Adapter
from tests.support.object_store import KEY, SECRET, Cluster, ObjectStore

numbers = count()


@cache
def _started(kind: type[ObjectStore] | type[Cluster]) -> ObjectStore | Cluster:
    """One of each kind serves all tests of this process."""
    folder = tempfile.TemporaryDirectory(prefix="weed-")
    store = kind(Path(folder.name) / "store")
    atexit.register(folder.cleanup)
    atexit.register(store.kill)
    store.start()
    return store


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    _let_in(monkeypatch)
    store = _started(ObjectStore)
    assert isinstance(store, ObjectStore)
    return store


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with pytest.MonkeyPatch.context() as patch:
        _let_in(patch)
        store = _started(Cluster)
        assert isinstance(store, Cluster)
        yield store


def _let_in(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AWS_ACCESS_KEY_ID", KEY)
    patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)


def bucket(server: ObjectStore | Cluster, *, lock: bool = False, **more: object) -> S3Adapter:
    name = f"archive-{next(numbers)}"
    made = S3Adapter(name, "s3-1", endpoint=server.endpoint, **more)  # type: ignore[arg-type]
    made.client().create_bucket(Bucket=name, **({"ObjectLockEnabledForBucket": True} if lock else {}))
    made.prepare()
    return made


def quiet(_: int) -> None:
    return None


def random_package(folder: Path, name: str, sizes: list[int]) -> tuple[Package, list[ExpectedFile]]:
    expected = []
    for number, size in enumerate(sizes):
        data = os.urandom(size)
        path = folder / name / f"data/录像 {number}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        expected.append(ExpectedFile(f"data/录像 {number}.mp4", size, {"sha256": digest}))
    digests = {file.path: file.digests["sha256"] for file in expected}
    return Package(name, folder / name, sum(sizes), digests), expected


def verdicts(adapter: S3Adapter, name: str, expected: list[ExpectedFile]) -> set[str]:
    return {check.verdict for check in adapter.verify(CopyRef(name), Scope(expected), quiet)}
