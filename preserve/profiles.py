"""`profiles/` read and checked into frozen models: the bureau's own file first, else the shipped one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from metadata.findings import Finding
from preserve.errors import Refused

Model = TypeVar("Model", bound=BaseModel)

_IN_WHEEL = Path(__file__).parent / "_profiles"
SHIPPED = _IN_WHEEL if _IN_WHEEL.is_dir() else Path(__file__).parent.parent / "profiles"
_TABLE = re.compile(r"\s*\[(\[)?\s*([^\[\]]+?)\s*\]?\]\s*(?:#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-.\"']+)\s*=")


def locate(name: str, own: Path | None = None) -> Path:
    """The file that counts for `name` (`formats.toml`): in the home's own folder, else the shipped one."""
    if own is not None and (own / name).is_file():
        return own / name
    return SHIPPED / name


def names_in(folder: str, own: Path | None = None) -> list[str]:
    """The profiles of a folder (`cases`), the bureau's own ones and the shipped ones, each name once, in order."""
    found = {file.name for top in (SHIPPED, own) if top is not None for file in (top / folder).glob("*.toml")}
    return [f"{folder}/{name}" for name in sorted(found)]


def read_profile(
    name: str, model: type[Model], own: Path | None = None, context: Mapping[str, Hashable] | None = None
) -> Model:
    """Read `name` into `model`. Raises Refused with every mistake at once, each with its file, line and key.

    `context` is what the model's own checks may look at beside the file: the other profiles' words.
    """
    file = locate(name, own)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("profile.unreadable", str(file), reason=str(error)) from error
    return cast(Model, _checked(model, file, text, tuple((context or {}).items())))


@lru_cache(maxsize=128)
def _checked(model: type[BaseModel], file: Path, text: str, context: tuple[tuple[str, Hashable], ...]) -> BaseModel:
    """The model of a text. The steps of one operation read the same profiles again and again, and the models are
    frozen: they share one, for as long as the file says the same."""
    try:
        return model.model_validate(tomllib.loads(text), context=dict(context))
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = match[1] if match else "1"
        raise Refused("profile.syntax", f"{file}:{line}", reason=str(error)) from error
    except ValidationError as error:
        found = [_mistake(dict(one), text, file) for one in error.errors()]
        found.sort(key=lambda one: int(one.where.rpartition(":")[2]))
        raise Refused("profile.wrong", str(file), findings=tuple(found), count=len(found)) from error


_CODES = {
    "missing": "profile.key-missing",
    "extra_forbidden": "profile.key-unknown",
    "name_unknown": "profile.name-not-there",
    "word_twice": "profile.word-twice",
    "enum": "profile.value-choice",
    "literal_error": "profile.value-choice",
    "greater_than_equal": "profile.value-least",
    "less_than_equal": "profile.value-most",
    "int_type": "profile.value-number",
    "int_parsing": "profile.value-number",
    "float_type": "profile.value-number",
    "float_parsing": "profile.value-number",
    "string_type": "profile.value-text",
    "tuple_type": "profile.value-list",
    "too_short": "profile.value-empty",
    "string_too_short": "profile.value-empty",
    "string_pattern_mismatch": "profile.value-name",
    "model_type": "profile.value-table",
    "date_from_datetime_parsing": "profile.value-date",
    "date_parsing": "profile.value-date",
    "date_type": "profile.value-date",
}
"""The library's kinds of mistake that have a sentence of their own; of the others its own words are given."""
_TOLD = {"names", "word", "expected", "ge", "le"}


def _mistake(one: dict[str, Any], text: str, file: Path) -> Finding:
    path = one["loc"]
    missing = one["type"] == "missing"
    where = f"{file}:{line_of(text, path[:-1] if missing else path)}"
    code = _CODES.get(one["type"], "profile.value-wrong")
    written = "" if missing else str(one.get("input", ""))[:100]
    values = {"key": ".".join(map(str, path)), "written": written, "reason": str(one["msg"])}
    values |= {name: str(value).replace(" or ", ", ") for name, value in one.get("ctx", {}).items() if name in _TOLD}
    return Finding(code, where, "refuse", values)


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line, from 1, where a key of TOML stands, or the nearest table around it that stands anywhere.

    `path` is that of a validation error: `("document", 3, "stage")` is the key `stage` of the fourth `[[document]]`.
    """
    wanted = [str(part) for part in path]
    best, line_found = -1, 1
    table: list[str] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.fullmatch(line):
            table = []
            for part in header[2].split("."):
                table.append(part.strip("\"' "))
                key = "\0".join(table)
                if header[1] and part == header[2].split(".")[-1]:
                    seen[key] = seen.get(key, -1) + 1
                if key in seen:
                    table.append(str(seen[key]))
            here = table
        elif key_found := _KEY.match(line):
            here = [*table, *(part.strip("\"'") for part in key_found[1].split("."))]
        else:
            continue
        if len(here) > best and wanted[: len(here)] == here:
            best, line_found = len(here), number
    return line_found
