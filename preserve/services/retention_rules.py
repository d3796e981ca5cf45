"""Retention rules: what the profile as it is now would change, and that it is put in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from preserve.administration.duties import Duty
from preserve.administration.retention import rule_changes
from preserve.administration.retention.rule_changes import Change
from preserve.administration.retention.rules_in_force import rules_now
from preserve.data_management import retention_index
from preserve.errors import Changed
from preserve.services.operation import command, query
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """Rules that were put in force: since when, by whom, and the digest of their text."""

    since: str
    actor: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """What the profile as it is now changes: how many rows were computed, how many change in which way, the first.

    `applied` where it was put in force now; `in_force` are all rules that ever were, oldest first.
    """

    applied: bool
    before_sha256: str
    after_sha256: str
    rows: int
    counts: dict[str, int]
    listed: tuple[Change, ...]
    in_force: tuple[RulesInForce, ...]


def _changes(changes: rule_changes.Changes, applied: bool, known: Iterable[retention_index.InForce]) -> RuleChanges:
    return RuleChanges(
        applied,
        changes.before_sha256,
        changes.after_sha256,
        changes.rows,
        changes.counts,
        changes.listed,
        tuple(RulesInForce(rules.since, rules.actor, rules.sha256) for rules in known),
    )


@query("retention.changes", duty=(Duty.FIND, Duty.REPORT))
def changes(session: Session) -> RuleChanges:
    """What the profile as it is now would change."""
    with session.archive.catalogue.read() as connection:
        previewed = rule_changes.preview(session.home, connection)
        return _changes(previewed, False, retention_index.rules_in_force(connection))


@command("retention.put_in_force", duty=Duty.DECIDE, subject="seen", confirmed=True)
def put_in_force(session: Session, *, seen: str = "") -> RuleChanges:
    """The head puts the profile as it is now in force; every day is computed again. Raises Refused where it is.

    `seen` is the digest of the profile whose changes were looked at: Changed where it is another by now.
    """
    archive = session.archive
    if seen and seen != rules_now(session.home).sha256:
        raise Changed("retention.rules-changed", seen[:16])
    with archive.catalogue.begin() as connection:
        applied = rule_changes.apply(archive.home, connection, actor=session.person.account, moment=archive.now())
        return _changes(applied, True, retention_index.rules_in_force(connection))
