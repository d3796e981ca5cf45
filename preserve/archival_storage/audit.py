"""The nightly audit: reads back what is due, gives verdicts, records them; tells apart what it could not check.

A run draws the sample of off-line media, checks the ledger and its own records, then reads on-line copies, the longest
unread first, and every drive or disc that is due and at hand. It ends when nothing is due or the budget is used up, and
the next one goes on from there. Every result is written down before the next copy is read, so that a run that is killed
loses nothing it found: the next run closes it, as failed.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from ulid import ULID

from metadata.findings import Finding, Severity
from preserve.archival_storage import schedule
from preserve.archival_storage.checking import REASONS, CopyCheck, Outcome, check_copy
from preserve.archival_storage.copies import TRANSITIONS, change_copy
from preserve.archival_storage.discs.checking import check_disc
from preserve.archival_storage.discs.sources import open_source
from preserve.archival_storage.media import attached, bucket_of, look_at, recognise, server_store
from preserve.archival_storage.pace import Budget, OutOfBudget, Pace
from preserve.archival_storage.policy import StorageProfile, read_audit_profile
from preserve.clock import parse, stamp
from preserve.data_management import anchors, audits, checkpoints, history, holdings, proving
from preserve.data_management.database import Catalogue
from preserve.data_management.history import Record
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.errors import MediumProblem, NotIntact, PreserveError, Refused, Stopped
from preserve.home import Home
from preserve.work import executor, hold
from storage_adapters.contract import FileCheck, StorageAdapter
from storage_adapters.directory import DirectoryAdapter
from storage_adapters.drive import DriveAdapter
from storage_adapters.durable import drop_file, on_medium, write_file
from storage_adapters.errors import StorageError, WrongMedium
from storage_adapters.optical.adapter import OpticalAdapter

_BATCH = 200  # copies that are asked for at a time


@dataclass(frozen=True, slots=True)
class Overdue:
    """A medium that should have been read by now and was not: its label, where it lies, since when, how many copies."""

    label: str
    kind: str
    place: str
    since: str
    copies: int
    how: str


@dataclass
class AuditReport:
    """What a run came to. `counts`: copies by outcome; `state`: done, stopped (budget) or failed."""

    run: str
    state: str = "done"
    reason: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    size: int = 0
    damaged: list[CopyCheck] = field(default_factory=list)
    unchecked: list[CopyCheck] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    insert: list[Overdue] = field(default_factory=list)
    overdue: list[Overdue] = field(default_factory=list)
    suspect: int = 0  # copies that were found damaged, now or before, and are not repaired

    @property
    def status(self) -> int:
        """Exit status: 4 where anything is damaged, 5 where something could not be checked or is overdue, else 0."""
        if self.damaged or self.suspect or any(finding.severity == "error" for finding in self.findings):
            return 4
        return 5 if self.unchecked or self.overdue or self.state == "failed" else 0


class Run:
    """One audit under way: what it writes down as it goes, and how it ends."""

    def __init__(
        self, home: Home, catalogue: Catalogue, profile: StorageProfile, pace: Pace, pool: Executor, *, actor: str,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self.home, self.catalogue, self.profile, self.pace, self.pool = home, catalogue, profile, pace, pool
        self.actor, self.now = actor, now
        self.report = AuditReport(str(ULID()).lower())
        self.journal = _journal(home, self.report.run)

    def begin(self) -> None:
        """Write down that it begins; a run before it that ended without a word is closed as failed."""
        with self.catalogue.begin() as connection:
            dead = audits.runs(connection, "running")
        for row in dead:
            self._close(row.id, "failed", "ended without a word")
            self.report.findings.append(Finding("audit.died", row.id, "error", {"started": row.started}))
        with self.catalogue.begin() as connection:
            audits.begin(connection, self.report.run, actor=self.actor, moment=self.now())

    def record(self, check: CopyCheck) -> None:
        """Write a result down: first in the run's journal, then in the catalogue."""
        moment = self.now()
        self.report.counts[check.outcome] += 1
        self.report.size += check.size
        rows = _records(self.report.run, check, moment)
        with on_medium(self.journal), self.journal.open("a", encoding="utf-8") as stream:
            for row in rows:
                stream.write(json.dumps({**asdict(row), "when": stamp(row.when)}, ensure_ascii=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        if check.outcome == "damaged":
            self.report.damaged.append(check)
        elif check.outcome == "not-checked":
            self.report.unchecked.append(check)
        with self.catalogue.begin() as connection:
            known = holdings.read_copy(connection, check.name, check.medium)
            if known is None:
                return
            if check.outcome == "intact":
                if known.state in ("verified", "due"):
                    holdings.confirm(connection, [(check.name, check.medium)], moment)
                else:
                    change_copy(connection, check.name, check.medium, "verified", actor=self.actor, moment=moment)
            elif check.outcome == "damaged" and "suspect" in TRANSITIONS[known.state] and known.state != "suspect":
                change_copy(connection, check.name, check.medium, "suspect", actor=self.actor, moment=moment)

    def end(self) -> AuditReport:
        """Seal the records, anchor them in the ledger, and say what is still to be done."""
        self._close(self.report.run, self.report.state, self.report.reason)
        moment = self.now()
        with self.catalogue.begin() as connection:
            history.compact(connection, self.home.store, moment, actor=self.actor)
            made = checkpoints.checkpoint(connection, self.home.keys, self.home.settings.archive_id, moment)
        with self.catalogue.begin() as connection:
            checkpoints.export_segments(connection, self.home.store / "ledger")
            history.sweep(connection, self.home.store)
        self.report.findings += stamp_checkpoint(self.home, made)
        return self.report

    def _close(self, run: str, state: str, reason: str) -> None:
        moment = self.now()
        rows = _read_journal(_journal(self.home, run))
        kept = history.write_run(self.home.store, run, moment, rows)
        counts: Counter[str] = Counter(row.outcome for row in rows if not row.path)
        counts["bytes"] = sum(row.bytes for row in rows if not row.path)
        with self.catalogue.begin() as connection:
            audits.end(
                connection, run, state, reason=reason, counts=counts, records=kept.name, sha256=kept.sha256,
                actor=self.actor, moment=moment,
            )  # fmt: skip
        drop_file(_journal(self.home, run), self.home.work)


def stamp_checkpoint(home: Home, made: checkpoints.Checkpoint) -> list[Finding]:
    """Have a checkpoint stamped where the profile names a server; one that does not answer is a finding, no failure."""
    settings = read_audit_profile(home.profiles).time_stamps
    if not settings.server:
        return []
    from preserve.data_management import time_stamps

    try:
        time_stamps.request(made, settings.server, (home.path / settings.roots).read_bytes(), home.store / "ledger")
    except (MediumProblem, NotIntact) as error:
        level: Severity = "warning" if isinstance(error, MediumProblem) else "error"
        return [Finding(error.code, error.where, level, dict(error.values), detail=error.detail)]
    except OSError as error:
        return [Finding("ledger.time-server", settings.roots, "warning", {"reason": str(error)})]
    return []


def _journal(home: Home, run: str) -> Path:
    return home.work / f"audit-{run}.jsonl"


def _read_journal(path: Path) -> list[Record]:
    rows = []
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):  # the last line of a run that was killed may be half-written
                data = json.loads(line)
                rows.append(Record(**{**data, "when": parse(data["when"])}))
    return rows


def _records(run: str, check: CopyCheck, moment: datetime) -> list[Record]:
    whole = Record(
        moment, run, check.name, check.medium, "", check.files, check.size, check.manifest, check.outcome, check.reason,
        check.detail, check.milliseconds,
    )  # fmt: skip
    files = [
        Record(moment, run, check.name, check.medium, one.path, 1, one.size, one.seen.get("sha256", ""), "damaged",
               REASONS[one.verdict], one.detail, 0)
        for one in check.problems
    ]  # fmt: skip
    return [whole, *files]


def run_audit(
    home: Home,
    catalogue: Catalogue,
    profile: StorageProfile,
    budget: Budget,
    *,
    given: Sequence[tuple[str, Path]] = (),
    everything: bool = False,
    actor: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda moved: None,
) -> AuditReport:
    """Read back what is due, within the budget; with `everything` all that can be reached, due or not.

    `given` are discs, images or mounted drives that are read whatever is due, each with a label where its marker fits
    several. Raises Refused where another run is under way; damage is in the report. An error of the home itself (no
    space, a broken catalogue) ends the run as failed and is raised.
    """
    with hold(home.work / "audit.lock", Refused("audit.under-way", str(home.path))), executor() as pool:
        run = Run(home, catalogue, profile, Pace(budget, progress, now), pool, actor=actor, now=now)
        run.begin()
        try:
            run.report.findings += _check_records(home, catalogue)
            with catalogue.begin() as connection:
                schedule.draw(connection, profile, now(), actor)
            _read_all(run, given, everything)
        except OutOfBudget as error:
            run.report.state, run.report.reason = "stopped", str(error)
        except Stopped:
            run.report.state, run.report.reason = "stopped", "by a person"
            run.end()
            raise
        except Exception as error:
            run.report.state, run.report.reason = "failed", f"{type(error).__name__}: {error}"
            with suppress(PreserveError, StorageError, OSError):
                run.end()
            raise
        return _finished(run)


def _finished(run: Run) -> AuditReport:
    moment = run.now()
    with run.catalogue.read() as connection:
        run.report.suspect = holdings.count_in(connection, ("suspect", "lost"))
        here = set(attached(run.home, holdings.all_media(connection)))
        for due in schedule.plan(connection, run.profile, moment, here):
            if not due.copies or due.how == "passed":
                continue
            one = Overdue(due.medium.label, due.medium.kind, due.medium.place, due.since, due.copies, due.how)
            if due.how == "insert":
                run.report.insert.append(one)
            rule = schedule.rule_for(run.profile, due.medium.kind)
            if rule.days and due.next < stamp(moment) and due.how != "draw":
                run.report.overdue.append(one)
    return run.end()


def _check_records(home: Home, catalogue: Catalogue) -> list[Finding]:
    """The ledger against its checkpoints, the records of earlier audits against the ledger."""
    report = proving.verify_ledger(catalogue, home.store / "ledger", home.keys / "ledger.pub")
    with catalogue.read() as connection:
        return [*report.findings, *history.check_anchors(connection, home.store)]


def _read_all(run: Run, given: Sequence[tuple[str, Path]], everything: bool) -> None:
    with run.catalogue.read() as connection:
        inventory = holdings.all_media(connection)
    drives = attached(run.home, inventory)
    for label, path in given:
        _read_given(run, label, path)
    with run.catalogue.read() as connection:
        due = schedule.plan(connection, run.profile, run.now(), set(drives))
    for one in due:
        if one.medium.kind in schedule.ONLINE:
            _read_online(run, one, everything)
        elif one.medium.id in drives and (one.how == "read" or everything):
            _read_drive(run, one.medium, drives[one.medium.id])


def _online_adapter(run: Run, row: MediumRow) -> StorageAdapter:
    if row.kind == "s3":
        return bucket_of(row)
    store = server_store(run.home)
    if row.id == store.identity:
        return replace(store, pool=run.pool)
    return DirectoryAdapter(Path(row.location), row.id, pool=run.pool)


def _read_online(run: Run, due: schedule.Due, everything: bool) -> None:
    adapter = _online_adapter(run, due.medium)
    if not _reachable(run, due.medium, adapter, due.copies):
        return
    run.report.findings += _strangers(run, due.medium, adapter)
    rule = schedule.rule_for(run.profile, due.medium.kind)
    began = run.now()
    left = due.total if everything else due.copies
    seen: set[str] = set()
    while left > 0:
        with run.catalogue.read() as connection:
            if everything:
                states = ["verified", "due", "repaired", "suspect"]
                rows = [row for row in holdings.copies_on(connection, due.medium.id, states) if row.name not in seen]
            else:
                rows = schedule.due_copies(connection, due, rule, began, min(left, _BATCH))
                rows = [row for row in rows if row.name not in seen]
        if not rows:
            return
        for row in rows:
            seen.add(row.name)
            _read_copy(run, row, adapter)
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
    known = _part(kept, row)
    done: list[str] = []

    def note(check: FileCheck) -> None:
        if check.verdict == "intact":
            done.append(check.path)
        run.pace.check()

    try:
        check = check_copy(adapter, row.medium, anchor, run.pace, known=known, note=note)
    except (OutOfBudget, Stopped):
        part = {"verified": row.verified, "intact": sorted({*known, *done})}
        write_file(kept, json.dumps(part, ensure_ascii=False).encode())
        raise
    drop_file(kept, run.home.work)
    run.record(check)


def _part(path: Path, row: CopyRow) -> frozenset[str]:
    """The files that an unfinished check of this copy found intact, where nothing has happened to it since."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return frozenset()
    return frozenset(data["intact"]) if data.get("verified") == row.verified else frozenset()


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


def _read_drive(run: Run, row: MediumRow, adapter: DriveAdapter) -> None:
    """A drive is read whole: health, ledger, every copy; then it is done until it is due again."""
    adapter = replace(adapter, pool=run.pool)
    if not _reachable(run, row, adapter, 1):
        return
    with run.catalogue.begin() as connection:
        holdings.change_medium(connection, row.id, actor=run.actor, moment=run.now(), **adapter.health().facts())
    with run.catalogue.read() as connection:
        held = holdings.copies_on(connection, row.id, ["verified", "due", "repaired", "suspect"])
        begun = str((row.details.get("sample") or {}).get("at", ""))
    run.report.findings += _strangers(run, row, adapter)
    run.report.findings += _ledger_there(run, row, adapter.root)
    for copy in held:
        if not begun or (copy.verified or "") < begun or copy.state == "suspect":
            _read_copy(run, copy, adapter)
    _done_with(run, row)


def _ledger_there(run: Run, row: MediumRow, root: Path) -> list[Finding]:
    """The checkpoint that was written on the medium, against the ledger as it is now."""
    file = root / "ledger" / "checkpoint.txt"
    if not file.exists():
        return []
    with run.catalogue.read() as connection:
        return compare_checkpoint(connection, run.home, row.label, file.read_bytes())


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


def _read_given(run: Run, label: str, path: Path) -> None:
    seen = look_at(path)
    with run.catalogue.read() as connection:
        rows = [row for row in recognise(connection, seen.identity) if not label or row.label == label]
    if len(rows) != 1:
        code = "storage.which-copy" if rows else "storage.medium-unknown"
        raise Refused(code, ", ".join(row.label for row in rows) or str(path))
    row = rows[0]
    if row.kind == "drive":
        drives = attached(run.home, rows)
        if row.id in drives:
            _read_drive(run, row, drives[row.id])
            return
        raise WrongMedium(str(path), wanted=row.label, found=seen.identity)
    _read_disc(run, row, path)


def _read_disc(run: Run, row: MediumRow, path: Path) -> None:
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
        reason = "" if good else "unreadable" if lost else "altered"
        manifest = known[copy.name].manifest if good else ""
        outcome: Outcome = "intact" if good else "damaged"
        run.record(CopyCheck(copy.name, row.id, outcome, reason, report.files, 0, manifest, spent, problems))
    run.report.size += report.size
    _done_with(run, row)


def _done_with(run: Run, row: MediumRow) -> None:
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
