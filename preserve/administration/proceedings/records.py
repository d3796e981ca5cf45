"""Records of decisions and the papers that belong to them: files in the store whose digests stand in the ledger.

Written once and never changed; one that is not the one in the ledger is not acted on.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from preserve import kept_records
from preserve.archival_storage.media_contents import WAITING
from preserve.data_management.proceedings import LETTERS, Kind
from preserve.errors import NotIntact, Refused
from storage_adapters.copying import copy_stream
from storage_adapters.durable import drop_file, move_in, sync_folder, write_file
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file

Model = TypeVar("Model", bound=BaseModel)

_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
_LARGEST = 1 << 30  # bytes of one scanned document
"""In the store, so that keeping is renaming; no folder of records, which media get copies of."""
_DAY = 86_400  # seconds


class Paper(BaseModel):
    """A scanned document that belongs to a proceeding; `file` lies in the proceeding's folder. Size in bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    file: str
    original_name: str
    size: int
    sha256: str


def is_number(kind: Kind, text: str) -> bool:
    """Whether a text has the form of a number of this kind, and so is safe as a name."""
    return bool(re.fullmatch(LETTERS[kind] + r"\d{4}-\d{4,9}", text, re.ASCII))


def record_name(kind: Kind, step: int, state: str) -> str:
    """`0002-examined.json`; of appraisals and disposals `0002.json`, as since their first release."""
    return f"{step:04d}.json" if kind in ("review", "disposal") else f"{step:04d}-{state}.json"


def write_record(path: Path, record: BaseModel) -> str:
    """Write a record, durably, before the entry that names it; return its SHA-256.

    A record that no entry names is of a step that was cut off; the next one with its name takes its place.
    """
    data = record.model_dump_json(indent=1).encode()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o770)
    write_file(path, data, durable=True, mode=0o640)
    kept_records.keep(path, changes=True)
    return hashlib.sha256(data).hexdigest()


def digest_of_record(path: Path) -> str:
    """SHA-256 of a record, which is written once and never changed. Raises NotIntact."""
    kept_records.have(path)
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise NotIntact("proceeding.record-gone", str(path), reason=error.strerror or str(error)) from error


def read_record(path: Path, sha256: str, model: type[Model]) -> Model:
    """A record that is still the one in the ledger. Raises NotIntact."""
    kept_records.have(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotIntact("proceeding.record-gone", str(path), reason=error.strerror or str(error)) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise NotIntact("proceeding.record-altered", str(path))
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise NotIntact("proceeding.record-altered", str(path), detail=str(error)) from error


@dataclass(frozen=True, slots=True)
class StagedPaper:
    """A scanned document that was copied into the store, and belongs to no proceeding yet."""

    kind: str
    path: Path
    suffix: str
    original_name: str
    size: int
    sha256: str


@contextmanager
def staged_papers(store: Path, sources: Iterable[tuple[str, Path]]) -> Iterator[tuple[StagedPaper, ...]]:
    """Copy scanned documents, each of a kind, before a transaction begins; what was not kept in it goes when this ends.

    Raises Refused for what cannot be read. The files that were given stay where they are.
    """
    waiting = store / WAITING
    waiting.mkdir(exist_ok=True, mode=0o770)
    _sweep(waiting)
    staged: list[StagedPaper] = []
    try:
        for kind, source in sources:
            staged.append(_stage(waiting, kind, source))
        yield tuple(staged)
    finally:
        for one in staged:
            drop_file(one.path, waiting)


def keep_staged(folder: Path, staged: StagedPaper) -> Paper:
    """Let a staged document belong to a proceeding: it is only renamed."""
    papers = folder / "papers"
    papers.mkdir(parents=True, exist_ok=True, mode=0o770)
    name = f"{staged.sha256[:16]}{staged.suffix}"
    move_in(staged.path, papers / name)
    sync_folder(papers)
    kept_records.keep(papers / name, changes=True)
    return Paper(
        kind=staged.kind,
        file=f"papers/{name}",
        original_name=staged.original_name,
        size=staged.size,
        sha256=staged.sha256,
    )


def keep_paper(folder: Path, kind: str, source: Path) -> Paper:
    """Copy a scanned document to a proceeding at once: outside of a transaction only. Raises Refused."""
    with staged_papers(folder.parent.parent, [(kind, source)]) as (staged,):
        return keep_staged(folder, staged)


def _stage(waiting: Path, kind: str, source: Path) -> StagedPaper:
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise Refused("proceeding.paper-unreadable", str(source), reason=error.strerror or str(error)) from error
    path = waiting / f"{secrets.token_hex(8)}.part"
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or not 0 < status.st_size <= _LARGEST:
        os.close(handle)
        raise Refused("proceeding.paper-unreadable", str(source), reason="size")
    with os.fdopen(handle, "rb") as stream:
        try:
            size, seen = copy_stream(stream, path, ("sha256",), lambda moved: None)
        except (OSError, StorageError) as error:
            drop_file(path, waiting)
            raise Refused("proceeding.paper-unreadable", str(source), reason=str(error)) from error
    suffix = source.suffix if _SUFFIX.fullmatch(source.suffix) else ""
    original = source.name.encode("utf-8", "replace").decode()
    return StagedPaper(kind, path, suffix, original, size, seen["sha256"])


def _sweep(waiting: Path) -> None:
    """What was left by a process that was killed: nobody waits for it after a day."""
    for left in waiting.iterdir():
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - _DAY:
                drop_file(left, waiting)


def check_paper(folder: Path, paper: Paper) -> Path:
    """The path of a paper that is still what was handed in. Raises NotIntact."""
    path = folder / paper.file
    try:
        seen = digest_file(path, ("sha256",), from_medium=False)[1]["sha256"]
    except (OSError, StorageError) as error:
        raise NotIntact("proceeding.record-gone", str(path), reason=str(error)) from error
    if seen != paper.sha256:
        raise NotIntact("proceeding.record-altered", str(path))
    return path
