"""Discs and drives that only a person can destroy: two see it and say so, one after the other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from preserve.administration.disposal.model import Confirmation, Disposal
from preserve.administration.disposal.removal import Going, told_gone, write_gone
from preserve.administration.disposal.steps import DISPOSALS, today_of
from preserve.administration.people import Person
from preserve.administration.retention import rules_in_force
from preserve.archival_storage.media import require_medium
from preserve.archival_storage.policy import read_policy
from preserve.archival_storage.warrant import warrant_for_disposal
from preserve.clock import stamp
from preserve.data_management import destroyed, holdings
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.errors import NotPermitted, Refused, UsageError
from preserve.home import Home
from storage_adapters.registry import traits_of


def confirm(
    home: Home, catalogue: Catalogue, person: Person, number: str, medium: str, *, how: str, moment: datetime
) -> tuple[Disposal, bool]:
    """Say that a medium was destroyed, and how; with the second person its copies are gone. Returns whether they are.

    Raises Refused while it holds anything that does not go, or where something stands against it now.
    """
    if not how.strip():
        raise UsageError("disposal.how", medium)
    with catalogue.begin() as connection:
        found = DISPOSALS.take(connection, home, person, number, "confirmed").record
        row = require_medium(connection, medium)
        mine, rest = _check(home, connection, found, row, moment)
        before = [one for one in found.confirmations if one.medium == row.id]
        if any(one.by == person.account for one in before):
            raise NotPermitted("disposal.same-hands", number, account=person.account)
        made = Confirmation(medium=row.id, label=row.label, by=person.account, when=stamp(moment), how=how.strip())
        stepped = DISPOSALS.go_on(
            connection,
            home,
            found,
            "confirmed",
            actor=person.account,
            moment=moment,
            details={"medium": row.id},
            confirmations=(*found.confirmations, made),
        )
        if not before:
            return stepped, False
        # What was retired there went with it: a later disposal need not ask for the same medium again.
        for going, copy in (*mine, *rest):
            detail = f"{before[0].by}, {person.account}"
            write_gone(connection, going, copy, "destroyed", detail, actor=person.account, moment=moment)
        holdings.change_medium(connection, row.id, actor=person.account, moment=moment, state="retired", why=number)
    return stepped, True


def _check(
    home: Home, connection: Connection, found: Disposal, row: MediumRow, moment: datetime
) -> tuple[list[tuple[Going, CopyRow]], list[tuple[Going, CopyRow]]]:
    """The copies of this disposal on a medium that may be destroyed whole, and those there that count nowhere.

    Raises Refused.
    """
    if not traits_of(row.kind).removable:
        raise Refused("disposal.not-physical", row.label)
    minutes = rules_in_force.rules_now(home).profile.appraisal.warrant_minutes
    profile = read_policy(home.profiles)
    mine, rest, others = [], [], []
    holdings.require_on(connection, row.id)
    for copy in holdings.copies_on(connection, row.id):
        if copy.state == "planned" or (copy.name, copy.medium) in told_gone(connection, copy.objid):
            continue
        lost = [one for one in destroyed.of_case(connection, copy.objid) if one.disposal == found.number]
        one = lost[-1] if lost else None
        if one is None or one.state != "begun":
            # What was retired or lost there counts nowhere: destroying it takes nothing that anybody relies on.
            if copy.state not in ("retired", "lost"):
                others.append(copy.name)
            names = (copy.name,)
            rest.append((Going(found.number, copy.objid, "", names, "", today_of(home, moment), minutes), copy))
            continue
        going = Going(found.number, copy.objid, one.item, (copy.name,), "", today_of(home, moment), minutes)
        # Asks whether anything stands against it by now, and that a version without the part is whole elsewhere.
        warrant_for_disposal(
            connection,
            profile,
            found.number,
            copy.objid,
            one.item,
            copy.name,
            row.id,
            today=going.today,
            minutes=minutes,
            overwrite=False,
        )
        mine.append((going, copy))
    if others:
        raise Refused("disposal.medium-holds-others", row.label, count=len(others), first=others[0])
    if not mine:
        raise Refused("disposal.not-on-medium", row.label, number=found.number)
    return mine, rest
