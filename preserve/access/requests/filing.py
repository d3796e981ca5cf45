"""Where requests are kept: one folder each in the store, a record a step, papers beside them, digests in the ledger."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.requests.model import Paper, Request
from preserve.administration.filing import read_record, write_record
from preserve.data_management import request_index
from preserve.errors import NotIntact, Refused
from preserve.home import Home
from preserve.work import hold
from storage_adapters.durable import copy_stream, drop_file, move_in
from storage_adapters.errors import StorageError
from storage_adapters.reading import digest_file

_NUMBER = re.compile(r"\d{4}-\d{4,}")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
_LARGEST = 1 << 30  # bytes of one scanned document


def folder_of(home: Home, number: str) -> Path:
    """The folder of a request. Raises Refused for what is no number of one."""
    if not _NUMBER.fullmatch(number):
        raise Refused("request.unknown", number)
    return home.store / "requests" / number


@contextmanager
def claimed(home: Home, number: str) -> Iterator[None]:
    """Nobody else delivers or withdraws this request meanwhile. Raises Refused."""
    folder_of(home, number)  # a number is safe as a name
    with hold(home.work / f"request-{number}.lock", Refused("request.busy", number)):
        yield


def record_name(request: Request) -> str:
    """`0002-examined.json`."""
    return f"{request.step:04d}-{request.state}.json"


def keep_paper(home: Home, number: str, kind: str, source: Path) -> Paper:
    """Copy a scanned document to the request; the file that was given stays where it is. Raises Refused."""
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise Refused("request.paper-unreadable", str(source), reason=error.strerror or str(error)) from error
    with os.fdopen(handle, "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode) or not 0 < found.st_size <= _LARGEST:
            raise Refused("request.paper-unreadable", str(source), reason="size")
        papers = folder_of(home, number) / "papers"
        papers.mkdir(parents=True, exist_ok=True, mode=0o750)
        staged = papers / f".{os.getpid()}.part"
        drop_file(staged, papers)
        size, seen = copy_stream(stream, staged, ("sha256",), lambda moved: None)
    suffix = source.suffix if _SUFFIX.fullmatch(source.suffix) else ""
    name = f"{seen['sha256'][:16]}{suffix}"
    drop_file(papers / name, papers)
    move_in(staged, papers / name)
    original = source.name.encode("utf-8", "replace").decode()
    return Paper(kind=kind, file=f"papers/{name}", original_name=original, size=size, sha256=seen["sha256"])


def write_step(connection: Connection, home: Home, request: Request, *, actor: str, moment: datetime) -> None:
    """Write a step down: the record first, then ledger and index in the caller's transaction.

    A record that no entry names is of a step that was cut off; the next one with its name takes its place.
    """
    sha256 = write_record(folder_of(home, request.number) / record_name(request), request)
    details = {
        "cases": list(request.cases), "capacity": request.consumer.capacity, "due": request.due.isoformat(),
        "urgent": bool(request.urgent), "step": request.step, "sha256": sha256,
    }  # fmt: skip
    if request.decision is not None and request.state in ("approved", "refused"):
        details |= {"article": request.decision.article, "on_behalf_of": request.decision.on_behalf_of,
                    "delegation": request.decision.delegation}  # fmt: skip
    if request.delivery is not None and request.state == "delivered":
        details |= {"dip": request.delivery.dip, "evidence_sha256": request.delivery.evidence_sha256}
    request_index.add_step(connection, request.number, request.state, details, actor=actor, moment=moment)


def read_request(connection: Connection, home: Home, number: str) -> Request:
    """A request as its last record says. Raises Refused, NotIntact where the record is not the one in the ledger."""
    row = request_index.read_row(connection, number) if _NUMBER.fullmatch(number) else None
    if row is None:
        raise Refused("request.unknown", number)
    return read_record(folder_of(home, number) / f"{row.steps:04d}-{row.state}.json", row.sha256, Request)


def check_paper(home: Home, number: str, paper: Paper) -> Path:
    """The path of a paper that is still what was handed in. Raises NotIntact."""
    path = folder_of(home, number) / paper.file
    try:
        seen = digest_file(path, ("sha256",), from_medium=False)[1]["sha256"]
    except (OSError, StorageError) as error:
        raise NotIntact("request.record-gone", str(path), reason=str(error)) from error
    if seen != paper.sha256:
        raise NotIntact("request.record-altered", str(path))
    return path
