"""The scripts of others that our pages carry are those of their packages, byte for byte, and each is recorded."""

from __future__ import annotations

from tools.vendor_scripts import ROOT, SOURCES, altered, sources


def test_they_are_what_is_recorded() -> None:
    assert altered() == []
    assert all(source["package"].rpartition("@")[2].count(".") == 2 for source in sources().values())


def test_each_is_recorded_and_has_its_licence() -> None:
    beside = {path.relative_to(ROOT).as_posix() for path in SOURCES.parent.iterdir() if path != SOURCES}
    assert beside <= set(sources())
    licensed = {source["package"] for source in sources().values() if source["member"] == "LICENSE"}
    assert licensed == {source["package"] for source in sources().values()}
