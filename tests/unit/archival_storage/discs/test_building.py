"""The image of a disc from its recipe: the same bytes whatever copy it is made of, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from preserve.archival_storage.discs.building import build, guide_case, guide_medium
from preserve.archival_storage.discs.recipe import IMAGE, Item, folder_of
from preserve.errors import MediumProblem, NotIntact
from storage_adapters.errors import SourceUnreadable
from tests.support.waiting_disc import Waiting


def test_the_same_recipe_gives_the_same_bytes_from_another_copy(waiting: Waiting, tmp_path: Path) -> None:
    copy = shutil.copytree(waiting.kept.root, tmp_path / "copy")
    home, built = waiting.kept.archive.home, waiting.disc.built
    moved: list[int] = []
    with waiting.kept.archive.catalogue.read() as connection:
        again = build(home, connection, waiting.disc.recipe, {waiting.kept.name: copy}, moved.append)
    assert (again.sha256, again.size, again.list_sha256) == (built.sha256, built.size, built.list_sha256)
    assert sum(moved) > 0 and again.image.stat().st_size == built.size


def test_a_copy_that_is_not_as_the_recipe_says_gives_no_disc(waiting: Waiting, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(waiting.kept.root, tmp_path / "copy"))
    file = next(path for path in copy.rglob("*.txt") if "original" in path.parts)
    file.chmod(0o644)
    file.write_bytes(b"?" * file.stat().st_size)
    home, before = waiting.kept.archive.home, waiting.disc.built.image.read_bytes()
    with waiting.kept.archive.catalogue.read() as connection:
        with pytest.raises(NotIntact, match=r"storage\.image-wrong"):
            build(home, connection, waiting.disc.recipe, {waiting.kept.name: copy})
        file.unlink()
        with pytest.raises(SourceUnreadable):
            build(home, connection, waiting.disc.recipe, {waiting.kept.name: copy})
    assert waiting.disc.built.image.read_bytes() == before
    assert {path.name for path in folder_of(home, waiting.disc.recipe.volume_id).iterdir()} == {IMAGE, "recipe.json"}


def test_what_does_not_fit_is_no_disc(waiting: Waiting) -> None:
    home = waiting.kept.archive.home
    small = waiting.disc.recipe.model_copy(update={"capacity": 100_000, "volume_id": "SMALL"})
    with (
        waiting.kept.archive.catalogue.read() as connection,
        pytest.raises(MediumProblem, match=r"storage\.image-too-large"),
    ):
        build(home, connection, small, {waiting.kept.name: waiting.kept.root})
    assert list(folder_of(home, "SMALL").iterdir()) == []


def test_what_the_guide_says_of_it(waiting: Waiting) -> None:
    recipe = waiting.disc.recipe
    medium = guide_medium(recipe, waiting.kept.archive.home)
    assert (medium.identity, medium.label, medium.volumes) == (recipe.medium, recipe.volume_id, 1)
    (holding,) = recipe.holdings
    assert guide_case(holding).part == ""
    part = holding.model_copy(update={"parts": 2})
    assert guide_case(part).part == "files"
    ranged = Item(path="data/a", size=10, sha256="0" * 64, length=5)
    assert guide_case(part.model_copy(update={"items": (ranged,)})).part == "ranges"
