"""Readings as they are kept: `readings/<OBJID>/<n>.jsonl.gz` in the store, a line a record, written once.

They are made of what the packages hold and can be made again: no medium beside the store gets them, and they go where
somebody decides it. The ledger names each with its SHA-256, so that nobody puts words into one.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from preserve import kept_records
from preserve.errors import NotIntact
from preserve.machine_reading.records import Record, records_of
from storage_adapters.durable import drop_file, write_stream
from storage_adapters.erasing import overwrite_tree

FOLDER = "readings"
_AT_ONCE = 1 << 16
_LEVEL = 6


def path_of(store: Path, objid: str, number: int) -> Path:
    """Where a reading lies."""
    return store / FOLDER / objid / f"{number}.jsonl.gz"


def write(path: Path, lines: Iterable[str]) -> tuple[int, str]:
    """Write a reading durably, and into a store that is away; return its bytes and its SHA-256.

    The same lines give the same bytes: there is neither time nor name in it. One that no entry names is of a run that
    was cut off; the next one takes its place. Raises MediumProblem, StorageError.
    """
    digest, size = hashlib.sha256(), 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for piece in _packed(lines):
            digest.update(piece)
            size += len(piece)
            yield piece

    write_stream(path, counted(), durable=True, mode=0o640)
    kept_records.keep(path, changes=True)
    return size, digest.hexdigest()


def _packed(lines: Iterable[str]) -> Iterator[bytes]:
    out = io.BytesIO()
    with gzip.GzipFile("", "wb", _LEVEL, out, mtime=0) as packer:
        for line in lines:
            packer.write(line.encode("utf-8", "replace") + b"\n")
            if out.tell() >= _AT_ONCE:
                yield out.getvalue()
                out.seek(0)
                out.truncate()
    yield out.getvalue()


def read(path: Path, sha256: str) -> Iterator[Record]:
    """The records of a reading that is still the one in the ledger. Raises NotIntact where it is not, or is gone."""
    kept_records.have(path)
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_AT_ONCE):
                digest.update(piece)
            if digest.hexdigest() != sha256:
                raise NotIntact("reading.altered", str(path))
            stream.seek(0)
            with gzip.open(stream, "rt", encoding="utf-8") as lines:
                yield from records_of(lines, str(path))
    except FileNotFoundError as error:
        raise NotIntact("reading.gone", str(path)) from error
    except (OSError, EOFError, UnicodeError) as error:
        raise NotIntact("reading.altered", str(path), detail=str(error)) from error


def drop(store: Path, objid: str, numbers: Iterable[int]) -> None:
    """Overwrite and remove readings of a case, here and in a store that is away; those that are not there are fine."""
    folder = store / FOLDER / objid
    if folder.is_dir():
        overwrite_tree(folder)
    for number in numbers:
        path = path_of(store, objid, number)
        kept_records.drop(path)
        drop_file(path, store)
    if folder.is_dir():
        for left in sorted(folder.iterdir()):
            drop_file(left, store)
        folder.rmdir()
