"""Where transfers are kept: one folder each in the store, a record a step, papers, digests in the ledger."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.requests.model import Paper
from preserve.access.transfer.model import Transfer
from preserve.administration.filing import read_record, write_record
from preserve.data_management import proceedings
from preserve.errors import Refused
from preserve.home import Home
from storage_adapters.durable import copy_file_checked, drop_file, move_in, sync_folder
from storage_adapters.errors import StorageError

_NUMBER = re.compile(r"T\d{4}-\d{4,}")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}")
_LARGEST = 1 << 30  # bytes of one document


def folder_of(home: Home, number: str) -> Path:
    """The folder of a transfer. Raises Refused for what is no number of one."""
    if not _NUMBER.fullmatch(number):
        raise Refused("transfer.unknown", number)
    return home.store / "transfers" / number


def keep_paper(home: Home, number: str, kind: str, source: Path) -> Paper:
    """Copy a document to the transfer; the file that was given stays where it is. Raises Refused."""
    papers = folder_of(home, number) / "papers"
    papers.mkdir(parents=True, exist_ok=True, mode=0o750)
    staged = papers / f".{os.getpid()}.part"
    drop_file(staged, papers)
    try:
        if not 0 < os.lstat(source).st_size <= _LARGEST:
            raise Refused("transfer.paper-unreadable", str(source), reason="size")
        size, seen = copy_file_checked(source, staged, ("sha256",), lambda moved: None)
    except (OSError, StorageError) as error:
        raise Refused("transfer.paper-unreadable", str(source), reason=str(error)) from error
    suffix = source.suffix if _SUFFIX.fullmatch(source.suffix) else ""
    name = f"{seen['sha256'][:16]}{suffix}"
    move_in(staged, papers / name)
    sync_folder(papers)
    original = source.name.encode("utf-8", "replace").decode()
    return Paper(kind=kind, file=f"papers/{name}", original_name=original, size=size, sha256=seen["sha256"])


def write_step(connection: Connection, home: Home, transfer: Transfer, *, actor: str, moment: datetime) -> None:
    """Write a step down: the record first, then ledger and index in the caller's transaction. Names no person."""
    path = folder_of(home, transfer.number) / f"{transfer.step:04d}-{transfer.state}.json"
    details: dict[str, object] = {
        "state": transfer.state, "step": transfer.step, "sha256": write_record(path, transfer),
        "cases": list(transfer.cases), "form": transfer.form, "receiver": transfer.archive,
    }  # fmt: skip
    if transfer.step == 1:
        details["about"] = transfer.form
    if transfer.decision is not None and transfer.state in ("approved", "refused"):
        details["on_behalf_of"] = transfer.decision.on_behalf_of
    if transfer.handed_over is not None and transfer.state == "handed-over":
        details |= {"list_sha256": transfer.handed_over.list_sha256, "files": transfer.handed_over.files,
                    "bytes": transfer.handed_over.size}  # fmt: skip
    if transfer.receipt is not None and transfer.state == "received":
        details |= {"receipt_number": transfer.receipt.number, "receipt_sha256": transfer.receipt.paper.sha256}
    proceedings.add_step(
        connection, "transfer", transfer.number, transfer.state, details, actor=actor, moment=moment
    )  # fmt: skip


def read_transfer(connection: Connection, home: Home, number: str) -> Transfer:
    """A transfer as its last record says. Raises Refused, NotIntact where the record is not the one in the ledger."""
    row = proceedings.read_row(connection, number) if _NUMBER.fullmatch(number) else None
    if row is None or row.kind != "transfer":
        raise Refused("transfer.unknown", number)
    return read_record(folder_of(home, number) / f"{row.steps:04d}-{row.state}.json", row.sha256, Transfer)
