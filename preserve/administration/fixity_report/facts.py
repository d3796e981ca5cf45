"""Everything a report tells, gathered once and told in any form: coverage, failures, repairs, media, drills, proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from preserve.administration.retention.notice import Falling, falling_due
from preserve.administration.retention.profile import RetentionProfile, read_retention
from preserve.archival_storage import drill, schedule
from preserve.archival_storage.opening import attached
from preserve.archival_storage.overview import overview
from preserve.archival_storage.policy import StorageProfile
from preserve.archival_storage.repair import NOT_REPAIRED, REPAIRED
from preserve.clock import parse, stamp
from preserve.data_management import audit_records, audits, checkpoints, copy_counts, holdings, ledger
from preserve.data_management.audit_records import Month, Record
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import MediumRow
from preserve.data_management.ledger_keys import has_sealer
from preserve.data_management.proof import verify_ledger
from preserve.home import Home

CONTINUOUS = 90  # days after which a copy that should be read all the time counts as overdue
MONTHS = 24
_BAD = ("reallocated", "pending", "offline", "uncorrectable", "media_errors")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Copies of one kind of medium and their bytes: read within the interval, covered by a sample, overdue."""

    kind: str
    days: int
    copies: int
    within: int
    sampled: int
    overdue: int
    size: int
    size_within: int
    continuous: bool = False  # read all the time: `days` is when it counts as overdue all the same


@dataclass(frozen=True, slots=True)
class MediumFacts:
    """One medium: copies, last read, due date, health, and how fast its bad sectors grow (a year) where it tells them.

    `forecast` is the number of bad sectors expected in a year, by a straight line through what was told so far.
    """

    row: MediumRow
    copies: int
    last: str
    next: str
    overdue: bool
    health: str
    growth: float
    forecast: float
    at_risk: bool
    continuous: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it, as of one moment."""

    institution: str
    archive_id: str
    moment: datetime
    coverage: tuple[Coverage, ...]
    media: tuple[MediumFacts, ...]
    failures: tuple[Record, ...]
    repairs: tuple[dict[str, Any], ...]
    drills: tuple[tuple[str, dict[str, Any]], ...]
    runs: tuple[audits.AuditRow, ...]
    months: tuple[Month, ...]
    suspect: int
    sealed: int
    unsealed: int
    ledger_entries: int
    ledger_findings: tuple[str, ...]
    checkpoint: str
    due: tuple[Falling, ...]
    rules: RetentionProfile


def gather(home: Home, catalogue: Catalogue, profile: StorageProfile, moment: datetime) -> Facts:
    """Read catalogue, ledger and audit records; nothing is changed. The last year counts, 24 months in the pictures."""
    proof = verify_ledger.verify_ledger(
        catalogue, home.store / "ledger", home.keys / "ledger.pub", waits=has_sealer(home)
    )
    year = moment - timedelta(days=365)
    with catalogue.read() as connection:
        inventory = holdings.all_media(connection)
        plan = schedule.plan(connection, profile, moment, set(attached(home, inventory)))
        standing = Counter(case.standing.sealed for case in overview(home, connection, profile))
        suspect = holdings.count_in(connection, ("suspect", "lost"))
        records = audit_records.check_anchors(connection, home.store)
        signed = checkpoints.newest(connection)
        rules = read_retention(home.profiles)
        return Facts(
            home.settings.institution,
            home.settings.archive_id,
            moment,
            tuple(_coverage(connection, profile, inventory, kind, moment) for kind in _kinds(inventory)),
            tuple(_medium(connection, one, profile, moment) for one in plan),
            tuple(audit_records.failures(home.store, since=year)),
            tuple(_repairs(connection, year)),
            tuple(drill.results(connection, 12, moment)),
            tuple(audits.runs(connection, limit=400)),
            tuple(audit_records.by_month(home.store, moment - timedelta(days=31 * MONTHS))),
            suspect,
            standing[True],
            standing[False],
            proof.entries,
            tuple(finding.code for finding in (*proof.findings, *records)),
            signed.text() if signed else "",
            tuple(falling_due(home, connection, rules.notice.months, moment)),
            rules,
        )


def _kinds(inventory: Sequence[MediumRow]) -> list[str]:
    return sorted({row.kind for row in inventory if row.state == "in use"})


def limit_of(profile: StorageProfile, kind: str) -> int:
    """After how many days without a check a copy on such a medium is overdue."""
    return schedule.rule_for(profile, kind).days or CONTINUOUS


def _coverage(
    connection: Connection, profile: StorageProfile, inventory: Sequence[MediumRow], kind: str, moment: datetime
) -> Coverage:
    days, rule = limit_of(profile, kind), schedule.rule_for(profile, kind)
    before = stamp(moment - timedelta(days=days))
    passed = {
        row.id
        for row in inventory
        if (row.details.get("sample") or {}).get("chosen") is False and schedule.last_look(row) > before
    }
    copies = within = sampled = size = size_within = 0
    for row in copy_counts.read_back(connection, kind, before):
        copies, within = copies + row.copies, within + row.copies_since
        size, size_within = size + row.size, size_within + row.size_since
        sampled += row.copies - row.copies_since if row.medium in passed else 0
    return Coverage(kind, days, copies, within, sampled, copies - within - sampled, size, size_within, not rule.days)


def _medium(connection: Connection, due: schedule.Due, profile: StorageProfile, moment: datetime) -> MediumFacts:
    row = due.medium
    told = []
    for entry in ledger.about(connection, row.id):
        counts = [int(entry.details[name]) for name in _BAD if name in entry.details]
        if counts:
            told.append((parse(entry.time).timestamp() / 86400 / 365.25, float(sum(counts))))
    growth, forecast = trend(told, moment.timestamp() / 86400 / 365.25 + 1)
    health = str(row.details.get("health", "unknown"))
    overdue = (
        bool(due.total) and due.since != "" and parse(due.since) < moment - timedelta(days=limit_of(profile, row.kind))
    )
    return MediumFacts(
        row,
        due.total,
        due.since,
        due.next,
        overdue and due.how != "passed",
        health,
        growth,
        forecast,
        health == "failing" or growth > 0,
        due.continuous,
    )


def trend(told: Sequence[tuple[float, float]], at: float) -> tuple[float, float]:
    """Slope a year and value at a time (years) of the straight line of least squares through (years, value)."""
    if len(told) < 2:
        return 0.0, told[0][1] if told else 0.0
    mean_x = sum(x for x, _ in told) / len(told)
    mean_y = sum(y for _, y in told) / len(told)
    spread = sum((x - mean_x) ** 2 for x, _ in told)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in told) / spread if spread else 0.0
    return slope, max(0.0, mean_y + slope * (at - mean_x))


def _repairs(connection: Connection, since: datetime) -> list[dict[str, Any]]:
    entries = ledger.of_action(connection, REPAIRED, NOT_REPAIRED)
    return [entry.data for entry in entries if parse(entry.time) >= since]
