"""Retention rules: what the profile as it is now would change, and that it is put in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from preserve.administration.duties import Duty
from preserve.administration.retention import rule_changes, rule_writing
from preserve.administration.retention.profile import Event, RetentionClass, RetentionProfile
from preserve.administration.retention.rule_changes import Change
from preserve.administration.retention.rule_writing import Numbers
from preserve.administration.retention.rules_in_force import applicable_rules, rules_now
from preserve.administration.retention.wording import basis, rule_name
from preserve.data_management import cases, ledger, retention_index
from preserve.errors import Changed
from preserve.services.operation import command, job, query
from preserve.services.runs import Runs
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """Rules that were put in force: since when, by whom, and the digest of their text."""

    since: str
    actor: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who wrote the numbers that are written now, when and why."""

    by: str
    when: str
    reason: str


@dataclass(frozen=True, slots=True)
class RuleShown:
    """One class: to what it applies, from which events it counts, on what basis; label and basis are words.

    `before` is what is in force, `after` what is written now: a number of years, `permanent`, or empty where there is
    no such class.
    """

    name: str
    label: str
    applies_to: Literal["case", "recording"]
    starts: tuple[Event, ...]
    basis: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """What the profile as it is now changes: how many rows were computed, how many change in which way, the first.

    `applied` where it was put in force now; `in_force` are all rules that ever were, oldest first. `classes` are those
    of both profiles; `case_numbers` by objid and `rule_names` are of what is `listed`. The three numbers are those of
    the profile as it is now: months ahead things are told of, people who appraise, days before a destruction.
    `proposal` is empty where the file was changed by hand.
    """

    applied: bool
    before_sha256: str
    after_sha256: str
    rows: int
    counts: dict[str, int]
    listed: tuple[Change, ...]
    in_force: tuple[RulesInForce, ...]
    classes: tuple[RuleShown, ...]
    case_numbers: dict[str, str]
    rule_names: dict[str, str]
    notice_months: int
    group: int
    cooling_days: int
    proposal: Proposal | None


def _changes(
    connection: Connection,
    changes: rule_changes.Changes,
    profiles: tuple[RetentionProfile, RetentionProfile],
    *,
    applied: bool,
) -> RuleChanges:
    before, after = profiles
    names = cases.names_of(connection, {change.objid for change in changes.listed})
    rules = {rule for change in changes.listed for rule in (change.rule_before, change.rule_after)}
    known = retention_index.rules_in_force(connection)
    return RuleChanges(
        applied,
        changes.before_sha256,
        changes.after_sha256,
        changes.rows,
        changes.counts,
        changes.listed,
        tuple(RulesInForce(one.since, one.actor, one.sha256) for one in known),
        _classes(before, after),
        {objid: name.case_number for objid, name in names.items()},
        {rule: rule_name(after if after.of(rule) else before, rule) for rule in sorted(rules)},
        after.notice.months,
        after.appraisal.group,
        after.appraisal.cooling_days,
        _proposal(connection, changes.after_sha256),
    )


def _proposal(connection: Connection, sha256: str) -> Proposal | None:
    """Who proposed the profile of that digest here; None where it was written in another way."""
    for entry in reversed(ledger.of_action(connection, rule_writing.PROPOSED)):
        if entry.details["sha256"] == sha256:
            return Proposal(entry.actor, entry.time, entry.details["reason"])
    return None


def _classes(before: RetentionProfile, after: RetentionProfile) -> tuple[RuleShown, ...]:
    """Every class of either profile, in the order in which they are written now."""
    names = dict.fromkeys(rule.name for profile in (after, before) for rule in profile.classes)
    shown = []
    for name in names:
        profile = after if after.of(name) else before
        rule = profile.of(name)
        assert rule is not None
        shown.append(
            RuleShown(
                name,
                rule_name(profile, name),
                rule.applies_to,
                rule.starts,
                basis(profile, name),
                _how_long(before.of(name)),
                _how_long(after.of(name)),
            )
        )
    return tuple(shown)


def _how_long(rule: RetentionClass | None) -> str:
    if rule is None:
        return ""
    return "permanent" if rule.permanent else str(rule.years)


@query("retention.changes", duty=(Duty.FIND, Duty.REPORT))
def changes(session: Session) -> RuleChanges:
    """What the profile as it is now would change."""
    with session.archive.catalogue.read() as connection:
        previewed = rule_changes.preview(session.home, connection)
        profiles = applicable_rules(session.home, connection).profile, rules_now(session.home).profile
        return _changes(connection, previewed, profiles, applied=False)


@command("retention.put_in_force", duty=Duty.DECIDE, subject="seen", confirmed=True)
def put_in_force(session: Session, *, seen: str = "") -> RuleChanges:
    """The head puts the profile as it is now in force; every day is computed again. Raises Refused where it is.

    `seen` is the digest of the profile whose changes were looked at: Changed where it is another by now.
    """
    archive = session.archive
    now = rules_now(session.home)
    if seen and seen != now.sha256:
        raise Changed("retention.rules-changed", seen[:16])
    with archive.catalogue.begin() as connection:
        before = applicable_rules(archive.home, connection).profile
        applied = rule_changes.apply(archive.home, connection, actor=session.person.account, moment=archive.now())
        return _changes(connection, applied, (before, now.profile), applied=True)


@dataclass(frozen=True, slots=True)
class RulesProposed:
    """The digest of the profile with the numbers that were proposed; the head puts it in force, or not."""

    sha256: str


# A job, for pages may not write profiles: the process that works on jobs may.
@job("retention.propose", duty=Duty.APPRAISE, runs=Runs("waited", resumes=False))
def propose(
    session: Session,
    *,
    years: Mapping[str, int],
    notice_months: int = 0,
    group: int = 0,
    cooling_days: int = 0,
    reason: str,
    seen: str = "",
) -> RulesProposed:
    """Write other numbers into the bureau's own profile: nothing changes until the head puts them in force.

    `years` by the name of a class; 0 leaves a number as it is. Raises Refused for what is below the floor, Changed
    where the profile is not the one of the digest `seen`.
    """
    archive = session.archive
    numbers = Numbers(years, notice_months, group, cooling_days)
    with archive.catalogue.begin() as connection:
        sha256 = rule_writing.propose(
            archive.home,
            connection,
            numbers,
            seen=seen,
            reason=reason,
            actor=session.person.account,
            moment=archive.now(),
        )
    return RulesProposed(sha256)
