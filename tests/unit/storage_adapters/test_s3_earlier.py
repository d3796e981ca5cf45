"""Buckets that earlier releases wrote, each file an object: read, audited, mended and removed as they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

import pytest

from storage_adapters.contract import CopyRef, ExpectedFile, Package, Warrant
from storage_adapters.s3 import S3Adapter
from tests.support.buckets import bucket, random_package, server, verdicts
from tests.support.object_store import ObjectStore

__all__ = ["server"]
pytestmark = pytest.mark.xdist_group("s3")
NAME = "aip-x_v0001"
Kept = tuple[S3Adapter, Package, list[ExpectedFile]]


@pytest.fixture
def kept(server: ObjectStore, tmp_path: Path) -> Kept:
    """As release 0.1 before segments wrote it."""
    made = bucket(server)
    package, expected = random_package(tmp_path, NAME, [0, 700, 1_500_000])
    files = {}
    for file in expected:
        data = (package.root / file.path).read_bytes()
        made.client().put_object(Bucket=made.bucket, Key=f"packages/{NAME}/{file.path}", Body=data)
        files[file.path] = {"size": file.size, "sha256": file.digests["sha256"]}
    listed = json.dumps({"name": NAME, "written": "2026-11-01T00:00:00+00:00", "files": files}, ensure_ascii=False)
    made.client().put_object(Bucket=made.bucket, Key=f"published/{NAME}.json", Body=listed.encode())
    return made, package, expected


def test_it_is_read_and_audited(kept: Kept) -> None:
    made, package, expected = kept
    assert verdicts(made, NAME, expected) == {"intact"} and [copy.name for copy in made.copies()] == [NAME]
    for file in expected:
        with made.read(CopyRef(NAME), PurePosixPath(file.path)) as stream:
            assert stream.read() == (package.root / file.path).read_bytes()


def test_a_small_file_is_mended_where_it_lies(kept: Kept) -> None:
    made, package, expected = kept
    key = f"packages/{NAME}/{expected[1].path}"
    made.client().put_object(Bucket=made.bucket, Key=key, Body=b"x")
    assert verdicts(made, NAME, expected) == {"intact", "damaged"}
    made.mend(package, [expected[1].path], f"{NAME}.1")
    assert verdicts(made, NAME, expected) == {"intact"}
    assert list(made.aside()) == [(f"{NAME}.1", 1)]
    made.drop_aside(f"{NAME}.1")
    assert not list(made.aside())


def test_it_is_removed_whole(kept: Kept) -> None:
    made, _, _ = kept
    soon = datetime.now(UTC) + timedelta(minutes=5)
    made.remove(CopyRef(NAME), Warrant(CopyRef(NAME), "s3-1", "d", ("li", "wang"), soon))
    assert made.left(CopyRef(NAME)) == (0, "") and not list(made.copies())
