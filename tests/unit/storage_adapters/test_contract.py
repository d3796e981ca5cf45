"""What passes between a medium and its caller: when a warrant holds, and what follows from traits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage_adapters.contract import Address, CopyRef, Establishing, Findable, Locking, Mending, Scope, Traits, Warrant
from storage_adapters.directory import DirectoryAdapter
from storage_adapters.drive import DriveAdapter
from storage_adapters.optical.adapter import OpticalAdapter
from storage_adapters.s3 import S3Adapter

COPY = CopyRef("aip-x_v0001")


def warrant() -> Warrant:
    return Warrant(COPY, "m-1", "XH-2026-0001", ("zhang", "li"), datetime.now(UTC) + timedelta(minutes=1))


def test_a_warrant_holds_for_its_copy_on_its_medium() -> None:
    assert warrant().holds_for(COPY, "m-1")
    assert not warrant().overwrite


@pytest.mark.parametrize(
    "change",
    [
        {"decision": ""},
        {"people": ("zhang", "zhang")},
        {"people": ("", "li")},
        {"people": ("zhang", "")},
        {"expires": datetime.now(UTC) - timedelta(seconds=1)},
        {"copy": CopyRef("aip-x_v0002")},
        {"medium": "m-2"},
    ],
    ids=["no-decision", "one-person-twice", "first-missing", "second-missing", "expired", "other-copy", "other-medium"],
)
def test_a_warrant_that_lacks_anything_holds_for_nothing(change: dict[str, object]) -> None:
    assert not replace(warrant(), **change).holds_for(COPY, "m-1")  # type: ignore[arg-type]


def test_a_moment_without_a_zone_is_never_taken_for_one() -> None:
    with pytest.raises(TypeError):
        replace(warrant(), expires=datetime(2999, 1, 1)).holds_for(COPY, "m-1")


def test_online_is_what_needs_nobody() -> None:
    traits = Traits("x", True, True, True, True, 255, 4096)
    assert not traits.online and replace(traits, needs_person=False).online


def test_a_check_is_exhaustive_and_of_the_medium_unless_told_otherwise() -> None:
    scope = Scope([])
    assert scope.exhaustive and scope.from_medium and scope.more(1 << 60)


def test_what_each_kind_can_beyond_the_contract(tmp_path: Path) -> None:
    kinds = {kind: kind.at(Address("m-1")) for kind in (DirectoryAdapter, DriveAdapter, OpticalAdapter, S3Adapter)}
    beyond = {
        more.__name__: {kind.__name__ for kind, adapter in kinds.items() if isinstance(adapter, more)}
        for more in (Establishing, Findable, Mending, Locking)
    }
    assert beyond == {
        "Establishing": {"DirectoryAdapter", "DriveAdapter", "S3Adapter"},
        "Findable": {"DriveAdapter"},
        "Mending": {"S3Adapter"},
        "Locking": {"S3Adapter"},
    }
