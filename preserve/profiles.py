"""`profiles/` read and checked into frozen models: the bureau's own file first, else the shipped one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from preserve.errors import Refused

Model = TypeVar("Model", bound=BaseModel)

_IN_WHEEL = Path(__file__).parent / "_profiles"
SHIPPED = _IN_WHEEL if _IN_WHEEL.is_dir() else Path(__file__).parent.parent / "profiles"


def locate(name: str, own: Path | None = None) -> Path:
    """The file that counts for `name` (`formats.toml`): in the home's own folder, else the shipped one."""
    if own is not None and (own / name).is_file():
        return own / name
    return SHIPPED / name


def read_profile(name: str, model: type[Model], own: Path | None = None) -> Model:
    """Read `name` into `model`. Raises Refused with every mistake at once, each with its key."""
    file = locate(name, own)
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused("profile.unreadable", str(file), reason=str(error)) from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        mistakes = "; ".join(".".join(map(str, e["loc"])) + ": " + e["msg"] for e in error.errors())
        raise Refused("profile.wrong", str(file), mistakes=mistakes) from error
