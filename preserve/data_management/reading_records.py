"""Readings as they are kept: `readings/<OBJID>/<n>.jsonl.gz` in the store, a line a record, written once.

They are made of what the packages hold and can be made again: no medium beside the store gets them, and they go where
somebody decides it. So where the store is away, its machines keep none here: what one of them removes is gone for all.
The ledger names each with its SHA-256, so that nobody puts words into one.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from preserve import kept_records
from preserve.errors import Busy, NotIntact
from preserve.home import Home, home_of_record
from preserve.machine_reading.records import Record, records_of
from preserve.work import hold
from storage_adapters.durable import discard, drop_file, write_stream
from storage_adapters.erasing import overwrite_tree

FOLDER = "readings"
_AT_ONCE = 1 << 16
_LEVEL = 6
_TRIES = 3


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
    if home_of_record(path) is not None:
        drop_file(path, path.parents[2])
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
    digest = hashlib.sha256()
    try:
        with _opened(path) as stream:
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


def _opened(path: Path) -> BinaryIO:
    """The file; of a store that is away what was brought is let go as soon as it is open. Raises FileNotFoundError."""
    away = home_of_record(path) is not None
    for left in reversed(range(_TRIES if away else 1)):
        kept_records.have(path)
        try:
            stream = path.open("rb")
        except FileNotFoundError:  # another one of us let it go meanwhile
            if left:
                continue
            raise
        if away:
            drop_file(path, path.parents[2])
        return stream
    raise AssertionError


def lock(home: Home, objid: str, wait: float = 0) -> AbstractContextManager[None]:
    """Held by whoever makes or removes readings of a case. Raises Busy."""
    return hold(home.work / f"reading-{objid}.lock", Busy("reading.busy", objid), wait)


def parts_of(home: Home, objid: str) -> Path:
    """Where a run keeps what it read of a case until all of it is published."""
    return home.work / FOLDER / objid


def drop(home: Home, objid: str) -> None:
    """Overwrite and remove all readings of a case, in a store that is away too, and what a run had kept of one.

    Those that no entry names go as well. Raises NotErasable while a store locks one, StorageError.
    """
    folder, parts = home.store / FOLDER / objid, parts_of(home, objid)
    kept_records.erase(folder)
    for place, within in ((folder, home.store), (parts, home.work)):
        if place.is_dir():
            overwrite_tree(place)
            discard(place, within)


def left(home: Home, objid: str) -> list[str]:
    """What is left of the readings of a case, by path below the home or its store, and in a store that is away."""
    places = ((home.store / FOLDER / objid, home.store), (parts_of(home, objid), home.work))
    found = [str(place.relative_to(within)) for place, within in places if place.is_dir() and any(place.iterdir())]
    return found + kept_records.names(home.store / FOLDER / objid)
