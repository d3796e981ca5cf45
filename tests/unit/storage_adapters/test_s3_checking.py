"""Copies read back through a store: what is damaged in a segment is told by file; a store that is away is no damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage_adapters.contract import CopyRef, ExpectedFile, Scope
from storage_adapters.errors import MediumAbsent
from storage_adapters.s3 import S3Adapter
from storage_adapters.s3_listing import segment_key
from tests.support.buckets import bucket, quiet, random_package, server
from tests.support.object_store import ObjectStore

__all__ = ["server"]
pytestmark = pytest.mark.xdist_group("s3")
NAME = "aip-x_v0001"


@pytest.fixture
def kept(server: ObjectStore, tmp_path: Path) -> tuple[S3Adapter, list[ExpectedFile]]:
    made = bucket(server)
    package, expected = random_package(tmp_path, NAME, [700, 0, 5000, 1_500_000])
    made.write(package, quiet)
    return made, expected


def spoiled(made: S3Adapter, place: int | None, cut: int = 0) -> None:
    """Flip a bit of the segment, cut its end off, or take it away."""
    key = segment_key(NAME, 0)
    data = bytearray(made.client().get_object(Bucket=made.bucket, Key=key)["Body"].read())
    if place is None and not cut:
        made.client().delete_object(Bucket=made.bucket, Key=key)
        return
    if place is not None:
        data[place] ^= 1
    made.client().put_object(Bucket=made.bucket, Key=key, Body=bytes(data[: len(data) - cut]))


def seen(made: S3Adapter, expected: list[ExpectedFile]) -> dict[str, str]:
    return {check.path: check.verdict for check in made.verify(CopyRef(NAME), Scope(expected), quiet)}


def test_damage_in_a_segment_is_told_by_file(kept: tuple[S3Adapter, list[ExpectedFile]]) -> None:
    made, expected = kept
    listed = made.contents(CopyRef(NAME)).files[expected[2].path]
    spoiled(made, listed.offset + 17)
    assert seen(made, expected) == {file.path: "damaged" if file == expected[2] else "intact" for file in expected}


def test_a_broken_tar_around_good_files_is_damage(kept: tuple[S3Adapter, list[ExpectedFile]]) -> None:
    made, expected = kept
    spoiled(made, 3)  # in the first header
    assert sorted(seen(made, expected).values()) == ["damaged", "intact", "intact", "intact"]


def test_a_segment_that_is_cut_or_gone(kept: tuple[S3Adapter, list[ExpectedFile]]) -> None:
    made, expected = kept
    spoiled(made, None, cut=4000)
    found = seen(made, expected)
    assert found[expected[2].path] == "damaged" and found[expected[3].path] == "intact"
    spoiled(made, None)
    found = seen(made, expected)
    assert {found[file.path] for file in expected[:3]} == {"absent"} and found[expected[3].path] == "intact"


def test_a_part_of_a_segment_is_read_and_no_more(kept: tuple[S3Adapter, list[ExpectedFile]]) -> None:
    made, expected = kept
    answers = iter([True, False])
    scope = Scope(expected[2:], more=lambda size: next(answers))
    assert [(check.path, check.verdict) for check in made.verify(CopyRef(NAME), scope, quiet)] == [
        (expected[2].path, "intact")
    ]


def test_what_nobody_listed_is_named(kept: tuple[S3Adapter, list[ExpectedFile]]) -> None:
    made, expected = kept
    for key in (f"packages/{NAME}/stranger", segment_key(NAME, 7)):
        made.client().put_object(Bucket=made.bucket, Key=key, Body=b"x")
    found = seen(made, expected[1:])
    assert {path for path, verdict in found.items() if verdict == "unexpected"} == {
        "stranger",
        segment_key(NAME, 7),
        expected[0].path,
    }


def test_a_broken_list_proves_nothing(kept: tuple[S3Adapter, list[ExpectedFile]]) -> None:
    made, expected = kept
    made.client().put_object(Bucket=made.bucket, Key=f"published/{NAME}.json", Body=b"{")
    assert set(seen(made, expected).values()) == {"unreadable"}


def test_a_store_that_goes_away_damages_nothing(
    kept: tuple[S3Adapter, list[ExpectedFile]], server: ObjectStore
) -> None:
    made, expected = kept
    checks = made.verify(CopyRef(NAME), Scope(expected), quiet)
    away = S3Adapter(made.bucket, "s3-1", endpoint="http://127.0.0.1:9")
    with pytest.raises(MediumAbsent):
        list(away.verify(CopyRef(NAME), Scope(expected), quiet))
    assert {check.verdict for check in checks} == {"intact"}
