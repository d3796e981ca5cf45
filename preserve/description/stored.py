"""The description of a case as packages and the catalogue keep it, written and read so that a large one fits."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import ValidationError

from preserve.description.object_table import FEW, gathered
from preserve.description.schema import CaseDescription, CaseObject
from preserve.long_json import LongList, NotSimple

_DEFAULTS = {
    name: list(value) if isinstance(value := field.get_default(), tuple) else value
    for name, field in CaseObject.model_fields.items()
    if not field.is_required()
}
_TOGETHER = 4096
_LONG = 1 << 20  # a shorter text is read whole, which is faster


def read_case(path: Path) -> CaseDescription:
    """The description in a file that `case_json` wrote. Raises OSError, ValueError."""
    with path.open("rb") as file:
        return _read(file)


def case_of(text: str) -> CaseDescription:
    """The description in a text of the catalogue. Raises ValueError."""
    return CaseDescription.model_validate_json(text) if len(text) < _LONG else _read(io.BytesIO(text.encode()))


def _read(file: BinaryIO) -> CaseDescription:
    reader = LongList(file, "objects")
    try:
        objects = gathered(CaseObject.model_validate(row) for row in reader)
        return CaseDescription.model_validate(reader.rest).model_copy(update={"objects": objects})
    except (NotSimple, ValidationError):
        file.seek(0)
        return CaseDescription.model_validate_json(file.read())  # says what is wrong


def case_json(case: CaseDescription) -> Iterator[bytes]:
    """The description as packages hold it, in pieces: what `model_dump_json(indent=1)` gives, and an end of line."""
    if not case.objects:
        yield case.model_dump_json(indent=1).encode() + b"\n"
        return
    head, _, end = case.model_copy(update={"objects": ()}).model_dump_json(indent=1).rpartition("[]")
    between = "[\n  "
    yield head.encode()
    for item in case.objects:
        yield (between + item.model_dump_json(indent=1).replace("\n", "\n  ")).encode()
        between = ",\n  "
    yield f"\n ]{end}\n".encode()


def catalogue_text(case: CaseDescription) -> str:
    """The description as the catalogue's row of a case holds it; of a large one without what says nothing."""
    if len(case.objects) <= FEW:
        return case.model_dump_json()
    head, _, end = case.model_copy(update={"objects": ()}).model_dump_json().rpartition("[]")
    objects = (item.model_dump_json(exclude_defaults=True) for item in case.objects)
    # A text of one file takes as much again as its letters: so some thousand of them are one soon.
    joined = ",".join(iter(lambda: ",".join(islice(objects, _TOGETHER)), ""))
    return f"{head}[{joined}]{end}"


def plain_data(text: str) -> dict[str, Any]:
    """What a text of the catalogue says, with every field."""
    said: dict[str, Any] = json.loads(text)
    said["objects"] = [{**_DEFAULTS, **row} for row in said["objects"]]
    return said
