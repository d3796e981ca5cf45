"""One audit under way: every result is written down before the next copy is read, and anchored when it ends."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from ulid import ULID

from metadata.findings import Finding, Severity
from preserve.archival_storage.auditing.report import AuditReport
from preserve.archival_storage.checking import REASONS, CopyCheck
from preserve.archival_storage.copies import TRANSITIONS, change_copy
from preserve.archival_storage.pace import Pace
from preserve.archival_storage.policy import StorageProfile, read_audit_profile
from preserve.clock import parse, stamp
from preserve.data_management import audit_records, audits, checkpoints, holdings, sealing
from preserve.data_management.audit_records import Record
from preserve.data_management.database import Catalogue
from preserve.errors import MediumProblem, NotIntact
from preserve.home import Home
from storage_adapters.durable import drop_file
from storage_adapters.medium_errors import on_medium


class Run:
    """One audit under way: what it writes down as it goes, and how it ends."""

    def __init__(
        self,
        home: Home,
        catalogue: Catalogue,
        profile: StorageProfile,
        pace: Pace,
        pool: Executor,
        *,
        actor: str,
        now: Callable[[], datetime],
    ) -> None:
        self.home, self.catalogue, self.profile, self.pace, self.pool = home, catalogue, profile, pace, pool
        self.actor, self.now = actor, now
        self.report = AuditReport(str(ULID()).lower())
        self.journal = _journal(home, self.report.run)

    def begin(self) -> None:
        """Write down that it begins; a run before it that ended without a word is closed as failed."""
        with self.catalogue.begin() as connection:
            dead = audits.runs(connection, "running")
            for row in dead:
                audits.require(connection, row.id)
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
            audit_records.compact(connection, self.home.store, moment, actor=self.actor)
        closed = sealing.close_segment(self.home, self.catalogue)
        with self.catalogue.begin() as connection:
            audit_records.sweep(connection, self.home.store)
        self.report.findings += stamp_checkpoint(self.home, closed.checkpoint)
        return self.report

    def _close(self, run: str, state: str, reason: str) -> None:
        moment = self.now()
        rows = _read_journal(_journal(self.home, run))
        kept = audit_records.write_run(self.home.store, run, moment, rows)
        counts: Counter[str] = Counter(row.outcome for row in rows if not row.path)
        counts["bytes"] = sum(row.bytes for row in rows if not row.path)
        with self.catalogue.begin() as connection:
            outcome = audits.Outcome(state, reason, counts, kept.name, kept.sha256)
            audits.end(connection, run, outcome, actor=self.actor, moment=moment)
        drop_file(_journal(self.home, run), self.home.work)


def stamp_checkpoint(home: Home, checkpoint: checkpoints.Checkpoint) -> list[Finding]:
    """Have a checkpoint stamped where the profile names a server; one that does not answer is a finding, no failure."""
    settings = read_audit_profile(home.profiles).time_stamps
    if not settings.server:
        return []
    from preserve.data_management import time_stamps

    try:
        time_stamps.request(
            checkpoint, settings.server, (home.path / settings.roots).read_bytes(), home.store / "ledger"
        )
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
        moment,
        run,
        check.name,
        check.medium,
        "",
        check.files,
        check.size,
        check.manifest,
        check.outcome,
        check.reason,
        check.detail,
        check.milliseconds,
    )
    files = [
        Record(
            moment,
            run,
            check.name,
            check.medium,
            problem.path,
            1,
            problem.size,
            problem.seen.get("sha256", ""),
            "damaged",
            REASONS[problem.verdict],
            problem.detail,
            0,
        )
        for problem in check.problems
    ]
    return [whole, *files]
