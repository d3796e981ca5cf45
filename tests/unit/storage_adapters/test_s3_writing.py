"""Packages brought into a bucket: small files in segments, one list that publishes, one winner, and what was left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage_adapters.contract import CopyRef, ExpectedFile, Package
from storage_adapters.errors import CopyExists, SourceDamaged, StorageError
from storage_adapters.s3 import S3Adapter
from storage_adapters.s3_listing import claim_key, published_key
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
    assert len(got) == len(set(got)) == len(keys(made)) - 2, "one request for each object but marker and claim"


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


def test_another_package_of_that_name_is_not_written_over(server: ObjectStore, tmp_path: Path) -> None:
    """One writer has died, or is still at it: who comes with other bytes writes beside it, and who wins cleans up."""
    made = bucket(server)
    first, _ = random_package(tmp_path / "first", "aip-x_v0001", [1000, 2_000_000, 17_000_000])
    second, expected = random_package(tmp_path / "second", "aip-x_v0001", [1000, 2_000_000, 17_000_000])

    class Killed(Exception):
        """As a process that ends."""

    def end(_: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        made.write(first, end)
    before = {key for key in keys(made) if key.startswith(("packages/", "segments/"))}
    assert before
    seen: list[set[str]] = []
    made.write(second, lambda moved: seen.append(set(keys(made))))
    assert all(before <= there for there in seen), "something of the other was taken while both were at it"
    assert verdicts(made, second.name, expected) == {"intact"} and not before & set(keys(made))


def test_who_found_no_copy_a_moment_ago_writes_beside_it(
    server: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bucket(server)
    packages = [random_package(tmp_path / str(one), "aip-x_v0001", [1000, 2_000_000]) for one in range(2)]
    made.write(packages[0][0], quiet)
    late = S3Adapter(made.bucket, "s3-1", endpoint=server.endpoint)
    monkeypatch.setattr(S3Adapter, "_published", lambda self, copy: False)  # as it was when it asked
    with pytest.raises(CopyExists):
        late.write(packages[1][0], quiet)
    assert verdicts(made, "aip-x_v0001", packages[0][1]) == {"intact"}


def test_who_loses_takes_nothing_of_the_winner_along(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server)
    packages = [random_package(tmp_path / str(one), "aip-x_v0001", [1000, 2_000_000]) for one in range(2)]
    other = S3Adapter(made.bucket, "s3-1", endpoint=server.endpoint)
    wrote: list[int] = []

    def meanwhile(_: int) -> None:
        if not wrote:
            wrote.append(1)
            other.write(packages[1][0], quiet)

    with pytest.raises(CopyExists):
        made.write(packages[0][0], meanwhile)
    assert verdicts(made, "aip-x_v0001", packages[1][1]) == {"intact"}


def test_what_was_left_of_the_same_files_is_not_sent_again(server: ObjectStore, tmp_path: Path) -> None:
    made = bucket(server)
    package, expected = random_package(tmp_path, "aip-x_v0001", [*SMALL, 3_000_000])
    made.write(package, quiet)
    made.client().delete_object(Bucket=made.bucket, Key=published_key(package.name))
    again = S3Adapter(made.bucket, "s3-1", endpoint=server.endpoint)
    sent = calls(again, "PutObject")
    again.write(package, quiet)
    assert sent == [claim_key(package.name), published_key(package.name)]
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
