"""Kinds of medium by their entry points: ours, a third party's, one that cannot be loaded, one that nobody has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest

from storage_adapters import registry
from storage_adapters.contract import Address, NewMedium
from storage_adapters.errors import MediumAbsent
from storage_adapters.s3 import S3Adapter

ADAPTERS = Path(__file__).parents[2] / "support" / "vault"
OURS = ("directory", "drive", "optical", "s3")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The adapters of a third party are installed."""

    def forget() -> None:
        for remembered in (registry._points, registry.adapter_class, registry.traits_of):
            remembered.cache_clear()

    monkeypatch.syspath_prepend(str(ADAPTERS))
    forget()
    yield
    monkeypatch.undo()
    sys.modules.pop("vault_adapter", None)
    forget()


def test_ours_are_there() -> None:
    assert set(OURS) <= set(registry.kinds())
    assert registry.adapter_class("s3") is S3Adapter
    assert set(registry.established()) >= {"directory", "drive", "s3"} and "optical" not in registry.established()


def test_ours_are_those_of_the_package() -> None:
    points = distribution("preserve-archive").entry_points.select(group=registry.GROUP)
    assert {point.name: point.value for point in points} == registry.OURS
    assert registry.is_known("s3") and not registry.is_known("wax")


def test_what_is_done_with_a_medium_follows_from_its_traits() -> None:
    told = {kind: registry.traits_of(kind) for kind in OURS}
    assert {kind for kind in OURS if told[kind].online} == {"directory", "s3"}
    assert {kind for kind in OURS if told[kind].removable} == {"drive", "optical"}
    assert {kind for kind in OURS if told[kind].composed} == {"optical"}
    assert {kind for kind in OURS if not told[kind].erasable} == {"optical"}


def test_a_bucket_s_lock_is_part_of_its_address() -> None:
    details = {"bucket": "b", "lock": True}
    opened = registry.open_adapter("s3", Address("s3-1", "x", details))
    assert opened == S3Adapter("b", "s3-1")  # nothing is locked until somebody says until when


def test_only_drives_are_looked_for() -> None:
    assert {kind for kind in OURS if registry.is_looked_for(kind)} == {"drive"}
    assert not list(registry.find("s3"))


def test_a_third_party_s_comes_in_and_a_broken_one_does_not(elsewhere: None) -> None:
    assert {"vault", "cartridge", "broken"} <= set(registry.kinds())
    assert registry.traits_of("vault").online and registry.traits_of("cartridge").needs_person
    assert "broken" not in registry.established() and not registry.is_installed("broken")
    with pytest.raises(MediumAbsent):
        registry.adapter_class("broken")


def test_of_what_nobody_has_nothing_is_promised(tmp_path: Path) -> None:
    unknown = registry.traits_of("wax")
    assert unknown.needs_person and not (unknown.erasable or unknown.removable or unknown.composed)
    for kind in ("wax", "optical"):
        with pytest.raises(MediumAbsent):
            registry.establish(kind, NewMedium(str(tmp_path), {}, lambda data: b""))
