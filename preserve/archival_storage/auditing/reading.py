"""Reads what is due on media that are at hand: on-line ones copy by copy, others whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from metadata.findings import Finding
from preserve.archival_storage import schedule
from preserve.archival_storage.auditing.discs import done_with, read_disc
from preserve.archival_storage.auditing.run import Run
from preserve.archival_storage.auditing.surroundings import Expected, check_records, check_store, check_surroundings
from preserve.archival_storage.checking import CopyCheck, Unfinished, check_copy
from preserve.archival_storage.discs.sources import open_source
from preserve.archival_storage.media import look_at, recognise, refuse_destroyed, store_identity
from preserve.archival_storage.medium_ledger import compare_ledger
from preserve.archival_storage.opening import Opened, open_media, open_medium
from preserve.archival_storage.pace import OutOfBudget
from preserve.clock import parse, stamp
from preserve.data_management import holdings, ledger
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.data_management.proof import anchors
from preserve.errors import NotIntact, Refused, Stopped
from storage_adapters.contract import FileCheck, StorageAdapter
from storage_adapters.durable import drop_file, write_file
from storage_adapters.errors import StorageError, WrongMedium

_BATCH = 200  # copies that are asked for at a time
_PART_DAYS = 30  # how long what an unfinished check found intact still counts


def read_all(run: Run, inserted: Sequence[tuple[str, Path]], everything: bool) -> None:
    """Read what was given, then everything that is due and at hand. Raises OutOfBudget, Stopped, Refused."""
    with run.catalogue.read() as connection:
        inventory = holdings.all_media(connection)
    media = open_media(run.home, inventory, pool=run.pool)
    for label, path in inserted:
        _read_given(run, label, path)
    here = {row.id for row in inventory if isinstance(media.get(row.id), Opened)}
    with run.catalogue.read() as connection:
        due = schedule.plan(connection, run.profile, run.now(), here)
    for planned in due:
        medium = media.get(planned.medium.id)
        if not isinstance(medium, Opened):
            continue
        if medium.traits.online:
            _read_online(run, planned, medium, everything)
        elif planned.how == "read" or everything:
            _read_whole(run, medium)


def _read_online(run: Run, due: schedule.Due, medium: Opened, everything: bool) -> None:
    row, adapter = medium.row, medium.adapter
    if not _reachable(run, row, adapter, due.copies):
        return
    run.report.findings += _strangers(run, row, adapter)
    if row.id == store_identity(run.home):
        run.report.findings += check_store(run.home, row.label)
    rule = schedule.rule_for(run.profile, row.kind)
    began = run.now()
    left = due.total if everything else due.copies
    seen: set[str] = set()
    while left > 0:
        with run.catalogue.read() as connection:
            if everything:
                states = ["verified", "due", "repaired", "suspect"]
                rows = [copy for copy in holdings.copies_on(connection, row.id, states) if copy.name not in seen]
            else:
                rows = schedule.due_copies(connection, due, rule, began, min(left, _BATCH))
                rows = [copy for copy in rows if copy.name not in seen]
        if not rows:
            return
        for copy in rows:
            seen.add(copy.name)
            _read_copy(run, copy, adapter)
        left -= len(rows)


def _read_copy(run: Run, row: CopyRow, adapter: StorageAdapter) -> None:
    """One copy; where the budget ends in the middle of it, what is done is kept for the next run."""
    run.pace.check()
    try:
        with run.catalogue.read() as connection:
            anchor = anchors.read_anchor(connection, row.name)
    except NotIntact as error:
        run.record(CopyCheck(row.name, row.medium, "damaged", "no-anchor", 0, 0, "", 0, (), str(error)))
        return
    kept = run.home.work / f"audit-part-{row.name}-{row.medium}.json"
    known = _part(kept, row, run.now())
    done: list[str] = []

    def note(check: FileCheck) -> None:
        if check.verdict == "intact":
            done.append(check.path)

    try:
        check = check_copy(adapter, row.medium, anchor, run.pace, Unfinished(known, note, run.pace.check))
    except (OutOfBudget, Stopped):
        part = {"verified": row.verified, "at": stamp(run.now()), "intact": sorted({*known, *done})}
        write_file(kept, json.dumps(part, ensure_ascii=False).encode())
        raise
    drop_file(kept, run.home.work)
    run.record(check)


def _part(path: Path, row: CopyRow, moment: datetime) -> frozenset[str]:
    """The files that an unfinished check of this copy found intact, where nothing has happened to it since."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    fresh = parse(data["at"]) > moment - timedelta(days=_PART_DAYS)
    return frozenset(data["intact"]) if fresh and data["verified"] == row.verified else frozenset()


def _reachable(run: Run, row: MediumRow, adapter: StorageAdapter, copies: int) -> bool:
    """Whether the medium is there and is the one; where not, one record says so for all of its copies."""
    reason, detail = "medium-absent", ""
    try:
        state = adapter.probe()
        if state.present:
            if state.health == "failing":
                run.report.findings.append(
                    Finding("audit.medium-at-risk", row.label, "error", {"detail": state.detail})
                )
            return True
    except StorageError as error:
        reason, detail = "wrong-medium" if isinstance(error, WrongMedium) else "unreadable-medium", str(error)
    if copies:
        run.record(CopyCheck("", row.id, "not-checked", reason, 0, 0, "", 0, (), detail or row.label))
    return False


def _strangers(run: Run, row: MediumRow, adapter: StorageAdapter) -> Iterator[Finding]:
    """Packages that lie on a medium and that the catalogue does not know there."""
    with run.catalogue.read() as connection:
        known = {copy.name: copy.state for copy in holdings.copies_on(connection, row.id)}
    try:
        for copy in adapter.copies():
            if known.get(copy.name, "retired") == "retired":
                yield Finding("audit.unknown-package", f"{row.label}: {copy.name}", "error")
    except StorageError as error:
        yield Finding(error.code, row.label, "error", dict(error.values))


def _read_whole(run: Run, medium: Opened) -> None:
    """What is not always there is read whole: of a drive also health and what lies beside; then it is due again."""
    row, drive = medium.row, medium.drive
    if not _reachable(run, row, medium.adapter, 1):
        return
    if drive is not None:
        with run.catalogue.begin() as connection:
            holdings.change_medium(connection, row.id, actor=run.actor, moment=run.now(), **drive.health().facts())
    with run.catalogue.read() as connection:
        copies = holdings.copies_on(connection, row.id, ["verified", "due", "repaired", "suspect"])
        begun = str((row.details.get("sample") or {}).get("at", ""))
    run.report.findings += _strangers(run, row, medium.adapter)
    if drive is not None:
        run.report.findings += _beside(run, row, drive.root)
    for copy in copies:
        if not begun or (copy.verified or "") < begun or copy.state == "suspect":
            _read_copy(run, copy, medium.adapter)
    done_with(run, row)


def _beside(run: Run, row: MediumRow, root: Path) -> list[Finding]:
    """All that lies on a drive beside its packages, held to the ledger, to its list, and to the server's files."""
    with run.catalogue.read() as connection:
        copies = holdings.copies_on(connection, row.id)
        findings = compare_ledger(run.home, connection, open_source(root), row.label)
        repairs = [entry.details for entry in ledger.of_action(connection, "copy.repaired")]
        put_aside = {str(repair.get("quarantine", "")) for repair in repairs if repair.get("medium") == row.id}
    expected = Expected(
        row.label,
        dict(row.details.get("guide") or {}),
        {copy.name for copy in copies if copy.state not in ("planned", "retired")},
        {copy.name for copy in copies},
        put_aside,
    )
    findings += check_surroundings(root, expected, run.pace)
    findings += check_records(run.home, root, row.label)
    if row.details.get("unfinished"):
        findings.append(Finding("audit.sitting-cut-off", row.label, "warning"))
    return findings


def _read_given(run: Run, label: str, path: Path) -> None:
    seen = look_at(path)
    with run.catalogue.read() as connection:
        known = [row for row in recognise(connection, seen.identity) if row.state == "in use"]
        rows = [row for row in known if not label or row.label == label]
        if not known:
            refuse_destroyed(connection, seen.identity)
    if len(rows) != 1:
        code = "storage.which-copy" if rows else "storage.medium-unknown"
        raise Refused(code, ", ".join(row.label for row in rows) or str(path))
    medium = open_medium(run.home, rows[0], path, pool=run.pool)
    if not isinstance(medium, Opened):
        raise medium.problem()
    if medium.disc is not None:
        read_disc(run, medium)
        return
    medium.require()
    _read_whole(run, medium)
