"""Files that come with a request: laid down in a folder of their own for as long as the operation needs them."""

from __future__ import annotations

import hashlib
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from starlette.datastructures import UploadFile

from preserve.api.problems import refuse

_LONGEST = 200  # bytes of a name
_PIECE = 1 << 20


@dataclass
class Received:
    """The files by argument, and one digest over all of them."""

    values: dict[str, Any] = field(default_factory=dict)
    digest: str = ""


def receive(
    folder: Path, wanted: Mapping[str, Any], given: Mapping[str, Sequence[UploadFile]], kinds: Sequence[str]
) -> Received:
    """Lay the files down below `folder`. Raises Refusal where one is missing or a kind is not said for each.

    `wanted` are the arguments with their types: a path, several, or pairs of a kind and a path; `kinds` are those.
    """
    received = Received()
    hashed = hashlib.sha256()
    for name, kind in wanted.items():
        paths = [_lay(folder / f"{name}{number}", upload, hashed) for number, upload in enumerate(given.get(name, ()))]
        if _is_pairs(kind):
            if len(kinds) != len(paths):
                raise refuse(422, "api.kinds-wrong", name, count=len(paths))
            received.values[name] = list(zip(kinds, paths, strict=True))
        elif kind is Path:
            if len(paths) != 1:
                raise refuse(422, "api.file-missing", name)
            received.values[name] = paths[0]
        elif Path in typing.get_args(kind) and not isinstance(typing.get_origin(kind), type):
            received.values[name] = paths[0] if paths else None
        else:
            received.values[name] = paths
    received.digest = hashed.hexdigest()
    return received


def _is_pairs(kind: Any) -> bool:
    return any(typing.get_origin(inner) is tuple for inner in typing.get_args(kind))


def _lay(folder: Path, upload: UploadFile, hashed: Any) -> Path:
    folder.mkdir()
    path = folder / _name(upload.filename or "")
    with path.open("xb") as file:
        while piece := upload.file.read(_PIECE):
            hashed.update(piece)
            file.write(piece)
    hashed.update(path.name.encode("utf-8", "replace"))
    return path


def _name(given: str) -> str:
    """The last part of a name that a stranger gave, as far as a file can have it."""
    last = PurePosixPath(given.replace("\\", "/")).name
    shown = "".join(letter for letter in last if letter.isprintable() and letter not in '/:"*?<>|')
    while len(shown.encode("utf-8", "replace")) > _LONGEST:
        shown = shown[1:]  # the end says what kind of file it is
    return shown if shown.strip(". ") else "file"
