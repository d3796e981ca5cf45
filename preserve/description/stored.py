"""The description of a case as packages and the catalogue keep it, written and read so that a large one fits.

The catalogue's row of a large case is JSON too, but its list of files stands empty there. They follow in `packed`:
base64 of zlib of the members of that list, some thousand in a piece. A million files are 4 MB then in place of 66,
which each layer of a database would hold several times over. `whole` gives the text that is meant, for who hashes it;
rows of earlier releases have it as it is.
"""

from __future__ import annotations

import io
import json
import zlib
from binascii import a2b_base64, b2a_base64
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import ValidationError

from preserve.description.object_table import FEW, gathered
from preserve.description.schema import CaseDescription, CaseObject
from preserve.long_json import LongList, NotSimple
from preserve.strict_json import read_json

_DEFAULTS = {
    name: list(value) if isinstance(value := field.get_default(), tuple) else value
    for name, field in CaseObject.model_fields.items()
    if not field.is_required()
}
_TOGETHER = 4096
_LONG = 1 << 20  # a shorter text is read whole, which is faster
_PACKED = '"objects":[],"packed":["'  # within a string of JSON its quotes would be escaped


def read_case(path: Path) -> CaseDescription:
    """The description in a file that `case_json` wrote. Raises OSError, ValueError."""
    with path.open("rb") as file:
        return _read(file)


def case_of(text: str) -> CaseDescription:
    """The description in a text of the catalogue. Raises ValueError."""
    if _PACKED in text:
        head = read_json(text)
        objects = gathered(map(CaseObject.model_validate, _members(head.pop("packed"))))
        return CaseDescription.model_validate(head).model_copy(update={"objects": objects})
    return _read(io.BytesIO(text.encode())) if _is_long(text) else CaseDescription.model_validate_json(text)


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
    """The description as the catalogue's row of a case holds it; of a large one without what says nothing, packed."""
    if len(case.objects) <= FEW:
        return case.model_dump_json()
    head, _, end = case.model_copy(update={"objects": ()}).model_dump_json().rpartition('"objects":[]')
    objects = (item.model_dump_json(exclude_defaults=True) for item in case.objects)
    joined = iter(lambda: ",".join(islice(objects, _TOGETHER)), "")
    packed = '","'.join(b2a_base64(zlib.compress(piece.encode()), newline=False).decode() for piece in joined)
    return f'{head}{_PACKED}{packed}"]{end}'


def whole(text: str) -> Iterator[str]:
    """The text that a text of the catalogue stands for, in pieces. Raises ValueError."""
    head, packed, rest = text.partition(_PACKED)
    if not packed:
        yield text
        return
    pieces, _, end = rest.rpartition('"]')
    yield f'{head}"objects":['
    between = ""
    for piece in pieces.split('","'):
        yield between
        yield _unpacked(piece)
        between = ","
    yield f"]{end}"


def divided(text: str) -> tuple[dict[str, Any], Iterable[dict[str, Any]]]:
    """What a text of the catalogue says of the case itself, as plain data, and of each of its files.

    The files, which are left out of the former, come once, some thousand in memory; of a large case without what says
    nothing.
    """
    if _is_long(text):
        reader = LongList(io.BytesIO(text.encode()), "objects")
        deque(reader, 0)
        return reader.rest, LongList(io.BytesIO(text.encode()), "objects")
    said: dict[str, Any] = json.loads(text)
    files = _members(said.pop("packed")) if "packed" in said else said.get("objects", ())
    return {**said, "objects": []}, files


def plain_data(text: str) -> dict[str, Any]:
    """What a text of the catalogue says, with every field."""
    head, files = divided(text)
    return {**head, "objects": list(map(every_field, files))}


def every_field(file: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a file, with what is not said."""
    return {**_DEFAULTS, **file}


def _is_long(text: str) -> bool:
    """Whether an earlier release wrote it for a large case."""
    return len(text) >= _LONG and _PACKED not in text


def _members(pieces: list[str]) -> Iterator[dict[str, Any]]:
    for piece in pieces:
        yield from read_json(f"[{_unpacked(piece)}]")


def _unpacked(piece: str) -> str:
    try:
        return zlib.decompress(a2b_base64(piece, strict_mode=True)).decode()
    except zlib.error as error:
        raise ValueError(str(error)) from error
