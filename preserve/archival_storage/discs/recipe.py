"""The recipe of one disc: everything its image is made of, as a file in the server store."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from preserve import kept_records
from preserve.errors import NotIntact
from preserve.home import Home
from storage_adapters.durable import write_file

RECIPE = "recipe.json"
IMAGE = "image.iso"


class Item(BaseModel):
    """A file of a package on this disc, or a range of it: `length` bytes from `offset` of `size`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    size: int
    sha256: str
    offset: int = 0
    length: int

    @property
    def whole(self) -> bool:
        """Whether all of the file lies here."""
        return self.length == self.size


class Holding(BaseModel):
    """A package on this disc, or part `part` of `parts` of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    case_number: str
    archival_number: str
    title: str
    closed: str
    manifest_sha256: str
    files: int
    size: int
    part: int = 1
    parts: int = 1
    items: tuple[Item, ...]


class Recipe(BaseModel):
    """One disc. `volume_id` is its name; `medium` its identity on the image; `made` an RFC 3339 time in UTC."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    volume_id: str
    medium: str
    set: str
    volume: int
    volumes: int
    kind: str
    capacity: int
    recovery: int
    made: str
    archive_id: str
    institution: str
    ledger_size: int
    checkpoint: str = ""  # over so many entries: a catalogue that is made again does not know each
    holdings: tuple[Holding, ...]


def folder_of(home: Home, volume_id: str) -> Path:
    """Where recipe and image of a disc lie."""
    return home.store / "discs" / volume_id


def write_recipe(home: Home, recipe: Recipe) -> None:
    """Keep the recipe."""
    data = recipe.model_dump_json(indent=1).encode() + b"\n"
    path = folder_of(home, recipe.volume_id) / RECIPE
    write_file(path, data, durable=True)
    kept_records.keep(path, changes=True)


def read_recipe(home: Home, volume_id: str) -> Recipe:
    """The recipe of a disc. Raises NotIntact."""
    path = folder_of(home, volume_id) / RECIPE
    kept_records.have(path)
    try:
        return Recipe.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise NotIntact("storage.recipe-unreadable", str(path), reason=str(error), detail=str(error)) from error
