"""The steps of an appraisal: drawn, appraised by each member, objected to, approved or withdrawn; each by who may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from preserve.administration.actor import Actor
from preserve.administration.appraisal.gathering import gather
from preserve.administration.appraisal.model import ACTIONS, Appraised, Approval, Item, Objection, Opinion, Review
from preserve.administration.duties import Duty
from preserve.administration.proceedings import Proceeding, step
from preserve.administration.retention import rules_in_force
from preserve.archival_storage.packages import require_registered
from preserve.clock import stamp
from preserve.data_management import destroyed, retention_index
from preserve.errors import NotFound, Refused, UsageError

# An objection changes no state: it stops one item. None of the group approves what the group said.
REVIEWS = Proceeding(
    kind="review",
    folder="appraisals",
    model=Review,
    words="retention.state",
    unknown="retention.review-unknown",
    wrong_step="retention.step-wrong",
    steps=(
        step("appraised", "drawn appraised", "", Duty.APPRAISE),
        step("objected", "drawn appraised approved", "=", Duty.FIND),
        step("approved", "appraised", "", Duty.DECIDE, apart_from="group"),
        step("withdrawn", "drawn appraised", "", Duty.APPRAISE),
    ),
    hands=lambda review: {"group": [member.by for member in review.appraisals]},
    same_hands={"group": "retention.own-opinion"},
)


def draw(actor: Actor, until: date, *, limit: int = 0) -> Review:
    """List everything that is due by a day. Raises Refused where there is nothing, UsageError for a day to come."""
    if until > actor.archive.today():
        raise UsageError("retention.until-later", until.isoformat())
    home, moment = actor.home, actor.now()
    with actor.catalogue.begin() as connection:
        rules_in_force.enter_missing(home, connection, actor=actor.account, moment=moment)
        rules = rules_in_force.applicable_rules(home, connection)
        items = gather(connection, rules.profile, until.isoformat(), limit)
        if not items:
            raise Refused("retention.nothing-due", until.isoformat())
        cases = list(dict.fromkeys(item.objid for item in items))
        for objid in cases:
            require_registered(home, connection, objid)
            rules_in_force.require_rows(home, connection, objid)
        review = Review(
            number=REVIEWS.new_number(home, connection, moment),
            state="drawn",
            step=1,
            until=until,
            drawn=stamp(moment),
            drawn_by=actor.account,
            rules_sha256=rules.sha256,
            group=rules.profile.appraisal.group,
            items=tuple(items),
        )
        return REVIEWS.open(connection, home, review, actor=actor.account, moment=moment, details={"cases": cases})


def appraise(actor: Actor, number: str, opinions: Mapping[int, Opinion]) -> Review:
    """Say what becomes of items; said again, the newer opinion counts. Raises Refused, UsageError."""
    if not opinions:
        raise UsageError("retention.no-opinions", number)
    moment = actor.now()
    with actor.catalogue.begin() as connection:
        review = REVIEWS.take(connection, actor.home, actor.person, number, "appraised").record
        for row, opinion in opinions.items():
            _check_opinion(review, row, opinion, actor.archive.today())
        before = next((said.opinions for said in review.appraisals if said.by == actor.account), {})
        own = Appraised(by=actor.account, when=stamp(moment), opinions={**before, **opinions})
        others = tuple(said for said in review.appraisals if said.by != actor.account)
        return REVIEWS.go_on(
            connection, actor.home, review, "appraised", actor=actor.account, moment=moment, appraisals=(*others, own)
        )


def _check_opinion(review: Review, row: int, opinion: Opinion, today: date) -> None:
    """Raises Refused for an item that is not listed, an extension without a day to come, or a missing reason."""
    _item(review, row)
    if (opinion.action == "extend") != (opinion.until is not None):
        raise Refused("retention.extend-until", review.number, row=row)
    if opinion.until is not None and opinion.until <= today:
        raise Refused("retention.extend-until", review.number, row=row)
    if opinion.action != "destroy" and not opinion.why.strip():
        raise Refused("retention.why-missing", review.number, row=row)


def _item(review: Review, row: int) -> Item:
    """The item of that number. Raises Refused where there is none."""
    item = review.item(row)
    if item is None:
        raise NotFound("retention.item-unknown", review.number, row=row)
    return item


def object_to(actor: Actor, number: str, rows: Sequence[int], *, reason: str) -> Review:
    """Stop items; anyone who may find the case may object, until its destruction has begun. Raises Refused.

    Each objection is a step of its own; all of them are taken, or none.
    """
    if not rows:
        raise UsageError("retention.no-item", number)
    if not reason.strip():
        raise UsageError("retention.why-missing", number, row=rows[0])
    moment = actor.now()
    with actor.catalogue.begin() as connection:
        review = REVIEWS.take(connection, actor.home, actor.person, number, "objected").record
        for row in dict.fromkeys(rows):
            item = _item(review, row)
            for gone in destroyed.of_case(connection, item.objid):
                if gone.item in ("", item.item):
                    raise NotFound("storage.destroyed", item.case_number, disposal=gone.disposal, when=gone.since[:10])
            objection = Objection(by=actor.account, when=stamp(moment), row=row, reason=reason.strip())
            review = REVIEWS.go_on(
                connection,
                actor.home,
                review,
                "objected",
                actor=actor.account,
                moment=moment,
                details={"row": row},
                objections=(*review.objections, objection),
            )
        return review


def approve(actor: Actor, number: str, *, reason: str = "", seen: str = "") -> Review:
    """The head approves what the group agreed on; extensions hold from now on. Items not agreed on stay as they are.

    `seen` is the digest of the record that was looked at. Raises NotPermitted for one of the group, Refused where
    nothing is agreed, Conflict where the record is another by now.
    """
    moment = actor.now()
    with actor.catalogue.begin() as connection:
        taking = REVIEWS.take(connection, actor.home, actor.person, number, "approved", seen=seen)
        review = taking.record
        outcome = review.agreed()
        if not outcome:
            raise Refused("retention.nothing-agreed", number, group=review.group)
        approval = Approval(
            by=actor.account,
            on_behalf_of=taking.on_behalf_of,
            delegation=taking.delegation,
            when=stamp(moment),
            reason=reason.strip(),
            outcome=outcome,
        )
        for row, opinion in outcome.items():
            _enter_decision(connection, review, row, opinion, actor.account, moment)
        counts = {name: sum(opinion.action == name for opinion in outcome.values()) for name in ACTIONS}
        details = {"outcome": counts, "on_behalf_of": approval.on_behalf_of, "delegation": approval.delegation}
        return REVIEWS.go_on(
            connection,
            actor.home,
            review,
            "approved",
            actor=actor.account,
            moment=moment,
            details=details,
            approval=approval,
        )


def _enter_decision(
    connection: Connection, review: Review, row: int, opinion: Opinion, account: str, moment: datetime
) -> None:
    """An extension, or that it is kept for ever, counts from now on."""
    if opinion.action != "permanent" and opinion.until is None:
        return
    item = _item(review, row)
    day = (opinion.until + timedelta(days=1)).isoformat() if opinion.until else "permanent"
    retention_index.decide(connection, item.objid, item.item, day, review=review.number, actor=account, moment=moment)


def withdraw(actor: Actor, number: str, *, reason: str) -> Review:
    """Give an appraisal up before it is approved."""
    if not reason.strip():
        raise UsageError("retention.why-missing", number, row=0)
    moment = actor.now()
    with actor.catalogue.begin() as connection:
        review = REVIEWS.take(connection, actor.home, actor.person, number, "withdrawn").record
        return REVIEWS.go_on(
            connection,
            actor.home,
            review,
            "withdrawn",
            actor=actor.account,
            moment=moment,
            why_withdrawn=reason.strip(),
        )
