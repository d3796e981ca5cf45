"""Outlines of a large PREMIS document, read and validated by a process beside this one, which does the rest."""

from __future__ import annotations

import marshal
import os
import struct
import subprocess
import sys
from collections.abc import Generator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from metadata import errors
from metadata.findings import Value
from metadata.premis.outline import Outline, read_outlines
from metadata.schemas import premis_schema, schema_folder

_LARGE = 4 << 20  # bytes; below, a process takes longer to start than the document to be read
_AT_ONCE = 500
_HEADER = struct.Struct("<Q")
_START = "import sys; sys.path.insert(0, sys.argv[1]); from metadata.premis.beside import serve; serve(sys.argv[2])"


def is_large(path: Path, large: int = _LARGE) -> bool:
    """Whether a document of `large` bytes or more is there, which is worth a process of its own."""
    try:
        return path.stat().st_size >= large
    except OSError:
        return False


def outlines(path: Path) -> Generator[Outline, None, None]:
    """As `read_outlines` with the schema, read by a process beside. Raises RuntimeError when that dies."""
    schema_folder()  # what is missing is said from here
    place = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _START, place, os.fspath(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env={"LC_ALL": "C.UTF-8"},
    )
    assert process.stdout is not None
    try:
        while (message := _receive(process.stdout)) is not None:
            kind, said = message
            if kind == "end":
                return
            if kind == "refused":
                raise _error(*said)
            for outline in said:
                yield Outline(*outline)
        raise RuntimeError("a worker that reads PREMIS ended early")
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def serve(path: str) -> None:
    """What the process beside does: the outlines of one document on its standard output."""
    out = sys.stdout.buffer
    reading = read_outlines(Path(path), premis_schema())
    try:
        while some := [tuple(outline) for outline in islice(reading, _AT_ONCE)]:
            _send(out, ("outlines", some))
    except errors.XMLRefused as error:
        _send(out, ("refused", (type(error).__name__, error.where, error.values)))
    except OSError as error:
        _send(out, ("refused", ("OSError", error.strerror or str(error), {})))
    else:
        _send(out, ("end", None))


def _error(name: str, where: str, values: dict[str, Value]) -> Exception:
    if name == "OSError":
        return OSError(where)
    refused: type[errors.XMLRefused] = getattr(errors, name)
    return refused(where, **values)


def _send(stream: IO[bytes], message: object) -> None:
    data = marshal.dumps(message)  # type: ignore[arg-type]
    stream.write(_HEADER.pack(len(data)) + data)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    """One message; None at the end, or where it breaks off."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    size = _HEADER.unpack(header)[0]
    data = stream.read(size)
    return marshal.loads(data) if len(data) == size else None
