"""Which rules are in force, and the day of every case by them: entered at registration, computed again on change.

A changed profile changes nothing by itself. Its effect can be looked at before; a head puts it in force; its text goes
into the ledger with its digest, so that it can be shown which rule held when.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.administration.retention.facts import calculate, facts_in, facts_of, facts_text, kept_of
from preserve.administration.retention.periods import CaseFacts, Due, ObjectFacts, due_of_case, due_of_object
from preserve.administration.retention.profile import RetentionProfile, read_retention
from preserve.administration.retention.profile import text_of as text_of_profile
from preserve.data_management import cases, destroyed, ledger, retention_index
from preserve.data_management.archive import Archive
from preserve.data_management.comparing import some_at_once
from preserve.data_management.retention_index import RULES, RetentionRow, due_day
from preserve.errors import NotIntact, Refused
from preserve.home import Home

if TYPE_CHECKING:
    from preserve.description.schema import CaseDescription

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


def applicable_rules(home: Home, connection: Connection) -> Rules:
    """The rules in force; before any were put in force, those of the profile as it is now. Raises Refused."""
    return rules_in_force(home, connection) or rules_now(home)


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


def enter_case(
    home: Home,
    connection: Connection,
    objid: str,
    *,
    actor: str,
    moment: datetime,
    description: CaseDescription | None = None,
) -> None:
    """Compute the rows of a case by the rules in force; the first case puts the present ones in force.

    `description` is what the case's row says, from whoever has just written it, so that it is not read again.
    """
    rules = rules_in_force(home, connection) or put_in_force(home, connection, actor=actor, moment=moment)
    known = {row.item: row.decided for row in retention_index.rows_of(connection, objid)}
    facts = facts_of(home, connection, rules.profile, objid, description)
    retention_index.replace(connection, objid, _rows_by(rules.profile, objid, facts, known))


def enter_missing(home: Home, connection: Connection, *, actor: str, moment: datetime) -> int:
    """Compute the rows of cases that have none, as after an update of the program; returns how many."""
    missing = retention_index.without_rows(connection)
    for objid in missing:
        enter_case(home, connection, objid, actor=actor, moment=moment)
    return len(missing)


def count_again(archive: Archive) -> None:
    """Count what an upgrade of the program says is to be counted again; nothing where it says nothing."""
    with archive.catalogue.read() as connection:
        if not retention_index.to_be_counted(connection):
            return
    with archive.catalogue.begin() as connection:
        if retention_index.to_be_counted(connection):
            rules = rules_in_force(archive.home, connection)
            decided = _decided(connection)
            # Before the first rules were in force there were no rows, and the next appraisal enters them.
            for objid in retention_index.without_rows(connection) if rules is not None else ():
                assert rules is not None
                rows = _rows(archive.home, connection, rules.profile, objid, decided.get(objid, {}))
                retention_index.replace(connection, objid, rows)
            retention_index.counted(connection)


def _decided(connection: Connection) -> dict[str, dict[str, str]]:
    """By case and item what appraisals decided, from the ledger."""
    decided: dict[str, dict[str, str]] = {}
    for (objid, item), value in retention_index.decisions(connection).items():
        decided.setdefault(objid, {})[item] = value
    return decided


def after_rebuild(home: Home) -> Callable[[Connection], None]:
    """What a rebuilt catalogue needs: every row by the rules in force, with the decisions of the ledger."""

    def enter(connection: Connection) -> None:
        rules = applicable_rules(home, connection)
        decided = _decided(connection)
        destroyed_cases = {
            gone.objid for gone in destroyed.all_gone(connection) if not gone.item and gone.state == "destroyed"
        }
        for objid in cases.objids(connection):
            if objid in destroyed_cases:
                continue
            rows = _rows(home, connection, rules.profile, objid, decided.get(objid, {}))
            retention_index.replace(connection, objid, rows)

    return enter


def require_rows(home: Home, connection: Connection, objid: str) -> None:
    """Raises NotIntact where the days of a case are not what rules in force, description and decisions make of them.

    The rows of `cases`, `versions` and `files` must have been held against what was registered.
    """
    retention_index.require_decided(connection, objid)
    rules = applicable_rules(home, connection)
    listed = retention_index.rows_of(connection, objid)
    decided = {row.item: row.decided for row in listed}
    try:
        computed = set(_rows(home, connection, rules.profile, objid, decided))
    except (ValueError, KeyError, TypeError) as error:  # words where there should be a day, JSON that is none
        raise NotIntact("ledger.contradicts-index", objid, table="cases", detail=str(error)) from error
    if computed != set(listed):
        raise NotIntact("ledger.contradicts-index", objid, table="retention")


def compare(home: Home, connection: Connection) -> Iterator[Finding]:
    """Every case of which the days are not what they should be.

    Some hundred cases are read at once; what does not agree there is asked for one by one.
    """
    known = set(cases.objids(connection))
    going = destroyed.concerned(connection)
    for objids in some_at_once(sorted(known | set(retention_index.objids(connection)))):
        rows: dict[str, list[RetentionRow]] = {}
        for row in retention_index.rows_of_many(connection, objids):
            rows.setdefault(row.objid, []).append(row)
        right = _plainly_right(home, connection, {objid: rows[objid] for objid in rows.keys() & known - going})
        for objid in objids:
            if objid not in known:
                yield Finding("ledger.contradicts-index", objid, "error", {"table": "retention"})
                continue
            # Cases of the first releases have no rows until the next appraisal computes them.
            if objid in rows and objid not in right and not destroyed.of_case(connection, objid, whole=True):
                try:
                    require_rows(home, connection, objid)
                except NotIntact as error:
                    yield Finding(error.code, error.where, "error", dict(error.values))


def _plainly_right(home: Home, connection: Connection, rows: Mapping[str, list[RetentionRow]]) -> set[str]:
    """Cases whose rows are what rules, description and decisions make of them; none where an entry is not its own."""
    right = set()
    try:
        rules = applicable_rules(home, connection)
        said = retention_index.decided_of(connection, rows)
    except NotIntact:
        return set()
    for kept in kept_of(connection, rows):
        objid = kept.case.objid
        listed = rows[objid]
        decided = {row.item: said.get((objid, row.item), "") for row in listed}
        try:
            if set(listed) == set(_rows_by(rules.profile, objid, facts_in(home, rules.profile, kept), decided)):
                right.add(objid)
        except (NotIntact, ValueError, KeyError, TypeError):  # whoever asks for it by itself is told what is wrong
            continue
    return right


def _rows(
    home: Home, connection: Connection, profile: RetentionProfile, objid: str, decided: dict[str, str]
) -> Iterator[RetentionRow]:
    return _rows_by(profile, objid, facts_of(home, connection, profile, objid), decided)


def _rows_by(
    profile: RetentionProfile, objid: str, facts: tuple[CaseFacts, dict[str, ObjectFacts]], decided: dict[str, str]
) -> Iterator[RetentionRow]:
    case, objects = facts
    whole = due_of_case(profile, case, objects.values())
    yield _row(objid, "", facts_text(case, objects.values()), whole, decided)
    for item, thing in objects.items():
        if thing.recording:
            # Kept with the case: the day is the case's, and the row waits for rules under which it has its own.
            due = due_of_object(profile, case, thing) or whole
            yield _row(objid, item, facts_text(case, [thing]), due, decided)


def _row(objid: str, item: str, facts: str, due: Due, decided: dict[str, str]) -> RetentionRow:
    computed = due.never or (due.day.isoformat() if due.day else "unknown")
    by_people = decided.get(item, "")
    return RetentionRow(objid, item, facts, due.rule, computed, by_people, due_day(computed, by_people))


def strictest_due(home: Home, connection: Connection, row: RetentionRow) -> tuple[str | None, Due]:
    """The day of a row computed now, by the rules in force and by those written down since: the later counts.

    Returns the first day on which it may go (None: never) and the calculation that decided.
    """
    case_rows = retention_index.rows_of(connection, row.objid)
    case_facts = case_rows[0].facts if case_rows else row.facts
    in_force = rules_in_force(home, connection)
    dues = [calculate(rules.profile, row, case_facts) for rules in (in_force, rules_now(home)) if rules]
    worst = max(dues, key=lambda due: (due.day is None, due.day or date.min))
    computed = worst.never or (worst.day.isoformat() if worst.day else "unknown")
    return due_day(computed, row.decided), worst
