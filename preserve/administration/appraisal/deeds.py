"""The steps of an appraisal: drawn, appraised by each member, objected to, approved or withdrawn; each by who may."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from preserve.administration.appraisal.gathering import gather
from preserve.administration.appraisal.model import Appraised, Approval, Objection, Opinion, Review, State
from preserve.administration.duties import Duty, allows
from preserve.administration.filing import read_record, write_record
from preserve.administration.people import Person, require
from preserve.administration.retention import keeping
from preserve.clock import stamp, zone
from preserve.data_management import gone, proceedings, retention_index
from preserve.data_management.database import Catalogue
from preserve.errors import NotPermitted, Refused, UsageError
from preserve.home import Home
from preserve.messages import say

STEPS: dict[State, frozenset[State]] = {
    "drawn": frozenset({"appraised", "withdrawn"}),
    "appraised": frozenset({"appraised", "approved", "withdrawn"}),
    "approved": frozenset(),
    "withdrawn": frozenset(),
}
"""From each state to those that may follow. An objection changes no state: it stops one item."""


def draw(home: Home, catalogue: Catalogue, person: Person, until: date, *, moment: datetime, limit: int = 0) -> Review:
    """List everything that is due by a day. Raises Refused where there is nothing, UsageError for a day to come."""
    if until > moment.astimezone(zone(home.settings.time_zone)).date():
        raise UsageError("retention.until-later", until.isoformat())
    with catalogue.begin() as connection:
        require(connection, person, Duty.APPRAISE)
        keeping.enter_missing(home, connection, actor=person.account, moment=moment)
        rules = keeping.rules_in_force(home, connection) or keeping.rules_now(home)
        items = gather(connection, rules.profile, until.isoformat(), limit)
        if not items:
            raise Refused("retention.nothing-due", until.isoformat())
        review = Review(
            number=proceedings.next_number(connection, "review", moment.year), state="drawn", step=1, until=until,
            drawn=stamp(moment), drawn_by=person.account, rules_sha256=rules.sha256,
            group=rules.profile.appraisal.group, items=tuple(items),
        )  # fmt: skip
        _write(connection, home, review, "drawn", person, moment, cases=[one.objid for one in items])
    return review


def appraise(
    home: Home, catalogue: Catalogue, person: Person, number: str, opinions: Mapping[int, Opinion], *,
    moment: datetime,
) -> Review:  # fmt: skip
    """Say what becomes of items; said again, the newer opinion counts. Raises Refused, UsageError."""
    if not opinions:
        raise UsageError("retention.no-opinions", number)
    today = moment.astimezone(zone(home.settings.time_zone)).date()
    with catalogue.begin() as connection:
        require(connection, person, Duty.APPRAISE)
        review = read_review(connection, home, number)
        check_step(review, "appraised", person.account)
        for row, opinion in opinions.items():
            item = review.item(row)
            if item is None:
                raise Refused("retention.item-unknown", number, row=row)
            if (opinion.action == "extend") != (opinion.until is not None):
                raise Refused("retention.extend-until", number, row=row)
            if opinion.until is not None and opinion.until <= today:
                raise Refused("retention.extend-until", number, row=row)
            if opinion.action != "destroy" and not opinion.why.strip():
                raise Refused("retention.why-missing", number, row=row)
        before = next((one.opinions for one in review.appraisals if one.by == person.account), {})
        made = Appraised(by=person.account, when=stamp(moment), opinions={**before, **opinions})
        others = tuple(one for one in review.appraisals if one.by != person.account)
        return _step(connection, home, review, "appraised", "appraised", person, moment, appraisals=(*others, made))


def object_to(
    home: Home, catalogue: Catalogue, person: Person, number: str, row: int, *, reason: str, moment: datetime
) -> Review:
    """Stop an item; anyone who may find the case may object, until its destruction has begun. Raises Refused."""
    if not reason.strip():
        raise UsageError("retention.why-missing", number, row=row)
    with catalogue.begin() as connection:
        require(connection, person, Duty.FIND)
        review = read_review(connection, home, number)
        if review.state == "withdrawn":
            raise Refused(
                "retention.step-wrong",
                number,
                state=say(f"retention.state-{review.state}"),
                step=say("retention.state-objected"),
            )
        item = review.item(row)
        if item is None:
            raise Refused("retention.item-unknown", number, row=row)
        for one in gone.of_case(connection, item.objid):
            if one.item in ("", item.item):
                raise Refused("storage.destroyed", item.case_number, disposal=one.disposal, when=one.since[:10])
        made = Objection(by=person.account, when=stamp(moment), row=row, reason=reason.strip())
        return _step(
            connection, home, review, review.state, "objected", person, moment,
            objections=(*review.objections, made), details={"row": row},
        )  # fmt: skip


def approve(
    home: Home, catalogue: Catalogue, person: Person, number: str, *, reason: str = "", moment: datetime
) -> Review:  # fmt: skip
    """The head approves what the group agreed on; extensions hold from now on. Items not agreed on stay as they are.

    Raises NotPermitted for one of the group, Refused where nothing is agreed.
    """
    with catalogue.begin() as connection:
        require(connection, person, Duty.DECIDE)
        review = read_review(connection, home, number)
        own = allows(person.roles, Duty.DECIDE)
        behalf = "" if own else person.deputy_of
        check_step(review, "approved", person.account, behalf)
        outcome = review.agreed()
        if not outcome:
            raise Refused("retention.nothing-agreed", number, group=review.group)
        made = Approval(
            by=person.account, on_behalf_of=behalf, delegation="" if own else person.delegation, when=stamp(moment),
            reason=reason.strip(), outcome=outcome,
        )  # fmt: skip
        for row, opinion in outcome.items():
            item = review.item(row)
            assert item is not None
            if opinion.action == "permanent" or opinion.until is not None:
                day = (opinion.until + timedelta(days=1)).isoformat() if opinion.until else "permanent"
                retention_index.decide(
                    connection, item.objid, item.item, day, review=number, actor=person.account, moment=moment
                )
        counts = {action: sum(one.action == action for one in outcome.values()) for action in
                  ("destroy", "extend", "transfer", "permanent")}  # fmt: skip
        return _step(
            connection, home, review, "approved", "approved", person, moment, approval=made,
            details={"outcome": counts, "on_behalf_of": behalf, "delegation": made.delegation},
        )  # fmt: skip


def withdraw(home: Home, catalogue: Catalogue, person: Person, number: str, *, reason: str, moment: datetime) -> Review:
    """Give an appraisal up before it is approved."""
    if not reason.strip():
        raise UsageError("retention.why-missing", number, row=0)
    with catalogue.begin() as connection:
        require(connection, person, Duty.APPRAISE)
        review = read_review(connection, home, number)
        check_step(review, "withdrawn", person.account)
        return _step(connection, home, review, "withdrawn", "withdrawn", person, moment, why_withdrawn=reason.strip())


def check_step(review: Review, to: State, account: str, on_behalf_of: str = "") -> None:
    """Raises Refused for a step that may not follow, NotPermitted where one of the group would approve."""
    if to not in STEPS[review.state]:
        raise Refused(
            "retention.step-wrong", review.number, state=say(f"retention.state-{review.state}"),
            step=say(f"retention.state-{to}"),
        )  # fmt: skip
    if to == "approved":
        hands = {account, on_behalf_of} - {""}
        if hands & {one.by for one in review.appraisals}:
            raise NotPermitted("retention.own-opinion", review.number, account=account)


def read_review(connection: Connection, home: Home, number: str) -> Review:
    """An appraisal as its last record says. Raises Refused, NotIntact where the record is not the one in the ledger."""
    row = proceedings.read_row(connection, number)
    if row is None or row.kind != "review":
        raise Refused("retention.review-unknown", number)
    return read_record(home.store / "appraisals" / number / f"{row.steps:04d}.json", row.sha256, Review)


def _step(
    connection: Connection, home: Home, review: Review, state: State, deed: str, person: Person, moment: datetime, *,
    details: Mapping[str, Any] | None = None, **changes: Any,
) -> Review:  # fmt: skip
    stepped = review.model_copy(update={"state": state, "step": review.step + 1, **changes})
    _write(connection, home, stepped, deed, person, moment, **(details or {}))
    return stepped


def _write(
    connection: Connection, home: Home, review: Review, deed: str, person: Person, moment: datetime, **more: Any
) -> None:
    sha256 = write_record(home.store / "appraisals" / review.number / f"{review.step:04d}.json", review)
    details = {"state": review.state, "step": review.step, "sha256": sha256, **more}
    proceedings.add_step(connection, "review", review.number, deed, details, actor=person.account, moment=moment)
