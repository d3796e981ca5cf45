"""The steps before anything is destroyed: proposed, supervised by two, approved, withdrawn; each by somebody else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.administration.appraisal.deeds import read_review
from preserve.administration.disposal.model import Disposal, Entry, Signature, State
from preserve.administration.disposal.register import as_paper
from preserve.administration.disposal.rules import against
from preserve.administration.duties import Duty, allows
from preserve.administration.filing import read_record, write_record
from preserve.administration.people import Person, require
from preserve.administration.retention import keeping
from preserve.clock import stamp, zone
from preserve.data_management import ledger, proceedings
from preserve.data_management.database import Catalogue
from preserve.errors import NotPermitted, Refused, UsageError
from preserve.home import Home
from preserve.messages import say
from storage_adapters.durable import write_file

STEPS: dict[State, frozenset[State]] = {
    "proposed": frozenset({"proposed", "supervised", "withdrawn"}),
    "supervised": frozenset({"approved", "withdrawn"}),
    "approved": frozenset({"executing", "withdrawn"}),
    "executing": frozenset({"executing", "executed"}),
    "executed": frozenset(),
    "withdrawn": frozenset(),
}
"""From each state to those that may follow; it stays proposed with the first of two supervisors."""


def today_of(home: Home, moment: datetime) -> date:
    """The bureau's day at a moment."""
    return moment.astimezone(zone(home.settings.time_zone)).date()


def propose(
    home: Home, catalogue: Catalogue, person: Person, review_number: str, *, rows: Collection[int] = (),
    reason: str = "", moment: datetime,
) -> tuple[Disposal, list[Finding]]:  # fmt: skip
    """Propose to destroy what an approved appraisal says; returns it, and what was left out and why.

    Raises Refused where nothing may go, or where one of the named `rows` may not.
    """
    with catalogue.begin() as connection:
        require(connection, person, Duty.DISPOSE)
        review = read_review(connection, home, review_number)
        if review.approval is None:
            raise Refused("disposal.review-open", review_number)
        wanted = sorted(rows) or sorted(row for row, one in review.approval.outcome.items() if one.action == "destroy")
        found: list[Finding] = []
        entries: list[Entry] = []
        for row in wanted:
            reasons = list(against(home, connection, review, row, today_of(home, moment)))
            found += reasons
            item = review.item(row)
            if reasons or item is None:
                continue
            why = reason.strip() or review.approval.outcome[row].why
            entries.append(Entry(row=len(entries) + 1, review_row=row, item=item, reason=why))
        if not entries or (rows and found):
            raise Refused("disposal.nothing-may-go", review_number, findings=found)
        made = Disposal(
            number=proceedings.next_number(connection, "disposal", moment.year), state="proposed", step=1,
            review=review_number, appraised=review.approval.when, entries=tuple(entries),
            proposed=Signature(by=person.account, when=stamp(moment), note=reason.strip()),
        )  # fmt: skip
        paper = as_paper(home, made, moment)
        write_file(folder_of(home, made.number) / "register-proposed.pdf", paper, durable=True, mode=0o640)
        made = made.model_copy(update={"register_sha256": hashlib.sha256(paper).hexdigest()})
        cases = list(dict.fromkeys(one.item.objid for one in entries))
        _refuse_own_releases(connection, cases, person.account)
        _write(
            connection, home, made, "proposed", person.account, moment, about=person.account, cases=cases,
            register_sha256=made.register_sha256,
        )  # fmt: skip
    return made, found


def _refuse_own_releases(connection: Connection, cases: Collection[str], account: str) -> None:
    """Whoever lifted a hold from a case may not be the one who proposes to destroy it. Raises NotPermitted."""
    for objid in cases:
        for row in proceedings.about_case(connection, "hold", objid, ("released",)):
            told = [entry for entry in ledger.about(connection, row.number) if entry.action == "hold.released"]
            if any(json.loads(entry.text)["actor"] == account for entry in told):
                raise NotPermitted("disposal.own-release", row.number, account=account)


def supervise(
    home: Home, catalogue: Catalogue, person: Person, number: str, *, note: str = "", moment: datetime
) -> Disposal:  # fmt: skip
    """One of two supervisors (监销人) answers for the register. Raises NotPermitted for the same hands twice."""
    with catalogue.begin() as connection:
        require(connection, person, Duty.SUPERVISE)
        found = read_disposal(connection, home, number)
        to: State = "supervised" if found.supervisors else "proposed"
        check_step(found, to, person.account)
        signed = (*found.supervisors, Signature(by=person.account, when=stamp(moment), note=note.strip()))
        return _step(connection, home, found, to, "supervised", person, moment, supervisors=signed)


def approve(
    home: Home, catalogue: Catalogue, person: Person, number: str, *, note: str = "", moment: datetime
) -> Disposal:  # fmt: skip
    """The head approves; the pause begins. Raises Refused where something stands against one of the items by now."""
    with catalogue.begin() as connection:
        require(connection, person, Duty.DECIDE)
        found = read_disposal(connection, home, number)
        own = allows(person.roles, Duty.DECIDE)
        behalf = "" if own else person.deputy_of
        check_step(found, "approved", person.account, behalf)
        refuse_what_stands_against(home, connection, found, today_of(home, moment))
        days = keeping.rules_now(home).profile.appraisal.cooling_days
        not_before = today_of(home, moment) + timedelta(days=days)
        signed = Signature(
            by=person.account, when=stamp(moment), on_behalf_of=behalf, delegation="" if own else person.delegation,
            note=note.strip(),
        )  # fmt: skip
        return _step(
            connection, home, found, "approved", "approved", person, moment, approval=signed, not_before=not_before,
            details={"not_before": not_before.isoformat(), "on_behalf_of": behalf, "delegation": signed.delegation},
        )  # fmt: skip


def withdraw(
    home: Home, catalogue: Catalogue, person: Person, number: str, *, reason: str, moment: datetime
) -> Disposal:
    """Give a disposal up before it is carried out: proposer, supervisors and head alike may."""
    if not reason.strip():
        raise UsageError("disposal.reason", number)
    with catalogue.begin() as connection:
        if not person.may(Duty.SUPERVISE) and not person.may(Duty.DECIDE):
            require(connection, person, Duty.DISPOSE)
        found = read_disposal(connection, home, number)
        check_step(found, "withdrawn", person.account)
        return _step(connection, home, found, "withdrawn", "withdrawn", person, moment, why_withdrawn=reason.strip())


def refuse_what_stands_against(home: Home, connection: Connection, found: Disposal, today: date) -> None:
    """Raises Refused with everything that stands against any item of it now."""
    review = read_review(connection, home, found.review)
    reasons = [
        one for entry in found.entries
        for one in against(home, connection, review, entry.review_row, today, found.number)
    ]  # fmt: skip
    if reasons:
        raise Refused("disposal.stands-against", found.number, findings=reasons, count=len(reasons))


def _wrong_step(found: Disposal, to: State) -> Refused:
    state, step_ = say(f"disposal.state-{found.state}"), say(f"disposal.state-{to}")
    return Refused("disposal.step-wrong", found.number, state=state, step=step_)


def check_step(found: Disposal, to: State, account: str, on_behalf_of: str = "") -> None:
    """Raises Refused for a step that may not follow, NotPermitted where one person would be two of the four.

    Proposer, two supervisors and head are four people; a deputy counts as oneself, and as the head as well.
    """
    if to not in STEPS[found.state]:
        raise _wrong_step(found, to)
    hands = {account, on_behalf_of} - {""}
    if to in ("proposed", "supervised", "approved"):
        before = {found.proposed.by, *(one.by for one in found.supervisors)}
        if hands & before:
            raise NotPermitted("disposal.same-hands", found.number, account=account)
    if to == "approved" and len({one.by for one in found.supervisors}) < 2:
        raise _wrong_step(found, to)


def folder_of(home: Home, number: str) -> Path:
    """Where the records of a disposal lie."""
    return home.store / "disposals" / number


def read_disposal(connection: Connection, home: Home, number: str) -> Disposal:
    """A disposal as its last record says. Raises Refused, NotIntact where the record is not the one in the ledger."""
    row = proceedings.read_row(connection, number)
    if row is None or row.kind != "disposal":
        raise Refused("disposal.unknown", number)
    return read_record(folder_of(home, number) / f"{row.steps:04d}.json", row.sha256, Disposal)


def step(
    connection: Connection, home: Home, found: Disposal, state: State, deed: str, actor: str, moment: datetime, *,
    details: dict[str, Any] | None = None, **changes: Any,
) -> Disposal:  # fmt: skip
    """Write the next step down, in the caller's transaction."""
    stepped = found.model_copy(update={"state": state, "step": found.step + 1, **changes})
    _write(connection, home, stepped, deed, actor, moment, **(details or {}))
    return stepped


def _step(
    connection: Connection, home: Home, found: Disposal, state: State, deed: str, person: Person, moment: datetime, *,
    details: dict[str, Any] | None = None, **changes: Any,
) -> Disposal:  # fmt: skip
    return step(connection, home, found, state, deed, person.account, moment, details=details, **changes)


def _write(
    connection: Connection, home: Home, found: Disposal, deed: str, actor: str, moment: datetime, **more: Any
) -> None:
    sha256 = write_record(folder_of(home, found.number) / f"{found.step:04d}.json", found)
    details = {"state": found.state, "step": found.step, "sha256": sha256, **more}
    proceedings.add_step(connection, "disposal", found.number, deed, details, actor=actor, moment=moment)
