"""What a person is told at login: what was done with their account since, and who may decide beside them.

A security administrator can give anybody a new password, another user of the system or the head's role. The ledger
tells of it; here whom it concerns is told too, without having to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.administration.duties import Role
from preserve.clock import stamp
from preserve.data_management import accounts, ledger, logins

_TOLD_FOR = timedelta(days=90)  # longer than a leave: a login in between, of whoever it was, hides nothing


def news(connection: Connection, name: str, moment: datetime) -> tuple[Finding, ...]:
    """What this account is told after the login that its newest entry is. Raises NotIntact as `read_account` does."""
    row = accounts.read_account(connection, name)
    if row is None:
        return ()
    since = stamp(moment - _TOLD_FOR)
    found = [*_own(connection, name, since)]
    if {Role.HEAD.value, Role.AUDITOR.value} & set(row.roles):
        found += _heads(connection, name, since)
    return tuple(found)


def _own(connection: Connection, name: str, since: str) -> Iterator[Finding]:
    entries = ledger.about(
        connection, name, logins.LOGGED_IN, logins.LOGIN_REFUSED, logins.PASSWORD_RESET, accounts.CHANGED
    )
    logins_before = [entry for entry in entries if entry.action == logins.LOGGED_IN][:-1]
    if logins_before:
        yield Finding("people.last-login", name, "note", {"when": logins_before[-1].time})
    last = logins_before[-1].number if logins_before else 0
    if tries := sum(entry.action == logins.LOGIN_REFUSED and entry.number > last for entry in entries):
        yield Finding("people.tries-since", name, "warning", {"count": tries})
    for entry in entries:
        if entry.time >= since and entry.action == logins.PASSWORD_RESET:
            yield Finding("people.was-reset", name, "warning", {"by": entry.actor, "when": entry.time})
        elif entry.time >= since and entry.action == accounts.CHANGED:
            for what in sorted(entry.details):
                code = f"people.was-changed-{what.replace('_', '-')}"
                yield Finding(code, name, "warning", {"by": entry.actor, "when": entry.time})


def _heads(connection: Connection, name: str, since: str) -> Iterator[Finding]:
    """Who else was made a head lately: what a head or an auditor must know of."""
    for action in (accounts.ADDED, accounts.CHANGED):
        for entry in ledger.of_action(connection, action):
            is_head = Role.HEAD.value in entry.details.get("roles", ())
            if is_head and entry.time >= since and entry.subject != name:
                values = {"by": entry.actor, "when": entry.time}
                yield Finding("people.new-head", entry.subject, "warning", values)
