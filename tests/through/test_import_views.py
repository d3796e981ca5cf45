"""A disc that ends early: what it gives comes in, what it does not give is told by bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from storage_adapters.optical.reading import list_files
from tests.support.old_cases import make_places, plan
from tests.support.program import Archive, found

pytestmark = pytest.mark.xdist_group("imports")


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    return make_places(tmp_path)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return found(tmp_path / "archive")


def test_a_disc_that_ends_early_gives_its_whole_files_and_tells_the_others(
    archive: Archive, places: list[Path]
) -> None:
    length = places[0].stat().st_size
    last = list_files(places[0])[-1]
    os.truncate(places[0], last.extents[0][0] + 100)
    assert places[0].stat().st_size < length
    made = plan(archive, places[:1])
    assert made["damaged"] == 1
    campaign = str(made["campaign"])
    archive.run("import", "run", campaign)
    damaged = archive.json("import", "show", campaign, "--view", "damaged")["lines"]
    assert [(one["path"], one["why"]) for one in damaged] == [(last.path, f"100-{last.size - 1}")]
    kept = [file for package in archive.packages() for file in package.rglob("original/data/**/*.txt")]
    assert len(kept) == 3
