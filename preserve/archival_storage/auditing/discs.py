"""Reads a disc whole in one pass, and holds its image's digest and its checkpoint against the ledger."""

from __future__ import annotations

from contextlib import suppress

from metadata.findings import Finding
from preserve.archival_storage import schedule
from preserve.archival_storage.auditing.run import Run
from preserve.archival_storage.checking import CopyCheck, Outcome, check_copy
from preserve.archival_storage.discs.checking import DiscReport, check_disc
from preserve.archival_storage.discs.sources import open_source
from preserve.archival_storage.medium_ledger import compare_ledger
from preserve.archival_storage.opening import Opened
from preserve.clock import stamp
from preserve.data_management import holdings
from preserve.data_management.holdings import MediumRow
from preserve.data_management.proof import anchors
from storage_adapters.contract import FileCheck, Verdict
from storage_adapters.errors import StorageError


def read_disc(run: Run, medium: Opened) -> None:
    """A disc is read whole in one pass: every block, every file, and the image's digest where it is known."""
    row, path = medium.row, medium.disc
    assert path is not None, "a disc was opened as something else"
    run.pace.check()
    began = run.now()
    with run.catalogue.read() as connection:
        holdings.require_listed(connection, row.id)
    report = check_disc(path, run.pace, int(row.details.get("image_size", 0)))
    # The digest of the image stands in the ledger; the lists on the disc prove nothing if it is another.
    same = report.sha256 == row.details.get("image_sha256", report.sha256 if not row.details.get("image_size") else "")
    spent = int((run.now() - began).total_seconds() * 1000)
    bad = _by_package(report)
    run.report.findings += [
        finding for finding in report.findings if finding.where.partition("/")[0] not in ("packages", "parts")
    ]
    with run.catalogue.read() as connection:
        copies = holdings.copies_on(connection, row.id, ["verified", "due", "repaired", "suspect"])
        known = {copy.name: anchors.read_anchor(connection, copy.name) for copy in copies}
    lost = report.marker is None and not report.files
    if not lost:
        with run.catalogue.read() as connection, suppress(StorageError):
            run.report.findings += compare_ledger(run.home, connection, open_source(path), row.label)
    if not same and not lost:
        # A disc that decays cannot be read in places; one that reads well and is another was made by somebody.
        decayed = report.unreadable > 0 and report.list_sha256 == (row.details.get("list_sha256") or report.list_sha256)
        run.report.findings.append(Finding("audit.disc-differs", row.label, "warning" if decayed else "error"))
    for copy in copies:
        problems = tuple(bad.get(copy.name, ()))
        if not problems and not lost and not same and copy.parts == 1:
            run.record(check_copy(medium.adapter, row.id, known[copy.name], run.pace))
            continue
        good = not problems and not lost and same
        # What cannot be read at all may be the drive's fault: it says nothing about the disc.
        outcome: Outcome = "intact" if good else "not-checked" if lost else "damaged"
        reason = "" if good else "unreadable-medium" if lost else "altered"
        manifest = known[copy.name].manifest if good else ""
        run.record(CopyCheck(copy.name, row.id, outcome, reason, report.files, 0, manifest, spent, problems))
    run.report.size += report.size
    done_with(run, row)


_VERDICTS: dict[str, Verdict] = {"storage.disc-file-absent": "absent", "storage.disc-file-unreadable": "unreadable"}


def _by_package(report: DiscReport) -> dict[str, list[FileCheck]]:
    """The files that are not as they should be, by the package that they are of."""
    bad: dict[str, list[FileCheck]] = {}
    for finding in report.findings:
        top, _, rest = finding.where.partition("/")
        name, _, inner = rest.partition("/")
        verdict = _VERDICTS.get(finding.code, "damaged")
        place = name if top in ("packages", "parts") else ""
        bad.setdefault(place, []).append(FileCheck(inner or finding.where, verdict, 0, {}, finding.code))
    return bad


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
