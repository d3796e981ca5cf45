"""The pictures of README and handbook can be taken still, and each that is shown has a recipe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pictures import DOCS, RECIPES, take, waiting_case
from tests.support.small_case import small_case
from tests.support.web import Served, staffed_home, start

ROOT = DOCS.parents[1]
SHOWN_IN = (ROOT / "README.md", ROOT / "README.zh.md", ROOT / "docs" / "handbook.zh.md")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("pictures")
    home = staffed_home(folder)
    waiting = folder / "waiting"
    waiting.mkdir()
    waiting_case(home, small_case(waiting, "临文执〔2026〕9号"))
    running = start(home)
    yield running
    running.stop()


@pytest.mark.parametrize("name", RECIPES)
def test_a_picture_can_be_taken(name: str, served: Served, tmp_path: Path) -> None:
    assert take(served, name, tmp_path).stat().st_size > 5000


@pytest.mark.parametrize("page", SHOWN_IN, ids=lambda page: page.name)
def test_each_picture_that_is_shown_has_a_recipe(page: Path) -> None:
    shown = set(re.findall(r"pictures/([a-z-]+)\.png", page.read_text(encoding="utf-8")))
    assert shown
    assert shown <= set(RECIPES)
    assert all((DOCS / f"{name}.png").exists() for name in shown)
