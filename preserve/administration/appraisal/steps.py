"""The steps of an appraisal: drawn, appraised by each member, objected to, approved or withdrawn; each by who may."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from preserve.administration.appraisal.gathering import gather
from preserve.administration.appraisal.model import Appraised, Approval, Objection, Opinion, Review
from preserve.administration.duties import Duty
from preserve.administration.people import Person, require
from preserve.administration.proceedings import Proceeding, step
from preserve.administration.retention import rules_in_force
from preserve.archival_storage.packages import require_registered
from preserve.clock import stamp, zone
from preserve.data_management import destroyed, retention_index
from preserve.data_management.database import Catalogue
from preserve.errors import Refused, UsageError
from preserve.home import Home

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
    hands=lambda review: {"group": [one.by for one in review.appraisals]},
    same_hands={"group": "retention.own-opinion"},
)


def draw(home: Home, catalogue: Catalogue, person: Person, until: date, *, moment: datetime, limit: int = 0) -> Review:
    """List everything that is due by a day. Raises Refused where there is nothing, UsageError for a day to come."""
    if until > moment.astimezone(zone(home.settings.time_zone)).date():
        raise UsageError("retention.until-later", until.isoformat())
    with catalogue.begin() as connection:
        require(connection, person, Duty.APPRAISE)
        rules_in_force.enter_missing(home, connection, actor=person.account, moment=moment)
        rules = rules_in_force.rules_in_force(home, connection) or rules_in_force.rules_now(home)
        items = gather(connection, rules.profile, until.isoformat(), limit)
        if not items:
            raise Refused("retention.nothing-due", until.isoformat())
        for objid in dict.fromkeys(one.objid for one in items):
            require_registered(home, connection, objid)
            rules_in_force.require_rows(home, connection, objid)
        review = Review(
            number=REVIEWS.new_number(home, connection, moment),
            state="drawn",
            step=1,
            until=until,
            drawn=stamp(moment),
            drawn_by=person.account,
            rules_sha256=rules.sha256,
            group=rules.profile.appraisal.group,
            items=tuple(items),
        )
        cases = list(dict.fromkeys(one.objid for one in items))
        return REVIEWS.open(connection, home, review, actor=person.account, moment=moment, details={"cases": cases})


def appraise(
    home: Home, catalogue: Catalogue, person: Person, number: str, opinions: Mapping[int, Opinion], *, moment: datetime
) -> Review:
    """Say what becomes of items; said again, the newer opinion counts. Raises Refused, UsageError."""
    if not opinions:
        raise UsageError("retention.no-opinions", number)
    today = moment.astimezone(zone(home.settings.time_zone)).date()
    with catalogue.begin() as connection:
        review = REVIEWS.take(connection, home, person, number, "appraised").record
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
        return REVIEWS.go_on(
            connection, home, review, "appraised", actor=person.account, moment=moment, appraisals=(*others, made)
        )


def object_to(
    home: Home, catalogue: Catalogue, person: Person, number: str, row: int, *, reason: str, moment: datetime
) -> Review:
    """Stop an item; anyone who may find the case may object, until its destruction has begun. Raises Refused."""
    if not reason.strip():
        raise UsageError("retention.why-missing", number, row=row)
    with catalogue.begin() as connection:
        review = REVIEWS.take(connection, home, person, number, "objected").record
        item = review.item(row)
        if item is None:
            raise Refused("retention.item-unknown", number, row=row)
        for one in destroyed.of_case(connection, item.objid):
            if one.item in ("", item.item):
                raise Refused("storage.destroyed", item.case_number, disposal=one.disposal, when=one.since[:10])
        made = Objection(by=person.account, when=stamp(moment), row=row, reason=reason.strip())
        return REVIEWS.go_on(
            connection,
            home,
            review,
            "objected",
            actor=person.account,
            moment=moment,
            details={"row": row},
            objections=(*review.objections, made),
        )


def approve(
    home: Home, catalogue: Catalogue, person: Person, number: str, *, reason: str = "", moment: datetime
) -> Review:
    """The head approves what the group agreed on; extensions hold from now on. Items not agreed on stay as they are.

    Raises NotPermitted for one of the group, Refused where nothing is agreed.
    """
    with catalogue.begin() as connection:
        taking = REVIEWS.take(connection, home, person, number, "approved")
        review = taking.record
        outcome = review.agreed()
        if not outcome:
            raise Refused("retention.nothing-agreed", number, group=review.group)
        made = Approval(
            by=person.account,
            on_behalf_of=taking.on_behalf_of,
            delegation=taking.delegation,
            when=stamp(moment),
            reason=reason.strip(),
            outcome=outcome,
        )
        for row, opinion in outcome.items():
            item = review.item(row)
            assert item is not None
            if opinion.action == "permanent" or opinion.until is not None:
                day = (opinion.until + timedelta(days=1)).isoformat() if opinion.until else "permanent"
                retention_index.decide(
                    connection, item.objid, item.item, day, review=number, actor=person.account, moment=moment
                )
        counts = {
            action: sum(one.action == action for one in outcome.values())
            for action in ("destroy", "extend", "transfer", "permanent")
        }
        return REVIEWS.go_on(
            connection,
            home,
            review,
            "approved",
            actor=person.account,
            moment=moment,
            approval=made,
            details={"outcome": counts, "on_behalf_of": made.on_behalf_of, "delegation": made.delegation},
        )


def withdraw(home: Home, catalogue: Catalogue, person: Person, number: str, *, reason: str, moment: datetime) -> Review:
    """Give an appraisal up before it is approved."""
    if not reason.strip():
        raise UsageError("retention.why-missing", number, row=0)
    with catalogue.begin() as connection:
        review = REVIEWS.take(connection, home, person, number, "withdrawn").record
        return REVIEWS.go_on(
            connection, home, review, "withdrawn", actor=person.account, moment=moment, why_withdrawn=reason.strip()
        )
