"""Discs and drives that only a person can destroy: two see it and say so, one after the other."""

from __future__ import annotations

from sqlalchemy import Connection

from preserve.administration.actor import Actor
from preserve.administration.disposal.model import Confirmation, Disposal
from preserve.administration.disposal.removal import Going, copies_destroyed, write_gone
from preserve.administration.disposal.steps import DISPOSALS
from preserve.administration.retention import rules_in_force
from preserve.archival_storage.media import require_medium
from preserve.archival_storage.policy import read_policy
from preserve.archival_storage.warrant import warrant_for_disposal
from preserve.clock import stamp
from preserve.data_management import destroyed, holdings
from preserve.data_management.archive import Archive
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.errors import NotFound, NotPermitted, Refused, UsageError
from preserve.home import Home
from storage_adapters.registry import traits_of


def confirm(actor: Actor, number: str, medium: str, *, how: str) -> tuple[Disposal, bool]:
    """Say that a medium was destroyed, and how; with the second person its copies are gone. Returns whether they are.

    Raises Refused while it holds anything that does not go, or where something stands against it now.
    """
    if not how.strip():
        raise UsageError("disposal.how", medium)
    moment, account = actor.now(), actor.account
    with actor.catalogue.begin() as connection:
        disposal = DISPOSALS.take(connection, actor.home, actor.person, number, "confirmed").record
        row = require_medium(connection, medium)
        copies = _copies_that_go(actor.archive, connection, disposal, row)
        before = [confirmation for confirmation in disposal.confirmations if confirmation.medium == row.id]
        if any(confirmation.by == account for confirmation in before):
            raise NotPermitted("disposal.same-hands", number, account=account)
        confirmation = Confirmation(medium=row.id, label=row.label, by=account, when=stamp(moment), how=how.strip())
        stepped = DISPOSALS.go_on(
            connection,
            actor.home,
            disposal,
            "confirmed",
            actor=account,
            moment=moment,
            details={"medium": row.id},
            confirmations=(*disposal.confirmations, confirmation),
        )
        if not before:
            return stepped, False
        for going, copy in copies:
            detail = f"{before[0].by}, {account}"
            write_gone(connection, going, copy, "destroyed", detail, actor=account, moment=moment)
        holdings.change_medium(connection, row.id, actor=account, moment=moment, state="retired", why=number)
    return stepped, True


def _copies_that_go(
    archive: Archive, connection: Connection, disposal: Disposal, medium: MediumRow
) -> list[tuple[Going, CopyRow]]:
    """The copies of this disposal on a medium that may be destroyed whole, then those there that count nowhere.

    What was retired there goes with it: a later disposal need not ask for the same medium again. Raises Refused.
    """
    if not traits_of(medium.kind).removable:
        raise Refused("disposal.not-physical", medium.label)
    minutes = rules_in_force.rules_now(archive.home).profile.appraisal.warrant_minutes
    own, uncounted, others = [], [], []
    holdings.require_on(connection, medium.id)
    for copy in holdings.copies_on(connection, medium.id):
        if copy.state == "planned" or (copy.name, copy.medium) in copies_destroyed(connection, copy.objid):
            continue
        gone = [row for row in destroyed.of_case(connection, copy.objid) if row.disposal == disposal.number]
        begun = gone[-1] if gone and gone[-1].state == "begun" else None
        item = begun.item if begun else ""
        going = Going(disposal.number, copy.objid, item, archive.today(), minutes, (copy.name,), "")
        if begun:
            _ask_for_warrant(archive.home, connection, going, medium)
            own.append((going, copy))
            continue
        # What was retired or lost there counts nowhere: destroying it takes nothing that anybody relies on.
        if copy.state not in ("retired", "lost"):
            others.append(copy.name)
        uncounted.append((going, copy))
    if others:
        raise Refused("disposal.medium-holds-others", medium.label, count=len(others), first=others[0])
    if not own:
        raise NotFound("disposal.not-on-medium", medium.label, number=disposal.number)
    return own + uncounted


def _ask_for_warrant(home: Home, connection: Connection, going: Going, medium: MediumRow) -> None:
    """Raises Refused where something stands against it by now, or a version without the part is not whole elsewhere."""
    warrant_for_disposal(connection, read_policy(home.profiles), going, going.names[0], medium.id)
