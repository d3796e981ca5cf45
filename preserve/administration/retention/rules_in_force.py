"""Which rules are in force, and the day of every case by them: entered at registration, computed again on change.

A changed profile changes nothing by itself. Its effect can be looked at before; a head puts it in force; its text goes
into the ledger with its digest, so that it can be shown which rule held when.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.administration.retention.periods import CaseFacts, Due, ObjectFacts, due_of_case, due_of_object
from preserve.administration.retention.profile import RetentionProfile, read_retention
from preserve.administration.retention.profile import text_of as text_of_profile
from preserve.clock import zone
from preserve.data_management import cases, destroyed, ledger, object_index, retention_index, versions
from preserve.data_management.retention_index import RULES, RetentionRow, due_day
from preserve.description.schema import CaseObject
from preserve.errors import NotIntact, Refused
from preserve.home import Home

_BATCH = 5000
_REMEMBERED = 100_000  # sets of facts
_LONGEST = 1 << 18  # bytes of a profile that goes into the ledger


@dataclass(frozen=True, slots=True)
class Rules:
    """A profile and the SHA-256 of its text."""

    profile: RetentionProfile
    sha256: str


def rules_now(home: Home) -> Rules:
    """The rules as the profile says them now, in force or not. Raises Refused."""
    return Rules(read_retention(home.profiles), hashlib.sha256(text_of_profile(home.profiles)).hexdigest())


@lru_cache(maxsize=8)
def _parsed(text: str) -> RetentionProfile:
    return RetentionProfile.model_validate(tomllib.loads(text))


def rules_in_force(home: Home, connection: Connection) -> Rules | None:
    """The rules that a head put in force, or that were there when the first case came; None before that."""
    known = retention_index.rules_in_force(connection)
    return Rules(_parsed(known[-1].text), known[-1].sha256) if known else None


def put_in_force(home: Home, connection: Connection, *, actor: str, moment: datetime) -> Rules:
    """Write down that the profile as it is now holds from this moment, with its whole text. Raises Refused."""
    data = text_of_profile(home.profiles)
    rules = Rules(read_retention(home.profiles), hashlib.sha256(data).hexdigest())
    if len(data) > _LONGEST:
        raise Refused("retention.rules-too-long", str(home.profiles), most=_LONGEST)
    ledger.append(
        connection,
        action=RULES,
        subject=home.settings.archive_id,
        actor=actor,
        moment=moment,
        details={"sha256": rules.sha256, "text": data.decode()},
    )
    return rules


def enter_case(home: Home, connection: Connection, objid: str, *, actor: str, moment: datetime) -> None:
    """Compute the rows of a case by the rules in force; the first case puts the present ones in force."""
    rules = rules_in_force(home, connection) or put_in_force(home, connection, actor=actor, moment=moment)
    known = {row.item: row.decided for row in retention_index.rows_of(connection, objid)}
    retention_index.replace(connection, objid, _rows(home, connection, rules.profile, objid, known))


def enter_missing(home: Home, connection: Connection, *, actor: str, moment: datetime) -> int:
    """Compute the rows of cases that have none, as after an update of the program; returns how many."""
    missing = retention_index.without_rows(connection)
    for objid in missing:
        enter_case(home, connection, objid, actor=actor, moment=moment)
    return len(missing)


def after_rebuild(home: Home) -> Callable[[Connection], None]:
    """What a rebuilt catalogue needs: every row by the rules in force, with the decisions of the ledger."""

    def enter(connection: Connection) -> None:
        rules = rules_in_force(home, connection) or rules_now(home)
        decided: dict[str, dict[str, str]] = {}
        for (objid, item), value in retention_index.decisions(connection).items():
            decided.setdefault(objid, {})[item] = value
        lost = {one.objid for one in destroyed.all_gone(connection) if not one.item and one.state == "destroyed"}
        for objid in cases.objids(connection):
            if objid in lost:
                continue
            rows = _rows(home, connection, rules.profile, objid, decided.get(objid, {}))
            retention_index.replace(connection, objid, rows)

    return enter


def require_rows(home: Home, connection: Connection, objid: str) -> None:
    """Raises NotIntact where the days of a case are not what rules in force, description and decisions make of them.

    The rows of `cases`, `versions` and `files` must have been held against what was registered.
    """
    retention_index.require_decided(connection, objid)
    rules = rules_in_force(home, connection) or rules_now(home)
    listed = retention_index.rows_of(connection, objid)
    decided = {row.item: row.decided for row in listed}
    try:
        made = set(_rows(home, connection, rules.profile, objid, decided))
    except (ValueError, KeyError, TypeError) as error:  # words where there should be a day, JSON that is none
        raise NotIntact("ledger.contradicts-index", objid, table="cases", detail=str(error)) from error
    if made != set(listed):
        raise NotIntact("ledger.contradicts-index", objid, table="retention")


def compare(home: Home, connection: Connection) -> Iterator[Finding]:
    """Every case of which the days are not what they should be."""
    known = set(cases.objids(connection))
    for objid in sorted(known | {row.objid for row in retention_index.all_rows(connection)}):
        if objid not in known:
            yield Finding("ledger.contradicts-index", objid, "error", {"table": "retention"})
            continue
        # Cases of the first releases have no rows until the next appraisal computes them.
        if retention_index.rows_of(connection, objid) and not destroyed.of_case(connection, objid, whole=True):
            try:
                require_rows(home, connection, objid)
            except NotIntact as error:
                yield Finding(error.code, error.where, "error", dict(error.values))


# --- facts


def _rows(
    home: Home, connection: Connection, profile: RetentionProfile, objid: str, decided: dict[str, str]
) -> Iterator[RetentionRow]:
    facts, objects = facts_of(home, connection, profile, objid)
    told = {"objects": sorted({_told(one) for one in objects.values()}), **_told_case(facts)}
    yield _row(objid, "", told, due_of_case(profile, facts, objects.values()), decided)
    for item, one in objects.items():
        if one.recording:
            told = {"objects": [_told(one)], **_told_case(facts)}
            # Kept with the case: the day is the case's, and the row waits for rules under which it has its own.
            due = due_of_object(profile, facts, one) or due_of_case(profile, facts, objects.values())
            yield _row(objid, item, told, due, decided)


def _row(objid: str, item: str, told: dict[str, object], due: Due, decided: dict[str, str]) -> RetentionRow:
    computed = due.never or (due.day.isoformat() if due.day else "unknown")
    said = decided.get(item, "")
    facts = json.dumps(told, separators=(",", ":"))
    return RetentionRow(objid, item, facts, due.rule, computed, said, due_day(computed, said))


def facts_of(
    home: Home, connection: Connection, profile: RetentionProfile, objid: str
) -> tuple[CaseFacts, dict[str, ObjectFacts]]:
    """What is known of a case and of each of its originals, by identifier, from description and package."""
    case = cases.read(connection, objid)
    description = case.description
    created = [version.created for version in versions.of_case(connection, objid)]
    local = zone(home.settings.time_zone)
    filed = datetime.fromisoformat(min(created)).astimezone(local).date() if created else None
    facts = CaseFacts(description.closed, filed, description.case_type, description.retention.value, case.long_term)
    about = {one.file: one for one in description.objects}
    return facts, {
        original.identifier: _object(profile, about.get(original.name), original.name, original.significant, local)
        for original in object_index.originals(connection, objid)
    }


def paths_of(connection: Connection, objid: str) -> dict[str, str]:
    """The depositor's name of each original of the newest version, by identifier."""
    return {original.identifier: original.name for original in object_index.originals(connection, objid)}


def _object(
    profile: RetentionProfile, item: CaseObject | None, name: str, properties: dict[str, str], local: object
) -> ObjectFacts:
    words = f"{item.kind} {item.title}" if item else ""
    ending = name.rpartition(".")[2].casefold()
    known = profile.recordings
    recording = ending in known.suffixes or (any(word in words for word in known.words) and "duration" in properties)
    recorded: date | None = None
    if item and item.recording_start:
        start = item.recording_start
        recorded = (start.astimezone(local) if start.tzinfo else start).date()  # type: ignore[arg-type]
    elif item and item.date:
        recorded = item.date
    elif told := properties.get("recording start", ""):
        recorded = datetime.fromisoformat(told.partition(" (")[0]).astimezone(local).date()  # type: ignore[arg-type]
    evidence = item is None or item.evidence  # what no description speaks of is kept as if it mattered
    return ObjectFacts(recording, evidence, item.retention.value if item and item.retention else "", recorded)


def _told(one: ObjectFacts) -> tuple[int, int, str, str]:
    return (int(one.recording), int(one.evidence), one.declared, one.recorded.isoformat() if one.recorded else "")


def _told_case(facts: CaseFacts) -> dict[str, object]:
    return {
        "closed": facts.closed.isoformat() if facts.closed else "",
        "filed": facts.filed.isoformat() if facts.filed else "",
        "type": facts.case_type,
        "declared": facts.declared,
        "long_term": int(facts.long_term),
    }


def read_facts(text: str) -> tuple[CaseFacts, list[ObjectFacts]]:
    """The facts that a row keeps."""
    told = json.loads(text)
    day = date.fromisoformat  # nothing else of this is worth more than its microsecond: a million cases are read so
    facts = CaseFacts(
        day(told["closed"]) if told["closed"] else None,
        day(told["filed"]) if told["filed"] else None,
        told["type"],
        told["declared"],
        bool(told["long_term"]),
    )
    objects = [
        ObjectFacts(bool(rec), bool(evidence), declared, day(when) if when else None)
        for rec, evidence, declared, when in told["objects"]
    ]
    return facts, objects


def calculate(profile: RetentionProfile, row: RetentionRow, case_facts: str = "") -> Due:
    """The calculation of a row by any rules; `case_facts` are those of its case where the row is a recording's."""
    facts, objects = read_facts(row.facts)
    if row.item:
        own = due_of_object(profile, facts, objects[0])
        if own is not None:
            return own
        facts, objects = read_facts(case_facts)
    return due_of_case(profile, facts, objects)


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


# --- when rules change


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
            changed.append(
                RetentionRow(
                    row.objid, row.item, row.facts, rule, computed, row.decided, due_day(computed, row.decided)
                )
            )
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
        raise Refused("retention.rules-same", in_force.sha256[:16])
    changes = preview(home, connection, write=True)
    put_in_force(home, connection, actor=actor, moment=moment)
    return changes


def strictest_due(home: Home, connection: Connection, row: RetentionRow) -> tuple[str | None, Due]:
    """The day of a row computed now, by the rules in force and by those written down since: the later counts.

    Returns the first day on which it may go (None: never) and the calculation that decided.
    """
    case_rows = retention_index.rows_of(connection, row.objid)
    case_facts = case_rows[0].facts if case_rows else row.facts
    in_force = rules_in_force(home, connection)
    dues = [calculate(rules.profile, row, case_facts) for rules in (in_force, rules_now(home)) if rules]
    worst = max(dues, key=lambda one: (one.day is None, one.day or date.min))
    computed = worst.never or (worst.day.isoformat() if worst.day else "unknown")
    return due_day(computed, row.decided), worst
