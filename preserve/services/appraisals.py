"""Appraisals (到期鉴定): what has fallen due is listed, appraised by a group, objected to, approved by the head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from preserve.administration.appraisal import printing, steps
from preserve.administration.appraisal.model import Action as Action
from preserve.administration.appraisal.model import Opinion, Review
from preserve.administration.appraisal.steps import REVIEWS
from preserve.administration.duties import Duty
from preserve.administration.retention.rules_in_force import applicable_rules
from preserve.data_management import proceedings
from preserve.data_management.proceedings import ProceedingRow
from preserve.errors import UsageError
from preserve.outputs import write_all
from preserve.services.operation import Arguments, Look, command, of_archive, query
from preserve.services.session import Session

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class ReviewView:
    """An appraisal as it stands, the files that were written, and what the group agrees on, by the item's number.

    `objected` are the items that an objection stops; the names are those of the profile in the reader's language.
    `sha256` is the digest of the record that is shown; `offered` the steps that the reader may take now.
    """

    review: Review
    files: tuple[Path, ...]
    agreed: dict[int, Opinion]
    objected: tuple[int, ...]
    rule_names: dict[str, str]
    signal_names: dict[str, str]
    sha256: str
    offered: tuple[str, ...]


def _view(session: Session, review: Review, folder: Path | None) -> ReviewView:
    """The view; with `folder` the list goes there as PDF/A and as a workbook to fill in."""
    archive = session.archive
    with archive.catalogue.read() as connection:
        profile = applicable_rules(archive.home, connection).profile
    files: list[Path] = []
    if folder is not None:
        paper = printing.as_paper(archive.home, profile, review, archive.now())
        workbook = printing.as_workbook(archive.home, profile, review)
        names = (folder / f"{review.number}.pdf", folder / f"{review.number}.xlsx")
        files = write_all(zip(names, (paper, workbook), strict=True), archive.home)
    agreed = review.agreed() if review.approval is None else review.approval.outcome
    names_of = printing.names_in(archive.home, profile, review)
    return ReviewView(
        review,
        tuple(files),
        agreed,
        tuple(sorted(review.objected())),
        dict(names_of.rules),
        dict(names_of.signals),
        REVIEWS.digest(archive.home, review),
        REVIEWS.offered(session.person, review),
    )


@command("appraisal.draw", duty=Duty.APPRAISE)
def draw(session: Session, *, until: date | None = None, folder: Path | None = None) -> ReviewView:
    """List everything that is due by a day, today where none is named. Raises Refused where there is nothing."""
    review = steps.draw(session.actor, until or session.archive.today())
    return _view(session, review, folder)


@dataclass(frozen=True, slots=True)
class ReviewList:
    """Appraisals, oldest first; `more` older ones are not listed."""

    reviews: tuple[ProceedingRow, ...]
    more: int


def _newest(session: Session) -> tuple[list[ProceedingRow], int]:
    return session.once("reviews", lambda connection: proceedings.newest(connection, "review", (), _MOST))


def _listed(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"reviews": [row.number for row in _newest(session)[0]]}


@query(
    "appraisal.list", duty=(Duty.FIND, Duty.APPRAISE, Duty.REPORT), look=Look("review-list.viewed", _listed, of_archive)
)
def list_reviews(session: Session) -> ReviewList:
    """Every appraisal and where it stands."""
    rows, more = _newest(session)
    return ReviewList(tuple(rows), more)


def _review(session: Session, number: str) -> Review:
    return session.once("review", lambda connection: REVIEWS.read(connection, session.home, number))


def _items_of(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"items": len(_review(session, arguments["number"]).items)}


@query(
    "appraisal.show", duty=(Duty.FIND, Duty.APPRAISE), subject="number", look=Look("review-record.viewed", _items_of)
)
def show(session: Session, number: str, *, folder: Path | None = None) -> ReviewView:
    """An appraisal as it stands; the list goes into `folder` as PDF/A and as a workbook."""
    return _view(session, _review(session, number), folder)


@dataclass(frozen=True, slots=True)
class Stepped:
    """An appraisal, and the state it is in after a step."""

    number: str
    state: str


@dataclass(frozen=True, slots=True)
class AppraisedItems(Stepped):
    """Of how many items something was said, and on how many the group agrees by now."""

    said: int
    agreed: int


@command("appraisal.appraise", duty=Duty.APPRAISE, subject="number")
def appraise(
    session: Session,
    number: str,
    *,
    items: Sequence[int] = (),
    every_item: bool = False,
    opinion: Opinion | None = None,
    workbook: Path | None = None,
) -> AppraisedItems:
    """Say what becomes of items: by their numbers with one opinion, or with the workbook that was filled in."""
    with session.archive.catalogue.read() as connection:
        review = REVIEWS.read(connection, session.home, number)
    opinions = printing.read_workbook(review, workbook) if workbook else {}
    rows = [item.row for item in review.items] if every_item else items
    if rows and opinion is None:
        raise UsageError("retention.no-opinions", number)
    if opinion is not None:
        opinions |= dict.fromkeys(rows, opinion)
    review = steps.appraise(session.actor, number, opinions)
    return AppraisedItems(number, review.state, len(opinions), len(review.agreed()))


@dataclass(frozen=True, slots=True)
class Objected(Stepped):
    """The items that an objection stops by now."""

    objected: tuple[int, ...]


@command("appraisal.object", duty=Duty.FIND, subject="number")
def object_to(session: Session, number: str, items: Sequence[int], *, reason: str) -> Objected:
    """Object to items: they stop here."""
    review = steps.object_to(session.actor, number, items, reason=reason)
    return Objected(number, review.state, tuple(sorted(review.objected())))


@dataclass(frozen=True, slots=True)
class Approved(Stepped):
    """What holds from now on, by the item's number, and how many items are left undecided."""

    left: int
    outcome: dict[int, Opinion]


@command("appraisal.approve", duty=Duty.DECIDE, subject="number", confirmed=True)
def approve(session: Session, number: str, *, reason: str = "", seen: str = "") -> Approved:
    """The head approves what the group agreed on; never one of the group.

    `seen` is the digest of the record that was looked at: Changed where another step came since.
    """
    review = steps.approve(session.actor, number, reason=reason, seen=seen)
    assert review.approval is not None
    outcome = review.approval.outcome
    return Approved(number, review.state, len(review.items) - len(outcome), outcome)


@command("appraisal.withdraw", duty=Duty.APPRAISE, subject="number")
def withdraw(session: Session, number: str, *, reason: str) -> Stepped:
    """Give an appraisal up before it is approved."""
    return Stepped(number, steps.withdraw(session.actor, number, reason=reason).state)
