"""How the ingest of a deposit begins, goes on after an interruption, is refused or given up: journal and ledger."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection
from ulid import ULID

from metadata.findings import text_in
from metadata.names import safe_names
from preserve.administration.numbering import filing
from preserve.archival_storage.media import server_store
from preserve.archival_storage.packing import attempts
from preserve.clock import now, stamp
from preserve.data_management import journal, leases, ledger
from preserve.data_management.database import Catalogue
from preserve.data_management.journal import IngestRow
from preserve.errors import Conflict, PreserveError, Refused
from preserve.home import Home
from preserve.ingest.assess import Assessed
from preserve.ingest.pipeline import boot
from preserve.ingest.sources.inventory import paths_of


@dataclass(frozen=True, slots=True)
class Began:
    """An ingest as the journal has it, and whether an earlier run had begun it."""

    row: IngestRow
    resumed: bool


def begin(home: Home, catalogue: Catalogue, assessed: Assessed, person: str) -> Began:
    """The journal's row of an earlier run over this deposit, or a new one. The case must be claimed.

    Raises Refused where the case is in the archive or the deposit is not what it was, MediumProblem for no room.
    """
    deposit, description = assessed.deposit, assessed.description
    with catalogue.begin() as connection:
        known = journal.live(connection, description.case_number)
        if known is not None and known.state == "done":
            if leases.is_later_attempt() and known.fingerprint == deposit.fingerprint:
                return Began(known, True)  # all was done by the attempt before this one, but saying so
            raise Conflict("ingest.case-known", description.case_number, objid=known.objid)
        if known is not None:
            if known.fingerprint != deposit.fingerprint:
                raise Refused("ingest.deposit-changed", description.case_number)
            enter(connection, "ingest.resumed", known.objid, person, {"step": known.step})
            return Began(known, True)
        filing.require_fileable(connection, home, description, assessed.needed)
        assessed.require_space(home)
        row = _row(home, assessed)
        journal.create(connection, row)
        journal.add_files(connection, row.id, _inventory(assessed))
        details = {
            "case_number": row.case_number,
            "source_kind": row.source_kind,
            "files": len(deposit.files),
            "bytes": deposit.size,
            "fingerprint": row.fingerprint,
            "policy": row.policy,
        }
        enter(connection, "ingest.started", row.objid, person, details)
    return Began(row, False)


def _row(home: Home, assessed: Assessed) -> IngestRow:
    deposit, description = assessed.deposit, assessed.description
    return IngestRow(
        id=str(ULID()).lower(),
        objid=f"aip-{str(ULID()).lower()}",
        case_number=description.case_number,
        source=str(text_in(str(deposit.origin))),
        source_kind=deposit.kind,
        fingerprint=deposit.fingerprint,
        state="running",
        step="copy",
        policy=home.settings.policy,
        description=description.model_copy(update={"objects": ()}).model_dump_json(),
        findings=journal.findings_text(assessed.findings),
        started=stamp(now()),
        ended=None,
        boot=boot(),
    )


def _inventory(assessed: Assessed) -> Iterator[tuple[int, bytes, str, int, int | None]]:
    deposit, names = assessed.deposit, assessed.names
    below = (path.removeprefix(deposit.prefix) for path in paths_of(deposit.files))
    stored = safe_names(names.get(path, path) for path in below)
    for number, (entry, name) in enumerate(zip(deposit.files, stored, strict=True), 1):
        path = os.fsencode(entry.path.removeprefix(deposit.prefix))
        yield number, path, str(PurePosixPath(name)), entry.size, entry.modified_ns


def abandon(home: Home, catalogue: Catalogue, case_number: str, person: str) -> None:
    """Give an unfinished ingest up: its copies in the work area go, the depositor's files were never touched."""
    with catalogue.read() as connection:
        row = journal.live(connection, case_number)
    if row is None or row.state == "done":
        return
    attempts.clear_all(server_store(home), home.work, f"{row.objid}_v0001", row.id, catalogue.while_held)
    with catalogue.begin() as connection:
        enter(connection, "ingest.abandoned", row.objid, person, {"case_number": case_number})
        journal.change(connection, row.id, state="abandoned", ended=stamp(now()))
        journal.forget_files(connection, row.id)


def enter(connection: Connection, action: str, subject: str, actor: str, details: dict[str, Any]) -> None:
    """Write an act down; the moment is now."""
    ledger.append(connection, action=action, subject=subject, actor=actor, details=details, moment=now())


def refuse(connection: Connection, subject: str, source: Path, refusal: PreserveError, actor: str) -> None:
    """Write a refusal into the ledger: the deposit's name, and every reason."""
    codes = sorted({finding.code for finding in refusal.findings}) or [refusal.code]
    details = {"source": source.name.encode("utf-8", "backslashreplace").decode(), "reasons": codes}
    enter(connection, "ingest.refused", subject, actor, details)
