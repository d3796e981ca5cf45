"""What other rules would change, over every case and recording; and the rules of the profile put in force."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from preserve.administration.retention.facts import calculate
from preserve.administration.retention.profile import RetentionProfile
from preserve.administration.retention.rules_in_force import put_in_force, rules_in_force, rules_now
from preserve.data_management import retention_index
from preserve.data_management.retention_index import RetentionRow, due_day
from preserve.errors import Conflict
from preserve.home import Home

_BATCH = 5000
_REMEMBERED = 100_000  # sets of facts


class _Answers:
    """Day and rule of many rows: cases without recordings that were closed on one day differ in nothing that counts.

    Only words are remembered, so that many of them give the collector of garbage nothing to walk through.
    """

    def __init__(self, profile: RetentionProfile) -> None:
        self.profile = profile
        self._known: dict[str, tuple[str, str]] = {}

    def of(self, row: RetentionRow, case_facts: str) -> tuple[str, str]:
        """The day (or `permanent`, `unknown`) and the rule."""
        common = row.facts.startswith('{"objects":[]')
        known = self._known.get(row.facts) if common else None
        if known is None:
            due = calculate(self.profile, row, case_facts)
            known = (due.never or str(due.day), due.rule)
            if common and len(self._known) < _REMEMBERED:
                self._known[row.facts] = known
        return known


@dataclass(frozen=True, slots=True)
class Change:
    """One thing whose day is another by other rules."""

    objid: str
    item: str
    before: str
    after: str
    rule_before: str
    rule_after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a profile would change: how many rows were computed, how many change in which way, and the first of them."""

    before_sha256: str
    after_sha256: str
    rows: int
    counts: dict[str, int]
    listed: tuple[Change, ...]


def preview(home: Home, connection: Connection, limit: int = 1000, *, write: bool = False) -> Changes:
    """Hold the profile as it is now against what is in force, over every row; with `write`, write the new days.

    `counts`: longer, shorter, became-permanent, became-unknown, no-longer-permanent, no-longer-unknown, other-rule.
    """
    now = rules_now(home)
    before = rules_in_force(home, connection)
    counted: Counter[str] = Counter()
    listed: list[Change] = []
    total, case_facts = 0, ""
    changed: list[RetentionRow] = []
    answers = _Answers(now.profile)
    for row in retention_index.all_rows(connection):
        total += 1
        if not row.item:
            case_facts = row.facts
        computed, rule = answers.of(row, case_facts)
        if computed == row.computed and rule == row.rule:
            continue
        counted[_kind(row.computed, computed)] += 1
        if len(listed) < limit:
            listed.append(Change(row.objid, row.item, row.computed, computed, row.rule, rule))
        if write:
            changed.append(replace(row, rule=rule, computed=computed, due=due_day(computed, row.decided)))
    for number in range(0, len(changed), _BATCH):
        retention_index.update(connection, changed[number : number + _BATCH])
    return Changes(before.sha256 if before else "", now.sha256, total, dict(counted), tuple(listed))


def _kind(before: str, after: str) -> str:
    if before == after:
        return "other-rule"
    if after in ("permanent", "unknown"):
        return f"became-{after}"
    if before in ("permanent", "unknown"):
        return f"no-longer-{before}"
    return "longer" if after > before else "shorter"


def apply(home: Home, connection: Connection, *, actor: str, moment: datetime) -> Changes:
    """Put the profile as it is now in force and compute every row again, in the caller's transaction.

    Raises Refused where it is in force already.
    """
    in_force = rules_in_force(home, connection)
    if in_force is not None and in_force.sha256 == rules_now(home).sha256:
        raise Conflict("retention.rules-same", in_force.sha256[:16])
    changes = preview(home, connection, write=True)
    put_in_force(home, connection, actor=actor, moment=moment)
    return changes
