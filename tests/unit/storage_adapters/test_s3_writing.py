"""Packages brought into a bucket: small files in segments, one list that publishes, one winner, and what was left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage_adapters.contract import CopyRef, ExpectedFile, Package
from storage_adapters.errors import CopyExists, SourceDamaged, StorageError
from storage_adapters.s3 import S3Adapter
from storage_adapters.s3_listing import published_key
from storage_adapters.s3_writing import Sizes
from tests.support.buckets import bucket, quiet, random_package, server, verdicts
from tests.support.object_store import ObjectStore

__all__ = ["server"]
pytestmark = pytest.mark.xdist_group("s3")
SMALL = [0, 1, 511, 512, 513, 40_000, 1 << 20]


def keys(made: S3Adapter) -> list[str]:
    return [row["Key"] for row in made.client().list_objects_v2(Bucket=made.bucket).get("Contents", [])]


def calls(made: S3Adapter, operation: str) -> list[str]:
    """The keys of requests from now on."""
    seen: list[str] = []

    def note(params: dict[str, object], **_: object) -> None:
        seen.append(str(params["Key"]))

    made.client().meta.events.register(f"before-parameter-build.s3.{operation}", note)
    return seen


def test_small_files_share_segments_and_large_ones_are_objects(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server, sizes=Sizes(1 << 20, 60_000))
    package, expected = random_package(tmp_path, "aip-x_v0001", SMALL)
    made.write(package, quiet)
    assert [key for key in keys(made) if key.startswith("packages/")] == [f"packages/aip-x_v0001/{expected[-1].path}"]
    assert verdicts(made, package.name, expected) == {"intact"}
    got = calls(made, "GetObject")
    assert verdicts(made, package.name, expected) == {"intact"}
    assert len(got) == len(set(got)) == len(keys(made)) - 1, "one request for each object but the marker"


def test_one_of_two_different_packages_of_a_name_is_published(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server)
    packages = [random_package(tmp_path / str(one), "aip-x_v0001", [1000, 2_000_000]) for one in range(4)]

    def write(one: tuple[Package, list[ExpectedFile]]) -> bool:
        try:
            S3Adapter(made.bucket, "s3-1", endpoint=server.endpoint).write(one[0], quiet)
        except (CopyExists, StorageError):
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = [one for one, wrote in zip(packages, pool.map(write, packages), strict=True) if wrote]
    assert len(won) <= 1
    for package, expected in won:
        assert verdicts(made, package.name, expected) == {"intact"}
        with pytest.raises(CopyExists):
            made.write(packages[0][0], quiet)


def test_what_was_left_of_the_same_files_is_not_sent_again(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server)
    package, expected = random_package(tmp_path, "aip-x_v0001", [*SMALL, 3_000_000])
    made.write(package, quiet)
    made.client().delete_object(Bucket=made.bucket, Key=published_key(package.name))
    again = S3Adapter(made.bucket, "s3-1", endpoint=server.endpoint)
    sent = calls(again, "PutObject")
    again.write(package, quiet)
    assert sent == [published_key(package.name)]
    assert verdicts(again, package.name, expected) == {"intact"}


def test_a_small_file_that_is_not_what_was_sealed(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server)
    package, expected = random_package(tmp_path, "aip-x_v0001", [1000, 2000])
    (package.root / expected[1].path).write_bytes(bytes(2000))
    with pytest.raises(SourceDamaged):
        made.write(package, quiet)
    assert not list(made.copies()) and not made.has(CopyRef(package.name))


def test_nothing_but_the_list_makes_a_copy(server: ObjectStore, tmp_path: Path) -> None:
    """The list is sent last: whoever looks while it is written sees no copy."""
    made = bucket(server)
    package, _ = random_package(tmp_path, "aip-x_v0001", [1000, 2_000_000])
    sent = calls(made, "PutObject")
    made.write(package, quiet)
    assert sent[-1] == published_key(package.name) and sent.count(sent[-1]) == 1
