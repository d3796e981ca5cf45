"""Gathers a history: packages, ledger and audits, in the order of time, in one view of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.access.case_history.events import find_object, read_events
from preserve.access.case_history.model import Happening, History
from preserve.archival_storage.policy import read_policy, standing
from preserve.clock import stamp
from preserve.data_management import (
    audit_records,
    both_logs,
    cases,
    checkpoints,
    destroyed,
    holdings,
    ledger,
    looks,
    looks_sealing,
    versions,
)
from preserve.data_management.audit_records import Record
from preserve.data_management.holdings import MEDIUM_CHANGED
from preserve.data_management.ledger import Entry
from preserve.data_management.ledger_keys import has_sealer
from preserve.data_management.proof import verify_ledger, verify_looks
from preserve.home import Home

_OF_THE_MEDIUM = frozenset({"place", "custodian", "state", "location"})
"""What becomes of a medium that matters to what lies on it."""

_NUMBERED = re.compile(r"\d{4}-\d{4,}$")

_OUTCOMES = {"intact": "success", "damaged": "fail", "not-checked": "warning"}


def entries_about(connection: Connection, objid: str, names: Iterable[str], size: int) -> list[Entry]:
    """Every entry among the first `size` that names the case, is about a request for it, or moves a medium of it.

    And every look that is signed. `names` are what people call it: an attempt that was not permitted stands under the
    words that were typed.
    """
    found = _by_reference([*ledger.naming(connection, objid), *looks.naming(connection, objid)])
    for name in filter(None, names):
        found |= _by_reference(both_logs.about(connection, name))
    # A request, a transfer, a list of disposal: what names the case once is followed to its end by its number.
    numbers = {(entry.subject, _family(entry.action)) for entry in found.values() if _NUMBERED.search(entry.subject)}
    media = {row.medium for row in holdings.copies_of(connection, objid)}
    first: dict[str, int] = {}
    for entry in _of_ledger(found.values()):
        if entry.details.get("medium") in media:
            first.setdefault(entry.details["medium"], entry.number)
    for subject, family in sorted(numbers):
        alike = [entry for entry in both_logs.about(connection, subject) if _family(entry.action) == family]
        packed = {entry.details.get("dip", "") for entry in alike} - {""}
        alike += [entry for one in sorted(packed) for entry in both_logs.about(connection, one)]
        found |= _by_reference(alike)
    for medium, since in first.items():
        for entry in ledger.about(connection, medium):
            changed = entry.details if entry.action == MEDIUM_CHANGED else {}
            if entry.number > since and _OF_THE_MEDIUM & changed.keys():
                found[entry.reference] = entry
    signed = looks_sealing.newest(connection)
    within = {Entry.log: size, looks.LOG: signed.size if signed else 0}
    entries = sorted(found.values(), key=lambda entry: (entry.log, entry.number))
    return [entry for entry in entries if entry.number <= within[entry.log]]


def _by_reference(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {entry.reference: entry for entry in entries}


def _of_ledger(entries: Iterable[Entry]) -> list[Entry]:
    """Those of the ledger, oldest first."""
    return sorted((entry for entry in entries if entry.log == Entry.log), key=lambda entry: entry.number)


def _family(action: str) -> str:
    """`request` of `request.opened` and of `request-record.viewed`."""
    return re.split(r"[.-]", action, maxsplit=1)[0]


def gather(
    home: Home, connection: Connection, objid: str, name: str, moment: datetime, *, contents: bool
) -> tuple[History, list[Entry]]:
    """The history of a case, or of the object `name` in it, and the entries of the ledger it rests on.

    Only what the newest checkpoint covers is told. Raises Refused where there is no such object.
    """
    row = cases.read(connection, objid)
    packages = tuple(version.name for version in versions.of_case(connection, objid))
    subject, related = find_object(connection, objid, name) if name else (None, frozenset())
    made = checkpoints.newest(connection)
    assert made is not None, "an archive begins with an entry"
    trusted = verify_ledger.trusted_keys(home.keys / "ledger.pub")
    report = verify_ledger.prove(connection, home.store / "ledger", trusted, waits=has_sealer(home))
    findings = [*report.findings, *_looks_proven(home, connection)]
    entries = entries_about(connection, objid, (row.case_number, row.archival_number), made.size)
    held = {copy.name for copy in holdings.copies_of(connection, objid) if copy.state != "retired"}
    given_up = [package for package in packages if package not in held]
    told = list(read_events(home, connection, packages, related, findings, given_up))
    told += [_deed(entry) for entry in entries]
    checks = [check for package in packages for check in audit_records.of_package(home.store, package)]
    own = [check for check in checks if not check.path or subject is None or check.path.endswith(_tail(subject.path))]
    told += [_check(check) for check in own]
    media = {medium.id: medium for medium in holdings.all_media(connection)}
    copies = [(copy, media.get(copy.medium)) for copy in holdings.copies_of(connection, objid)]
    whole = [check for check in checks if not check.path and check.outcome == "intact"]
    newest = max((int(package.rpartition("_v")[2]) for package in packages), default=0)
    history = History(
        objid=objid,
        case_number=row.case_number,
        archival_number=row.archival_number,
        title=row.title if contents else "",
        packages=packages,
        subject=subject,
        contents=contents,
        happenings=tuple(_without_contents(_in_order(told), contents)),
        copies=tuple(pair for pair in copies if pair[0].state != "retired"),
        missing=standing(connection, objid, newest, read_policy(home.profiles)).missing,
        last=whole[-1] if whole else None,
        gone=tuple(destroyed.of_case(connection, objid, whole=True)),
        listings=_listings(connection, row.case_number, entries, made.size),
        entries=report.entries,
        checkpoint=made,
        key=made.key,
        findings=tuple(findings),
        moment=moment,
    )
    return history, entries


def _looks_proven(home: Home, connection: Connection) -> tuple[Finding, ...]:
    """What stands against the log of looks."""
    public = verify_ledger.trusted_keys(home.keys / "ledger.pub")
    return verify_looks.prove(connection, home.store / "ledger", public, waits=has_sealer(home)).findings


def _tail(path: str) -> str:
    return path.rpartition("/")[2]


def _deed(entry: Entry) -> Happening:
    details = entry.details
    bad = entry.action in ("access.denied", "copy.not-repaired", "ingest.refused") or details.get("whole") is False
    bad = bad or details.get("state") in ("suspect", "lost")
    return Happening(
        entry.time,
        "ledger",
        entry.actor,
        entry.action,
        "fail" if bad else "success",
        entry.reference,
        details={**details, "subject": entry.subject},
    )


def _check(check: Record) -> Happening:
    details = {
        "name": check.copy,
        "medium": check.medium,
        "path": check.path,
        "reason": check.reason,
        "files": check.files,
        "bytes": check.bytes,
        "checks": check.checks,
    }
    return Happening(
        stamp(check.when), "audit", "", check.outcome, _OUTCOMES[check.outcome], check.run, check.detail, details
    )


def _in_order(happenings: Iterable[Happening]) -> list[Happening]:
    """By time; within a second the package's events before the ledger's, these before looks, entries by number."""
    rank = {"package": 0, "ledger": 1, "audit": 2}

    def key(happening: Happening) -> tuple[str, float, int, str]:
        number = int(happening.reference.rpartition("/")[2]) if happening.source == "ledger" else 0
        looked = happening.reference.startswith(f"{looks.LOG}/")
        return happening.when, rank[happening.source] + looked / 2, number, happening.reference

    return sorted(happenings, key=key)


def _without_contents(happenings: Iterable[Happening], contents: bool) -> Iterator[Happening]:
    """For a reader who may see deeds and no content: what the packages say, and names of files, are left out."""
    for one in happenings:
        if contents or one.source == "ledger":
            yield one
        else:
            details = None if one.details is None else {**one.details, "path": ""}
            yield Happening(one.when, one.source, one.who, one.code, one.outcome, one.reference, "", details)


def _listings(connection: Connection, case_number: str, entries: list[Entry], size: int) -> int:
    """How often a list that the case stood in was shown; earlier releases listed all cases, and named no range."""
    registered = next((entry for entry in entries if entry.action == "case.registered"), None)
    if registered is None:
        return 0
    before = ledger.count_listings(connection, "catalogue.listed", case_number, registered.number, size)
    signed = looks_sealing.newest(connection)
    upto = signed.size if signed else 0
    return before + looks.count_listings(connection, "catalogue.listed", case_number, registered.time, upto)
