"""Carriers that are away or were altered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.old_cases import CASES, make_places, plan
from tests.support.program import Archive, found

pytestmark = pytest.mark.xdist_group("imports")


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    return make_places(tmp_path)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return found(tmp_path / "archive")


def test_a_carrier_that_is_away_is_waited_for_and_one_that_was_altered_is_refused(
    archive: Archive, places: list[Path]
) -> None:
    campaign = str(plan(archive, places)["campaign"])
    away = places[1].with_suffix(".away")
    places[1].rename(away)
    with places[0].open("r+b") as image:
        image.seek(16 * 2048 + 40)
        image.write(b"OTHER")
    done = archive.json("import", "run", campaign)
    assert done["insert"] == ["C2 DISC2"]
    assert {name: count for name, count in done["counts"].items() if count} == {"kept": 2, "refused": 2, "waiting": 2}
    after = archive.json("import", "run", campaign, str(away))
    assert after["counts"]["kept"] == 4
    assert after["insert"] == []


def test_a_run_that_was_killed_before_it_noted_its_last_case_leaves_nothing_behind(
    archive: Archive, places: list[Path]
) -> None:
    campaign = str(plan(archive, places)["campaign"])
    assert archive.run("import", "run", campaign).returncode == 0
    before = archive.packages()
    last = max((archive.home / "log").glob("ingest-*.jsonl"))
    left = archive.home / "work" / f"{last.stem.removeprefix('ingest-')}.text"
    left.mkdir()
    (left / "000000001.jsonl").write_text("{}", encoding="utf-8")
    noted = archive.home / "imports" / campaign / "outcomes.jsonl"
    lines = noted.read_text(encoding="utf-8").splitlines(keepends=True)
    noted.write_text("".join(lines[:-1]), encoding="utf-8")
    after = archive.json("import", "run", campaign)
    assert after["counts"]["kept"] == CASES
    assert archive.packages() == before
    assert archive.leftovers() == []
