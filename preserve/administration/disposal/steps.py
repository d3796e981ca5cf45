"""The steps by people: proposed, checked by two, approved; after it was carried out signed by two supervisors."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve import kept_records
from preserve.administration.actor import Actor
from preserve.administration.appraisal.model import Review
from preserve.administration.appraisal.steps import REVIEWS
from preserve.administration.disposal.model import Disposal, Entry, Signature
from preserve.administration.disposal.register import as_paper, names_in
from preserve.administration.disposal.rules import obstacles
from preserve.administration.disposal.tombstones import tombstones_of
from preserve.administration.duties import Duty
from preserve.administration.proceedings import Proceeding, step
from preserve.administration.retention import rules_in_force
from preserve.clock import stamp
from preserve.data_management import ledger, proceedings
from preserve.data_management.archive import Archive
from preserve.errors import Conflict, NotFound, NotIntact, NotPermitted, Refused, UsageError
from preserve.home import Home
from storage_adapters.durable import write_file

# Proposer, the two who check the register, and head are four people. It stays proposed with the first of the two. After
# it was carried out two supervisors (监销人) sign that they saw it: neither who proposed it nor who carried it out.
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
        step("witnessed", "executed", "executed witnessed", Duty.SUPERVISE, apart_from="proposer executor witness"),
        step("withdrawn", "proposed supervised approved", "", Duty.DISPOSE, Duty.SUPERVISE, Duty.DECIDE),
    ),
    hands=lambda disposal: {
        "proposer": [disposal.proposed.by],
        "supervisor": [signature.by for signature in disposal.supervisors],
        "executor": [disposal.begun.by] if disposal.begun else [],
        "witness": [signature.by for signature in disposal.witnesses],
    },
    same_hands=dict.fromkeys(("proposer", "supervisor", "executor", "witness"), "disposal.same-hands"),
)


def propose(
    actor: Actor, review_number: str, *, rows: Collection[int] = (), reason: str = ""
) -> tuple[Disposal, list[Finding]]:
    """Propose to destroy what an approved appraisal says; returns it, and what was left out and why.

    Raises Refused where nothing may go, or where one of the named `rows` may not.
    """
    home, moment = actor.home, actor.now()
    with actor.catalogue.begin() as connection:
        review = REVIEWS.read(connection, home, review_number)
        entries, findings = _entries(actor.archive, connection, review, rows, reason.strip())
        if not entries or (rows and findings):
            raise Refused("disposal.nothing-may-go", review_number, findings=findings)
        assert review.approval is not None
        disposal = Disposal(
            number=DISPOSALS.new_number(home, connection, moment),
            state="proposed",
            step=1,
            review=review_number,
            appraised=review.approval.when,
            entries=tuple(entries),
            proposed=Signature(by=actor.account, when=stamp(moment), note=reason.strip()),
        )
        register = as_paper(home, disposal, moment, names=names_in(connection))
        write_file(register_file(home, disposal.number), register, durable=True, mode=0o640)
        kept_records.keep(register_file(home, disposal.number), changes=True)
        disposal = disposal.model_copy(update={"register_sha256": hashlib.sha256(register).hexdigest()})
        cases = list(dict.fromkeys(entry.item.objid for entry in entries))
        _refuse_own_releases(connection, cases, actor.account)
        details = {"about": actor.account, "cases": cases, "register_sha256": disposal.register_sha256}
        DISPOSALS.open(connection, home, disposal, actor=actor.account, moment=moment, details=details)
    return disposal, findings


Which = Literal["proposed", "executed", "signed"]
WHICH: tuple[Which, ...] = get_args(Which)
"""The registers of a disposal: as it was proposed, with what was done, with the supervisors' signatures."""


def kept_register(home: Home, disposal: Disposal, which: Which) -> tuple[str, bytes]:
    """Digest and bytes of a register as it is kept. Raises NotFound where there is none yet, NotIntact."""
    digests = (disposal.register_sha256, disposal.final_sha256, disposal.signed_sha256)
    wanted = dict(zip(WHICH, digests, strict=True))[which]
    if not wanted:
        raise NotFound("disposal.no-register", disposal.number)
    path = register_file(home, disposal.number, which)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotIntact("proceeding.record-gone", str(path), reason=error.strerror or str(error)) from error
    if hashlib.sha256(data).hexdigest() != wanted:
        raise NotIntact("proceeding.record-altered", str(path))
    return wanted, data


def register_file(home: Home, number: str, what: Which = "proposed") -> Path:
    """Where the register of a disposal lies: as it was proposed, with what was done, or signed by its supervisors."""
    return DISPOSALS.folder_of(home, number) / f"register-{what}.pdf"


def _entries(
    archive: Archive, connection: Connection, review: Review, rows: Collection[int], reason: str
) -> tuple[list[Entry], list[Finding]]:
    """What may go of an appraisal, of the named `rows` or of all that it says; and why the rest may not."""
    if review.approval is None:
        raise Conflict("disposal.review-open", review.number)
    outcome = review.approval.outcome
    wanted = sorted(rows) or sorted(row for row, opinion in outcome.items() if opinion.action == "destroy")
    entries: list[Entry] = []
    findings: list[Finding] = []
    for row in wanted:
        in_the_way = list(obstacles(archive.home, connection, review, row, archive.today()))
        findings += in_the_way
        item = review.item(row)
        if in_the_way or item is None:
            continue
        entries.append(Entry(row=len(entries) + 1, review_row=row, item=item, reason=reason or outcome[row].why))
    return entries, findings


def _refuse_own_releases(connection: Connection, cases: Collection[str], account: str) -> None:
    """Whoever lifted a hold from a case may not be the one who proposes to destroy it. Raises NotPermitted."""
    for objid in cases:
        for row in proceedings.about_case(connection, "hold", objid, ("released",)):
            if any(entry.actor == account for entry in ledger.about(connection, row.number, "hold.released")):
                raise NotPermitted("disposal.own-release", row.number, account=account)


def supervise(actor: Actor, number: str, *, note: str = "", seen: str = "") -> Disposal:
    """One of two checks the register before it is approved (清册复核). Raises NotPermitted for the same hands twice.

    `seen` is the digest of the record that was looked at, as for the other signatures: Conflict where it is another.
    """
    home, moment = actor.home, actor.now()
    with actor.catalogue.begin() as connection:
        disposal = DISPOSALS.take(connection, home, actor.person, number, "supervised", seen=seen).record
        signature = Signature(by=actor.account, when=stamp(moment), note=note.strip())
        return DISPOSALS.go_on(
            connection,
            home,
            disposal,
            "supervised",
            actor=actor.account,
            moment=moment,
            state="supervised" if disposal.supervisors else "proposed",
            supervisors=(*disposal.supervisors, signature),
        )


def witness(actor: Actor, number: str, *, note: str = "", seen: str = "") -> Disposal:
    """One of two supervisors (监销人) signs that they saw it destroyed; with the second the register is signed.

    Raises NotPermitted for who proposed it, carried it out, or has signed.
    """
    home, moment = actor.home, actor.now()
    with actor.catalogue.begin() as connection:
        disposal = DISPOSALS.take(connection, home, actor.person, number, "witnessed", seen=seen).record
        signature = Signature(by=actor.account, when=stamp(moment), note=note.strip())
        signed = disposal.model_copy(update={"witnesses": (*disposal.witnesses, signature)})
        changes: dict[str, Any] = {"state": "executed", "witnesses": signed.witnesses}
        details: dict[str, str] = {}
        if disposal.witnesses:
            gone = tombstones_of(home, connection, signed)
            register = as_paper(home, signed, moment, gone, names=names_in(connection))
            write_file(register_file(home, number, "signed"), register, durable=True, mode=0o640)
            kept_records.keep(register_file(home, number, "signed"), changes=True)
            details["register_sha256"] = hashlib.sha256(register).hexdigest()
            changes |= {"state": "witnessed", "signed_sha256": details["register_sha256"]}
        return DISPOSALS.go_on(
            connection, home, disposal, "witnessed", actor=actor.account, moment=moment, details=details, **changes
        )


def approve(actor: Actor, number: str, *, note: str = "", seen: str = "") -> Disposal:
    """The head approves; the pause begins. Raises Refused where something stands against one of the items by now."""
    home, moment, today = actor.home, actor.now(), actor.archive.today()
    with actor.catalogue.begin() as connection:
        taking = DISPOSALS.take(connection, home, actor.person, number, "approved", seen=seen)
        disposal = taking.record
        if len({signature.by for signature in disposal.supervisors}) < 2:
            raise NotIntact("disposal.not-decided", number)
        refuse_obstacles(home, connection, disposal, today)
        days = rules_in_force.rules_now(home).profile.appraisal.cooling_days
        not_before = today + timedelta(days=days)
        signature = Signature(
            by=actor.account,
            when=stamp(moment),
            on_behalf_of=taking.on_behalf_of,
            delegation=taking.delegation,
            note=note.strip(),
        )
        details = {
            "not_before": not_before.isoformat(),
            "on_behalf_of": signature.on_behalf_of,
            "delegation": signature.delegation,
        }
        return DISPOSALS.go_on(
            connection,
            home,
            disposal,
            "approved",
            actor=actor.account,
            moment=moment,
            approval=signature,
            not_before=not_before,
            details=details,
        )


def withdraw(actor: Actor, number: str, *, reason: str) -> Disposal:
    """Give a disposal up before it is carried out: proposer, supervisors and head alike may."""
    if not reason.strip():
        raise UsageError("disposal.reason", number)
    home, moment = actor.home, actor.now()
    with actor.catalogue.begin() as connection:
        disposal = DISPOSALS.take(connection, home, actor.person, number, "withdrawn").record
        return DISPOSALS.go_on(
            connection, home, disposal, "withdrawn", actor=actor.account, moment=moment, why_withdrawn=reason.strip()
        )


def refuse_obstacles(home: Home, connection: Connection, disposal: Disposal, today: date) -> None:
    """Raises Refused with everything that stands against any item of it now."""
    review = REVIEWS.read(connection, home, disposal.review)
    findings = [
        finding
        for entry in disposal.entries
        for finding in obstacles(home, connection, review, entry.review_row, today, disposal.number)
    ]
    if findings:
        raise Refused("disposal.stands-against", disposal.number, findings=findings, count=len(findings))
