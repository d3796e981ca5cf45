"""The steps before anything is destroyed: proposed, supervised by two, approved, withdrawn; each by somebody else."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.administration.appraisal.steps import REVIEWS
from preserve.administration.disposal.model import Disposal, Entry, Signature
from preserve.administration.disposal.register import as_paper
from preserve.administration.disposal.rules import against
from preserve.administration.duties import Duty
from preserve.administration.people import Person, require
from preserve.administration.proceedings import Proceeding, step
from preserve.administration.retention import rules_in_force
from preserve.clock import stamp, zone
from preserve.data_management import ledger, proceedings
from preserve.data_management.database import Catalogue
from preserve.errors import NotIntact, NotPermitted, Refused, UsageError
from preserve.home import Home
from storage_adapters.durable import write_file

# Proposer, two supervisors and head are four people. It stays proposed with the first of the two supervisors.
DISPOSALS = Proceeding(
    kind="disposal",
    folder="disposals",
    model=Disposal,
    words="disposal.state",
    unknown="disposal.unknown",
    wrong_step="disposal.step-wrong",
    steps=(
        step("supervised", "proposed", "proposed supervised", Duty.SUPERVISE, apart_from="proposer supervisor"),
        step("approved", "supervised", "", Duty.DECIDE, apart_from="proposer supervisor"),
        step("begun", "approved", "executing", Duty.DISPOSE),
        step("confirmed", "executing", "executing", Duty.SUPERVISE),
        step("executed", "executing", "", Duty.DISPOSE),
        step("withdrawn", "proposed supervised approved", "", Duty.DISPOSE, Duty.SUPERVISE, Duty.DECIDE),
    ),
    hands=lambda found: {"proposer": [found.proposed.by], "supervisor": [one.by for one in found.supervisors]},
    same_hands={"proposer": "disposal.same-hands", "supervisor": "disposal.same-hands"},
)


def today_of(home: Home, moment: datetime) -> date:
    """The bureau's day at a moment."""
    return moment.astimezone(zone(home.settings.time_zone)).date()


def propose(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    review_number: str,
    *,
    rows: Collection[int] = (),
    reason: str = "",
    moment: datetime,
) -> tuple[Disposal, list[Finding]]:
    """Propose to destroy what an approved appraisal says; returns it, and what was left out and why.

    Raises Refused where nothing may go, or where one of the named `rows` may not.
    """
    with catalogue.begin() as connection:
        require(connection, person, Duty.DISPOSE)
        review = REVIEWS.read(connection, home, review_number)
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
            number=DISPOSALS.new_number(home, connection, moment),
            state="proposed",
            step=1,
            review=review_number,
            appraised=review.approval.when,
            entries=tuple(entries),
            proposed=Signature(by=person.account, when=stamp(moment), note=reason.strip()),
        )
        paper = as_paper(home, made, moment)
        register = DISPOSALS.folder_of(home, made.number) / "register-proposed.pdf"
        write_file(register, paper, durable=True, mode=0o640)
        made = made.model_copy(update={"register_sha256": hashlib.sha256(paper).hexdigest()})
        cases = list(dict.fromkeys(one.item.objid for one in entries))
        _refuse_own_releases(connection, cases, person.account)
        DISPOSALS.open(
            connection,
            home,
            made,
            actor=person.account,
            moment=moment,
            details={"about": person.account, "cases": cases, "register_sha256": made.register_sha256},
        )
    return made, found


def _refuse_own_releases(connection: Connection, cases: Collection[str], account: str) -> None:
    """Whoever lifted a hold from a case may not be the one who proposes to destroy it. Raises NotPermitted."""
    for objid in cases:
        for row in proceedings.about_case(connection, "hold", objid, ("released",)):
            told = ledger.about(connection, row.number, "hold.released")
            if any(entry.actor == account for entry in told):
                raise NotPermitted("disposal.own-release", row.number, account=account)


def supervise(
    home: Home, catalogue: Catalogue, person: Person, number: str, *, note: str = "", moment: datetime
) -> Disposal:
    """One of two supervisors (监销人) answers for the register. Raises NotPermitted for the same hands twice."""
    with catalogue.begin() as connection:
        found = DISPOSALS.take(connection, home, person, number, "supervised").record
        signed = (*found.supervisors, Signature(by=person.account, when=stamp(moment), note=note.strip()))
        return DISPOSALS.go_on(
            connection,
            home,
            found,
            "supervised",
            actor=person.account,
            moment=moment,
            state="supervised" if found.supervisors else "proposed",
            supervisors=signed,
        )


def approve(
    home: Home, catalogue: Catalogue, person: Person, number: str, *, note: str = "", moment: datetime
) -> Disposal:
    """The head approves; the pause begins. Raises Refused where something stands against one of the items by now."""
    with catalogue.begin() as connection:
        taking = DISPOSALS.take(connection, home, person, number, "approved")
        found = taking.record
        if len({one.by for one in found.supervisors}) < 2:
            raise NotIntact("disposal.not-decided", number)
        refuse_what_stands_against(home, connection, found, today_of(home, moment))
        days = rules_in_force.rules_now(home).profile.appraisal.cooling_days
        not_before = today_of(home, moment) + timedelta(days=days)
        signed = Signature(
            by=person.account,
            when=stamp(moment),
            on_behalf_of=taking.on_behalf_of,
            delegation=taking.delegation,
            note=note.strip(),
        )
        told = {"not_before": not_before.isoformat(), "on_behalf_of": signed.on_behalf_of}
        return DISPOSALS.go_on(
            connection,
            home,
            found,
            "approved",
            actor=person.account,
            moment=moment,
            approval=signed,
            not_before=not_before,
            details={**told, "delegation": signed.delegation},
        )


def withdraw(
    home: Home, catalogue: Catalogue, person: Person, number: str, *, reason: str, moment: datetime
) -> Disposal:
    """Give a disposal up before it is carried out: proposer, supervisors and head alike may."""
    if not reason.strip():
        raise UsageError("disposal.reason", number)
    with catalogue.begin() as connection:
        found = DISPOSALS.take(connection, home, person, number, "withdrawn").record
        return DISPOSALS.go_on(
            connection, home, found, "withdrawn", actor=person.account, moment=moment, why_withdrawn=reason.strip()
        )


def refuse_what_stands_against(home: Home, connection: Connection, found: Disposal, today: date) -> None:
    """Raises Refused with everything that stands against any item of it now."""
    review = REVIEWS.read(connection, home, found.review)
    reasons = [
        one
        for entry in found.entries
        for one in against(home, connection, review, entry.review_row, today, found.number)
    ]
    if reasons:
        raise Refused("disposal.stands-against", found.number, findings=reasons, count=len(reasons))
