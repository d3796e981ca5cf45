"""Appraisals (到期鉴定): the list, the grid of what is due, a word for many, objections, the workbook, the approval."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.responses import Response

from preserve.errors import NotFound, UsageError
from preserve.services import appraisals, review_grid
from preserve.services.appraisals import Opinion
from preserve.services.confirm import confirmed
from preserve.services.failures import Failure
from preserve.web import forms
from preserve.web.asked import Asked
from preserve.web.downloads import attachment
from preserve.web.forms import or_again
from preserve.web.routing import MIB, page

ROWS_A_PAGE = 500
_ACTIONS = ("destroy", "extend", "transfer", "permanent")


@page("GET", "/reviews", "appraisal.list")
def reviews(asked: Asked) -> Response:
    """Every appraisal, and the form that draws a new one."""
    return _list(asked, None, 200)


def _list(asked: Asked, failure: Failure | None, status: int) -> Response:
    listing = appraisals.list_reviews(asked.session)
    shown = forms.by_state(asked, listing.reviews)
    return asked.show("reviews/list.html", status, **shown, more=listing.more, failure=failure)


@page("POST", "/reviews", "appraisal.draw", "appraisal.list")
def draw(asked: Asked) -> Response:
    """List everything that is due by a day."""

    def deed() -> Response:
        drawn = appraisals.draw(asked.session, until=forms.day(asked, "until"))
        return asked.see_other(f"/reviews/{drawn.review.number}", "web.appraisal-drawn")

    return or_again(asked, _list, deed)


@page("GET", "/reviews/{number}", "appraisal.show")
def review(asked: Asked) -> Response:
    """One appraisal: how it stands, and its items with the facts beside each."""
    return _one(asked, None, 200)


def _one(asked: Asked, failure: Failure | None, status: int) -> Response:
    view = appraisals.show(asked.session, asked.path["number"])
    account = asked.who.account
    only = _only(asked)
    rows = review_grid.grid(view, account, only)
    start = _start(asked, len(rows))
    counts = {name: len(review_grid.wanted_rows(view, account, name)) for name in review_grid.ONLY}
    return asked.show(
        "reviews/one.html",
        status,
        view=view,
        review=view.review,
        tally=review_grid.tally(view),
        rows=rows[start : start + ROWS_A_PAGE],
        only=only,
        counts=counts,
        start=start,
        size=ROWS_A_PAGE,
        chosen=set(asked.form.getlist("row")),
        actions=_ACTIONS,
        failure=failure,
    )


def _only(asked: Asked) -> review_grid.Only:
    return forms.one_of(asked.form.get("only") or asked.query.get("only", ""), review_grid.ONLY, "all")


def _start(asked: Asked, count: int) -> int:
    text = asked.form.get("start") or asked.query.get("start", "0")
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    return start - start % ROWS_A_PAGE if start < count else 0


def _back(asked: Asked, note: str) -> Response:
    """To the grid as it was looked at."""
    address = f"/reviews/{asked.path['number']}?only={_only(asked)}"
    if asked.form.get("start", "").isdigit():
        address += f"&start={asked.form['start'][:8]}"
    return asked.see_other(address, note)


def _chosen(asked: Asked) -> list[int]:
    """The items that were ticked; or all that the filter finds. Raises UsageError where there is none."""
    if asked.form.get("which") == "filtered":
        view = appraisals.show(asked.session, asked.path["number"])
        rows = review_grid.wanted_rows(view, asked.who.account, _only(asked))
    else:
        rows = forms.numbers(asked.form.getlist("row"))
    if not rows:
        raise UsageError("retention.no-item", asked.path["number"])
    return rows


@page("POST", "/reviews/{number}/opinions", "appraisal.appraise", "appraisal.show")
def say(asked: Asked) -> Response:
    """Say of many items what becomes of them."""

    def deed() -> Response:
        action = forms.one_of(asked.form.get("action", ""), ("", *_ACTIONS), "")
        if not action:
            raise UsageError("web.appraisal-no-action")
        opinion = Opinion(action=action, until=forms.day(asked, "until"), why=asked.form.get("why", "").strip())
        appraisals.appraise(asked.session, asked.path["number"], items=_chosen(asked), opinion=opinion)
        return _back(asked, "web.appraisal-said")

    return or_again(asked, _one, deed)


@page("POST", "/reviews/{number}/objections", "appraisal.object", "appraisal.show")
def object_to(asked: Asked) -> Response:
    """Object to the items that were ticked."""

    def deed() -> Response:
        appraisals.object_to(asked.session, asked.path["number"], _chosen(asked), reason=asked.form.get("why", ""))
        return _back(asked, "web.appraisal-objected")

    return or_again(asked, _one, deed)


@page("GET", "/reviews/{number}/list.{ending}", "appraisal.show")
def take_out(asked: Asked) -> Response:
    """The list on paper (PDF/A), or as a workbook to fill in."""
    number, ending = asked.path["number"], asked.path["ending"]
    if ending not in ("pdf", "xlsx"):
        raise NotFound("web.no-page")
    with tempfile.TemporaryDirectory(prefix="preserve-review-") as folder:
        view = appraisals.show(asked.session, number, folder=Path(folder))
        file = next(file for file in view.files if file.suffix == f".{ending}")
        return attachment(file.name, file.read_bytes())


@page("POST", "/reviews/{number}/workbook", "appraisal.appraise", "appraisal.show", largest=20 * MIB)
def take_in(asked: Asked) -> Response:
    """Say what the workbook says that was filled in."""

    def deed() -> Response:
        with forms.uploaded(asked, "workbook") as file:
            appraisals.appraise(asked.session, asked.path["number"], workbook=file)
        return _back(asked, "web.appraisal-said")

    return or_again(asked, _one, deed)


@page("POST", "/reviews/{number}/approval", "appraisal.approve", "appraisal.show")
def approve(asked: Asked) -> Response:
    """The head approves what the group agrees on, as it was shown."""

    def deed() -> Response:
        number, seen = asked.path["number"], forms.seen(asked)
        session = confirmed(asked.session, asked.needed("confirm"), ("appraisal.approve", number, seen))
        appraisals.approve(session, number, reason=asked.form.get("reason", ""), seen=seen)
        return _back(asked, "web.appraisal-approved")

    return or_again(asked, _one, deed)


@page("POST", "/reviews/{number}/withdrawal", "appraisal.withdraw", "appraisal.show")
def withdraw(asked: Asked) -> Response:
    """Give it up before it is approved."""

    def deed() -> Response:
        appraisals.withdraw(asked.session, asked.path["number"], reason=asked.form.get("withdrawal", ""))
        return _back(asked, "web.appraisal-withdrawn")

    return or_again(asked, _one, deed)
