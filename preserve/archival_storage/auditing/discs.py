"""Reads a disc whole in one pass, and holds its image's digest and its checkpoint against the ledger."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.archival_storage import schedule
from preserve.archival_storage.auditing.run import Run
from preserve.archival_storage.checking import CopyCheck, Outcome, check_copy
from preserve.archival_storage.discs.checking import check_disc
from preserve.archival_storage.discs.sources import open_source
from preserve.clock import stamp
from preserve.data_management import anchors, checkpoints, holdings, proving
from preserve.data_management.holdings import MediumRow
from preserve.errors import NotIntact
from preserve.home import Home
from storage_adapters.contract import FileCheck
from storage_adapters.errors import StorageError
from storage_adapters.optical.adapter import OpticalAdapter


def read_disc(run: Run, row: MediumRow, path: Path) -> None:
    """A disc is read whole in one pass: every block, every file, and the image's digest where it is known."""
    run.pace.check()
    began = run.now()
    report = check_disc(path, run.pace, int(row.details.get("image_size", 0)))
    # The digest of the image stands in the ledger; the lists on the disc prove nothing if it is another.
    same = report.sha256 == row.details.get("image_sha256", report.sha256 if not row.details.get("image_size") else "")
    spent = int((run.now() - began).total_seconds() * 1000)
    bad: dict[str, list[FileCheck]] = {}
    for finding in report.findings:
        top, _, rest = finding.where.partition("/")
        name, _, inner = rest.partition("/")
        verdict = {"storage.disc-file-absent": "absent", "storage.disc-file-unreadable": "unreadable"}.get(
            finding.code, "damaged"
        )
        place = name if top in ("packages", "parts") else ""
        bad.setdefault(place, []).append(FileCheck(inner or finding.where, verdict, 0, {}, finding.code))  # type: ignore[arg-type]
    run.report.findings += [finding for finding in report.findings if finding.where.partition("/")[0] not in (
        "packages", "parts")]  # fmt: skip
    with run.catalogue.read() as connection:
        held = holdings.copies_on(connection, row.id, ["verified", "due", "repaired", "suspect"])
        known = {copy.name: anchors.read_anchor(connection, copy.name) for copy in held}
    lost = report.marker is None and not report.files
    if not lost:
        with run.catalogue.read() as connection, suppress(StorageError):
            data = open_source(path).read("ledger/checkpoint.txt", 1 << 20)
            run.report.findings += compare_checkpoint(connection, run.home, row.label, data)
    if not same and not lost:
        run.report.findings.append(Finding("audit.disc-differs", row.label, "warning"))
    for copy in held:
        problems = tuple(bad.get(copy.name, ()))
        if not problems and not lost and not same and copy.parts == 1:
            run.record(check_copy(OpticalAdapter(path, row.details["image"]), row.id, known[copy.name], run.pace))
            continue
        good = not problems and not lost and same
        # What cannot be read at all may be the drive's fault: it says nothing about the disc.
        outcome: Outcome = "intact" if good else "not-checked" if lost else "damaged"
        reason = "" if good else "unreadable-medium" if lost else "altered"
        manifest = known[copy.name].manifest if good else ""
        run.record(CopyCheck(copy.name, row.id, outcome, reason, report.files, 0, manifest, spent, problems))
    run.report.size += report.size
    done_with(run, row)


def done_with(run: Run, row: MediumRow) -> None:
    """A medium was read whole: it is due again an interval later; where it is damaged, the rest of its draw is due."""
    moment = run.now()
    damaged = any(check.medium == row.id for check in run.report.damaged)
    unchecked = any(check.medium == row.id for check in run.report.unchecked)
    if unchecked:
        return
    with run.catalogue.begin() as connection:
        fresh = holdings.read_medium(connection, row.id)
        if damaged and fresh is not None:
            schedule.widen(connection, fresh, moment, run.actor)
        holdings.change_medium(
            connection, row.id, actor=run.actor, moment=moment, checked=stamp(moment), audited=stamp(moment), sample={}
        )


def compare_checkpoint(connection: Connection, home: Home, label: str, data: bytes) -> list[Finding]:
    """Whether a checkpoint from a medium is signed by this archive and agrees with its ledger."""
    try:
        made = checkpoints.parse_checkpoint(data.decode())
    except (NotIntact, UnicodeDecodeError):
        return [Finding("ledger.checkpoint-unreadable", label)]
    keys = proving.trusted_keys(home.keys / "ledger.pub")
    if not any(checkpoints.signature_holds(made, key) for key in keys):
        return [Finding("ledger.checkpoint-forged", label, "error", {"size": made.size})]
    try:
        agrees = checkpoints.root_at(connection, made.size) == made.root
    except Exception:  # noqa: BLE001  the tree raises of its own where the ledger is shorter than the checkpoint
        agrees = False
    return [] if agrees else [Finding("ledger.contradicts-checkpoint", label, "error", {"first": 1, "last": made.size})]
