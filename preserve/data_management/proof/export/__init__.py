"""Proof for a third party that a package was registered, and when it was checked and what was done to its copies.

What is written is a folder: `proof.json` with entries of the ledger and their paths to a signed checkpoint, the files
of audit records that name the package, the public key, and a program that checks all of it and needs nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from preserve.clock import stamp
from preserve.data_management import audit_records, audits, checkpoints, ledger
from preserve.data_management.checkpoints import Checkpoint
from preserve.data_management.proof.inclusion import beginning, proved, roots
from preserve.errors import Refused
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
    audits_too: bool = True,
    versions: Sequence[str] = (),
    also: Sequence[ledger.Entry] = (),
    progress: Callable[[int], None] = lambda moved: None,
) -> Evidence:
    """Write the proof about package `name` into the new folder; about other `versions` of the case and `also` too.

    `earlier` are checkpoints from elsewhere (a disc, a certificate) that are shown to be beginnings of the newest one.
    Raises Refused where something is in the folder, NotIntact where an earlier checkpoint is no beginning of this one.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused("storage.exists-already", str(folder))
    made = checkpoints.read_checkpoints(connection)[-1]
    root = roots(connection)
    names = dict.fromkeys((name, *versions)) if audits_too else ()
    records = [row for one in names for row in audit_records.of_package(home.store, one) if not row.path]
    runs = {row.run for row in records}
    found = [*ledger.about(connection, name.rpartition("_v")[0]), *also]
    found += [entry for run in sorted(runs) for entry in ledger.about(connection, run) if entry.action == audits.ENDED]
    periods = {f"{row.when:%Y-%m}" for row in records} | {f"{row.when:%Y}" for row in records}
    found += [entry for period in sorted(periods) for entry in ledger.about(connection, period)]
    document: dict[str, Any] = {
        "package": name,
        "institution": home.settings.institution,
        "archive": home.settings.archive_id,
        "checkpoint": made.text(),
        "public_key": (home.keys / "ledger.pub").read_text(),
        "entries": [proved(entry, root, made.size) for entry in _ordered(found) if entry.number <= made.size],
        "earlier": [beginning(one, made, root) for one in earlier],
        "checks": [
            {
                "when": stamp(row.when),
                "run": row.run,
                "medium": row.medium,
                "outcome": row.outcome,
                "files": row.files,
                "bytes": row.bytes,
                "sha256": row.sha256,
            }
            for row in records
        ],
    }
    write_file(folder / "proof.json", (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
    write_file(folder / PROGRAM, (Path(__file__).parent / PROGRAM).read_bytes())
    write_file(folder / "ledger.pub", (home.keys / "ledger.pub").read_bytes())
    files = 0
    for one in document["entries"]:
        details = json.loads(one["entry"])["details"]
        for named in (details, *details.get("made", ())):
            file = home.store / named.get("records", "")
            if file.is_file():
                target = folder / "records" / named["records"].removeprefix(audit_records.FOLDER + "/")
                write_file(target, file.read_bytes())
                files += 1
    return Evidence(folder, len(document["entries"]), len(records), files, made.size)


def _ordered(found: Iterable[ledger.Entry]) -> list[ledger.Entry]:
    return sorted({entry.number: entry for entry in found}.values(), key=lambda entry: entry.number)
