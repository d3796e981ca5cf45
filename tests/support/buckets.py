"""Buckets on a real object store, and packages to put into them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from storage_adapters.contract import CopyRef, ExpectedFile, Package, Scope
from storage_adapters.s3 import S3Adapter
from tests.support.object_store import KEY, SECRET, Cluster, ObjectStore

numbers = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"] = KEY, SECRET
    store = ObjectStore(tmp_path_factory.mktemp("weed"))
    store.start()
    yield store
    store.kill()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"] = KEY, SECRET
    store = Cluster(tmp_path_factory.mktemp("cluster"))
    store.start()
    yield store
    store.kill()


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
