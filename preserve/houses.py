"""A house: a folder with an archive for each fonds and a register over them. Which home a code means, and no other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from preserve.errors import Refused, UsageError
from preserve.settings import SETTINGS

HOUSE = "house.toml"
_CODE = re.compile(r"[a-z](?:-?[a-z0-9]){0,31}")
"""What the code of a fonds looks like: it becomes part of folders and addresses."""


class House(BaseModel):
    """`house.toml`: archives of several fonds beside each other. Where nothing is said, `register` has the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    house_id: Annotated[str, Field(min_length=1, description="identifies this house; never changes")]
    host: str = Field("", description="CODE.host is the address of a fonds in browsers; empty: /f/CODE/ alone")


def is_fonds_code(text: str) -> bool:
    """Whether this may be the code of a fonds."""
    return _CODE.fullmatch(text) is not None


def read_house(path: Path) -> House:
    """The settings of a house. Raises UsageError where there is none, Refused where they are wrong."""
    try:
        return House(**tomllib.loads((path / HOUSE).read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError("house.none", str(path)) from None
    except (ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused("house.settings-wrong", str(path / HOUSE), reason=str(error)) from error


def home_in_house(house: Path, code: str = "") -> Path:
    """The home of a fonds in a house, or that of the house itself. Raises UsageError where there is no such place."""
    read_house(house)
    if not code:
        return house / "register"
    if not is_fonds_code(code):
        raise UsageError("house.no-fonds", code)
    home = house / "fonds" / code
    if not (home / SETTINGS).is_file():
        raise UsageError("house.no-fonds", code)
    return home


def fonds_of(home: Path) -> str:
    """The code of the fonds whose home this is; empty for the home of a house itself, and of an archive in no house."""
    house = home.parent.parent
    return home.name if home.parent.name == "fonds" and (house / HOUSE).is_file() else ""
