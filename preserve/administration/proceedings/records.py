"""Records of decisions and the papers that belong to them: files in the store whose digests stand in the ledger.

Written once and never changed; one that is not the one in the ledger is not acted on.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from preserve.data_management.proceedings import LETTERS, Kind
from preserve.errors import NotIntact, Refused
from storage_adapters.copying import copy_stream
from storage_adapters.durable import drop_file, move_in, sync_folder, write_file
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file

Model = TypeVar("Model", bound=BaseModel)

_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
_LARGEST = 1 << 30  # bytes of one scanned document


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
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    write_file(path, data, durable=True, mode=0o640)
    return hashlib.sha256(data).hexdigest()


def digest_of_record(path: Path) -> str:
    """SHA-256 of a record, which is written once and never changed. Raises NotIntact."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise NotIntact("proceeding.record-gone", str(path), reason=error.strerror or str(error)) from error


def read_record(path: Path, sha256: str, model: type[Model]) -> Model:
    """A record that is still the one in the ledger. Raises NotIntact."""
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


def keep_paper(folder: Path, kind: str, source: Path) -> Paper:
    """Copy a scanned document to a proceeding; the file that was given stays where it is. Raises Refused."""
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise Refused("proceeding.paper-unreadable", str(source), reason=error.strerror or str(error)) from error
    papers = folder / "papers"
    staged = papers / f".{secrets.token_hex(8)}.part"
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or not 0 < status.st_size <= _LARGEST:
        os.close(handle)
        raise Refused("proceeding.paper-unreadable", str(source), reason="size")
    with os.fdopen(handle, "rb") as stream:
        papers.mkdir(parents=True, exist_ok=True, mode=0o750)
        try:
            size, seen = copy_stream(stream, staged, ("sha256",), lambda moved: None)
        except (OSError, StorageError) as error:
            drop_file(staged, papers)
            raise Refused("proceeding.paper-unreadable", str(source), reason=str(error)) from error
    suffix = source.suffix if _SUFFIX.fullmatch(source.suffix) else ""
    name = f"{seen['sha256'][:16]}{suffix}"
    move_in(staged, papers / name)
    sync_folder(papers)
    original = source.name.encode("utf-8", "replace").decode()
    return Paper(kind=kind, file=f"papers/{name}", original_name=original, size=size, sha256=seen["sha256"])


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
