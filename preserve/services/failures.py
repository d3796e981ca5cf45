"""Errors as a door answers them: the exit status of each, and its document. Three trees of errors meet here only."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import PlainSerializer
from typing_extensions import TypedDict

from metadata.errors import BagUnreadable, MetadataError, SchemaMissing
from metadata.findings import Finding, Value
from preserve.errors import PreserveError
from preserve.messages import hint, say
from preserve.services.documents import finding_document
from storage_adapters.errors import MediumAbsent, MediumFailing, MediumFull, ReadOnly, StorageError
from storage_adapters.medium_errors import FULL, translate

_ADDRESS = re.compile(r"[a-z][a-z0-9+]*://\S+$")
_SERVER = re.compile(r'server at "[^"]*"(?: \([^)]*\))?, port \d+|(?<=user )"[^"]*"|(?<=role )"[^"]*"')


class ErrorDocument(TypedDict):
    """What went wrong, with its sentence and what to do in the language in use."""

    code: str
    where: str
    values: dict[str, Any]
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong: `code` names the sentence, `where` the place; a defect of ours has no code."""

    status: int
    code: str
    where: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def document(self) -> dict[str, Any]:
        """The document of a failure, its sentences in the language in use."""
        return {
            "ok": False,
            "status": self.status,
            "error": self.error_document(),
            "findings": [finding_document(finding) for finding in self.findings],
        }

    def error_document(self) -> ErrorDocument:
        """What went wrong, its sentences in the language in use."""
        return {
            "code": self.code,
            "where": self.where,
            "values": json.loads(json.dumps(dict(self.values), default=str)),
            "message": say(self.code, **self.told()),
            "hint": hint(self.code, **self.told()),
        }

    def told(self) -> dict[str, Value]:
        """What fills the places of its sentence: its values, and where it was."""
        return {"where": self.where, **self.values}


FailureShown = Annotated[Failure, PlainSerializer(Failure.error_document, return_type=ErrorDocument)]
"""A failure as a field of a result: of one of several things that were to be done, where the others went on."""


def failure_of(error: BaseException) -> Failure | None:
    """What an error of ours or of the libraries says; None for a defect. A full disk is none, wherever it shows."""
    if isinstance(error, OSError) and error.errno in FULL:
        error = translate(error, str(error.filename or ""))
    return known_failure(error) if isinstance(error, (PreserveError, MetadataError, StorageError)) else None


def known_failure(error: PreserveError | MetadataError | StorageError) -> Failure:
    """What an error of ours or of the libraries says."""
    findings = error.findings if isinstance(error, PreserveError) else ()
    return Failure(status_of(error), error.code, error.where, dict(error.values), findings)


def status_of(error: BaseException) -> int:
    """The exit status of an error: its class's own, 3 or 5 or 7 for the libraries', 1 for a defect."""
    if isinstance(error, PreserveError):
        return error.status
    if isinstance(error, SchemaMissing):
        return 7
    if isinstance(error, BagUnreadable):
        return 4
    if isinstance(error, MetadataError):
        return 3
    if isinstance(error, (MediumAbsent, MediumFull, MediumFailing, ReadOnly)):
        return 5
    if isinstance(error, StorageError):
        return 3
    return 1


def without_servers(failure: Failure) -> Failure:
    """The failure without where this archive's servers are, and as whom it comes to them."""
    values = {name: _without_server(value) for name, value in failure.values.items()}
    return replace(failure, where=str(_without_server(failure.where)), values=values)


def from_outside(failure: Failure) -> Failure:
    """The failure as a program is told it over a network: nor does it say where on this host the archive lies."""
    failure = without_servers(failure)
    values = {name: _last_part(value) for name, value in failure.values.items()}
    return replace(failure, where=str(_last_part(failure.where)), values=values)


def _without_server(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if _ADDRESS.match(value):
        return _last_part(f"/{value.partition('#')[0].partition('?')[0]}")
    return _SERVER.sub("server", value)


def _last_part(value: Any) -> Any:
    return PurePosixPath(value).name if isinstance(value, str) and value.startswith("/") else value
