"""A copy in a bucket is put right: an object, a member of a segment, the list itself; the old bytes stay aside."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from storage_adapters.contract import ExpectedFile, Package
from storage_adapters.errors import SourceDamaged
from storage_adapters.s3 import S3Adapter
from storage_adapters.s3_listing import published_key, segment_key
from tests.support.buckets import bucket, quiet, random_package, server, verdicts
from tests.support.object_store import ObjectStore

__all__ = ["server"]
pytestmark = pytest.mark.xdist_group("s3")
NAME = "aip-x_v0001"
Kept = tuple[S3Adapter, Package, list[ExpectedFile]]


@pytest.fixture
def kept(server: ObjectStore, tmp_path: Path) -> Kept:
    made = bucket(server)
    package, expected = random_package(tmp_path, NAME, [700, 0, 5000, 1_500_000])
    made.write(package, quiet)
    return made, package, expected


def objects(made: S3Adapter) -> dict[str, bytes]:
    client = made.client()
    rows = client.list_objects_v2(Bucket=made.bucket)["Contents"]
    return {row["Key"]: client.get_object(Bucket=made.bucket, Key=row["Key"])["Body"].read() for row in rows}


def only(package: Package, folder: Path, *paths: str) -> Package:
    """A package that has these files alone, as a repair has what it found elsewhere."""
    for path in paths:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((package.root / path).read_bytes())
    return replace(package, root=folder)


def test_one_member_and_one_object(kept: Kept, tmp_path: Path) -> None:
    made, package, expected = kept
    before = objects(made)
    bad = [expected[2].path, expected[3].path]
    for key in (segment_key(NAME, 0), f"packages/{NAME}/{bad[1]}"):
        data = bytearray(before[key])
        data[-1600] ^= 1
        made.client().put_object(Bucket=made.bucket, Key=key, Body=bytes(data))
    assert verdicts(made, NAME, expected) == {"intact", "damaged"}
    made.mend(only(package, tmp_path / "found", *bad), bad, f"{NAME}.1")
    after = objects(made)
    assert {key: after[key] for key in before} == before, "every byte is as it was, the list too"
    assert len(after) == len(before) + 2 and verdicts(made, NAME, expected) == {"intact"}


def test_a_segment_that_is_gone(kept: Kept, tmp_path: Path) -> None:
    made, package, expected = kept
    before = objects(made)
    made.client().delete_object(Bucket=made.bucket, Key=segment_key(NAME, 0))
    bad = [file.path for file in expected[:3]]
    made.mend(only(package, tmp_path / "found", *bad), bad, f"{NAME}.1")
    assert objects(made) == before


def test_what_does_not_belong_there_is_put_aside(kept: Kept, tmp_path: Path) -> None:
    made, package, _ = kept
    before = objects(made)
    made.client().put_object(Bucket=made.bucket, Key=f"packages/{NAME}/stranger", Body=b"x")
    made.mend(only(package, tmp_path / "found"), ["stranger"], f"{NAME}.1")
    assert objects(made) == {**before, f"quarantine/{NAME}.1/stranger": b"x"}


@pytest.mark.parametrize("left", [b"", b"{", None])
def test_a_list_that_is_broken_or_gone_is_written_again(kept: Kept, left: bytes | None) -> None:
    made, package, expected = kept
    if left is None:
        made.client().delete_object(Bucket=made.bucket, Key=published_key(NAME))
    else:
        made.client().put_object(Bucket=made.bucket, Key=published_key(NAME), Body=left)
    made.mend(package, [file.path for file in expected], f"{NAME}.1")
    assert verdicts(made, NAME, expected) == {"intact"}


def test_wrong_bytes_mend_nothing(kept: Kept, tmp_path: Path) -> None:
    made, package, expected = kept
    before = objects(made)
    wrong = only(package, tmp_path / "found", expected[0].path)
    (wrong.root / expected[0].path).write_bytes(os.urandom(700))
    with pytest.raises(SourceDamaged):
        made.mend(wrong, [expected[0].path], f"{NAME}.1")
    after = objects(made)
    assert {key: after[key] for key in before} == before
