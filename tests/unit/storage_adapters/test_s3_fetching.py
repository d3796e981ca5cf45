"""Files brought from a bucket: neighbours with one request, each as the store gives it, and known for what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage_adapters.contract import CopyRef, ExpectedFile
from storage_adapters.errors import MediumAbsent
from storage_adapters.s3 import S3Adapter
from storage_adapters.s3_fetching import together
from storage_adapters.s3_listing import Contents, Listed, ListedSegment
from tests.support.buckets import bucket, quiet, random_package, server
from tests.support.object_store import ObjectStore

__all__ = ["server"]
pytestmark = pytest.mark.xdist_group("s3")
COPY = CopyRef("aip-x_v0001")
MEGABYTE = 1 << 20


def test_what_lies_near_goes_together() -> None:
    offsets = {"a": (0, 512), "b": (0, 2048), "far": (0, 9 * MEGABYTE), "other": (1, 512)}
    files = {path: Listed(1000, "", *place) for path, place in offsets.items()} | {"large": Listed(5_000_000, "")}
    contents = Contents("n", "", files, (ListedSegment("0", 1, ""), ListedSegment("1", 1, "")))
    groups = sorted(map(sorted, together(contents, ["other", "large", "far", "b", "a"])))
    assert groups == [["a", "b"], ["far"], ["large"], ["other"]]


@pytest.fixture
def kept(server: ObjectStore, tmp_path: Path) -> tuple[S3Adapter, list[ExpectedFile]]:
    made = bucket(server)
    package, expected = random_package(tmp_path, COPY.name, [700, 0, 5000, 1_500_000])
    made.write(package, quiet)
    return made, expected


def fetched(made: S3Adapter, root: Path) -> dict[str, int]:
    paths = list(made.contents(COPY).files)
    for group in made.together(COPY, paths):
        made.fetch(COPY, group, root)
    return {path: (root / path).stat().st_size for path in paths if (root / path).exists()}


def test_all_of_a_copy(kept: tuple[S3Adapter, list[ExpectedFile]], tmp_path: Path) -> None:
    made, expected = kept
    root = tmp_path / "brought"
    assert fetched(made, root) == {file.path: file.size for file in expected}
    assert all(made.is_here(COPY, file.path, root) for file in expected)
    (root / expected[0].path).write_bytes(b"short")
    assert not made.is_here(COPY, expected[0].path, root) and not made.is_here(COPY, expected[0].path, tmp_path)


def test_other_bytes_are_known_as_such(kept: tuple[S3Adapter, list[ExpectedFile]], tmp_path: Path) -> None:
    made, expected = kept
    large, key = expected[-1].path, f"packages/{COPY.name}/{expected[-1].path}"
    made.client().put_object(Bucket=made.bucket, Key=key, Body=bytes(1_500_000))
    fetched(made, tmp_path / "brought")
    assert (tmp_path / "brought" / large).read_bytes() == bytes(1_500_000)
    assert not made.is_here(COPY, large, tmp_path / "brought")
    made.client().delete_object(Bucket=made.bucket, Key=key)
    assert large not in fetched(made, tmp_path / "brought")


def test_a_store_that_is_away_takes_nothing_away(kept: tuple[S3Adapter, list[ExpectedFile]], tmp_path: Path) -> None:
    made, expected = kept
    fetched(made, tmp_path / "brought")
    away = S3Adapter(made.bucket, "s3-1", endpoint="http://127.0.0.1:9")
    away._lists[COPY.name] = made.contents(COPY)
    with pytest.raises(MediumAbsent):
        away.fetch(COPY, [expected[-1].path], tmp_path / "brought")
    assert (tmp_path / "brought" / expected[-1].path).stat().st_size == 1_500_000
