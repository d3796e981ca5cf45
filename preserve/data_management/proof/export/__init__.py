"""Proof for a third party that a package was registered, and when it was checked and what was done to its copies.

What is written is a folder: `proof.json` with entries of the ledger and their paths to a signed checkpoint, the files
of audit records that name the package, the public key, and a program that checks all of it and needs nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from preserve.clock import stamp
from preserve.data_management import audit_records, audits, checkpoints, ledger, looks, looks_sealing
from preserve.data_management.audit_records import Record
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.proof.inclusion import Proofs
from preserve.data_management.proof.looks_proved import proved as looks_proved
from preserve.errors import Conflict
from preserve.home import Home
from storage_adapters.durable import write_file

PROGRAM = "check_proof.py"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was written: entries with proofs, checks of the copies, files of records, size of the checkpoint."""

    folder: Path
    entries: int
    checks: int
    files: int
    size: int


def write_evidence(
    home: Home,
    connection: Connection,
    name: str,
    folder: Path,
    *,
    earlier: Sequence[Checkpoint] = (),
    versions: Sequence[str] = (),
    also: Sequence[ledger.Entry] = (),
) -> Evidence:
    """Write the proof about package `name` into the new folder; about other `versions` of the case and `also` too.

    `earlier` are checkpoints from elsewhere (a disc, a certificate) that are shown to be beginnings of the newest one.
    Raises Refused where something is in the folder, NotIntact where an earlier checkpoint is no beginning of this one.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Conflict("storage.exists-already", str(folder))
    newest = checkpoints.newest(connection)
    assert newest is not None, "an archive begins with an entry"
    proofs = Proofs(connection, newest)
    names = dict.fromkeys((name, *versions))
    records = [row for package in names for row in audit_records.of_package(home.store, package) if not row.path]
    objid = name.rpartition("_v")[0]
    entries = _ordered([*_entries(connection, objid, records), *also])
    seen = _seen([*looks.about(connection, objid), *also])
    anchor = looks_sealing.newest_anchor(connection)
    if seen and anchor is not None:
        entries = _ordered([*entries, *ledger.numbered(connection, [anchor.number])])
    document: dict[str, Any] = {
        "package": name,
        "institution": home.settings.institution,
        "archive": home.settings.archive_id,
        "checkpoint": newest.text(),
        "public_key": (home.keys / "ledger.pub").read_text(),
        "entries": [proofs.proved(entry) for entry in entries if entry.number <= newest.size],
        "looks": looks_proved(connection, [look for look in seen if look.number <= anchor.size], anchor)
        if anchor
        else [],
        "earlier": [proofs.beginning(checkpoint) for checkpoint in earlier],
        "checks": [_check(row) for row in records],
    }
    write_file(folder / "proof.json", (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
    write_file(folder / PROGRAM, (Path(__file__).parent / PROGRAM).read_bytes())
    write_file(folder / "ledger.pub", (home.keys / "ledger.pub").read_bytes())
    files = _write_records(home, folder, entries, newest.size)
    return Evidence(folder, len(document["entries"]), len(records), files, newest.size)


def _entries(connection: Connection, objid: str, records: Sequence[Record]) -> Iterator[ledger.Entry]:
    """The entries about a case, and those that anchor the records of its audits."""
    yield from ledger.about(connection, objid)
    for run in sorted({row.run for row in records}):
        yield from ledger.about(connection, run, audits.ENDED)
    for period in sorted({f"{row.when:%Y-%m}" for row in records} | {f"{row.when:%Y}" for row in records}):
        yield from ledger.about(connection, period)


def _check(row: Record) -> dict[str, Any]:
    return {
        "when": stamp(row.when),
        "run": row.run,
        "medium": row.medium,
        "outcome": row.outcome,
        "files": row.files,
        "bytes": row.bytes,
        "sha256": row.sha256,
    }


def _write_records(home: Home, folder: Path, entries: Iterable[ledger.Entry], size: int) -> int:
    """The files of records that those of the first `size` entries name; returns how many."""
    files = 0
    for entry in entries:
        for named in (entry.details, *entry.details.get("made", ())) if entry.number <= size else ():
            file = home.store / named.get("records", "")
            if file.is_file():
                target = folder / "records" / named["records"].removeprefix(audit_records.FOLDER + "/")
                write_file(target, file.read_bytes())
                files += 1
    return files


def _ordered(entries: Iterable[ledger.Entry]) -> list[ledger.Entry]:
    own = {entry.number: entry for entry in entries if entry.log == ledger.Entry.log}
    return sorted(own.values(), key=lambda entry: entry.number)


def _seen(entries: Iterable[ledger.Entry]) -> list[looks.Look]:
    seen = {entry.number: entry for entry in entries if isinstance(entry, looks.Look)}
    return sorted(seen.values(), key=lambda look: look.number)
