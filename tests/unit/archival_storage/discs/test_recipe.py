"""The recipe of a disc: it comes back as it was, and what was altered in form is not believed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from preserve.archival_storage.discs.recipe import RECIPE, Item, folder_of, read_recipe, write_recipe
from preserve.errors import NotIntact
from tests.support.waiting_disc import Waiting


def test_it_comes_back_as_it_was(waiting: Waiting) -> None:
    home, recipe = waiting.kept.archive.home, waiting.disc.recipe
    assert read_recipe(home, recipe.volume_id) == recipe
    (holding,) = recipe.holdings
    assert (holding.name, holding.case_number, holding.parts) == (waiting.kept.name, "临文综罚〔2026〕77号", 1)
    files = {path.relative_to(waiting.kept.root).as_posix() for path in waiting.kept.root.rglob("*") if path.is_file()}
    assert {item.path for item in holding.items} == files and all(item.whole for item in holding.items)


def test_a_range_is_not_the_whole() -> None:
    assert not Item(path="a", size=10, sha256="", length=4).whole
    with pytest.raises(ValidationError):
        Item(path="a", size=10, sha256="", length=10).length = 3


@pytest.mark.parametrize("change", ["gone", "cut", "more", "less"])
def test_one_that_is_not_whole_is_refused(change: str, waiting: Waiting, tmp_path: Path) -> None:
    home, recipe = waiting.kept.archive.home, waiting.disc.recipe
    other = recipe.model_copy(update={"volume_id": f"X_{change.upper()}"})
    write_recipe(home, other)
    path = folder_of(home, other.volume_id) / RECIPE
    document = json.loads(path.read_bytes())
    if change == "gone":
        path.unlink()
    elif change == "cut":
        path.write_bytes(path.read_bytes()[:-20])
    elif change == "more":
        path.write_text(json.dumps({**document, "beside": 1}))
    else:
        del document["holdings"][0]["manifest_sha256"]
        path.write_text(json.dumps(document))
    with pytest.raises(NotIntact, match=r"storage\.recipe-unreadable"):
        read_recipe(home, other.volume_id)
