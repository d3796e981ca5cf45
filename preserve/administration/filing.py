"""Records of decisions, a JSON file a step in the store, digests in the ledger. None that was altered is acted on."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from preserve.errors import NotIntact
from storage_adapters.durable import write_file

Model = TypeVar("Model", bound=BaseModel)


def write_record(path: Path, record: BaseModel) -> str:
    """Write a record, durably, before the entry that names it; return its SHA-256.

    A record that no entry names is of a step that was cut off; the next one with its name takes its place.
    """
    data = record.model_dump_json(indent=1).encode()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    write_file(path, data, durable=True, mode=0o640)
    return hashlib.sha256(data).hexdigest()


def read_record(path: Path, sha256: str, model: type[Model]) -> Model:
    """A record that is still the one in the ledger. Raises NotIntact."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotIntact("request.record-gone", str(path), reason=error.strerror or str(error)) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise NotIntact("request.record-altered", str(path))
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise NotIntact("request.record-altered", str(path), detail=str(error)) from error
