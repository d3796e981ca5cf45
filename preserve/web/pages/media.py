"""载体: the inventory, one medium, and what is done with it: seen, moved, replaced, retired; labels to print."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from preserve.errors import UsageError
from preserve.services import jobs, media
from preserve.services.failures import Failure
from preserve.services.label_codes import read_code
from preserve.services.label_papers import FORMS, label_paper
from preserve.services.media import MediumListed
from preserve.services.media_places import list_places
from preserve.services.pages import Page
from preserve.web.asked import Asked
from preserve.web.downloads import attachment
from preserve.web.forms import or_again
from preserve.web.routing import MIB, page

_COPIES = 50
SHOWN = ("", "overdue", "failing", "planned", "out")
"""Which media are listed: those in use and planned, or a part of the inventory."""


@page("GET", "/media", "media.list")
def inventory(asked: Asked) -> Response:
    """The inventory, all of it or a part."""
    return _inventory(asked, None, 200)


def _inventory(asked: Asked, failure: Failure | None, status: int) -> Response:
    rows = media.list_media(asked.session).media
    shown = asked.query.get("show", "")
    return asked.show(
        "media/list.html",
        status,
        media=[row for row in rows if _is_in(row, shown)],
        shown=shown if shown in SHOWN else "",
        counts={part: sum(_is_in(row, part) for row in rows) for part in SHOWN},
        failure=failure,
        seen=asked.form.get("seen", ""),
    )


def _is_in(row: MediumListed, part: str) -> bool:
    match part:
        case "overdue":
            return row.overdue
        case "failing":
            return row.state == "in use" and row.details.get("health") == "failing"
        case "planned":
            return row.state == "planned"
        case "out":
            return row.state in ("replaced", "retired", "lost")
    return row.state in ("in use", "planned")


@page("POST", "/media/check-in", "media.check_in", "media.list", "media.read_code", largest=12 * MIB)
def check_in(asked: Asked) -> Response:
    """A medium was seen: by the text of the code on its label, typed, scanned, or read in a photograph of it."""

    def deed() -> Response:
        photograph = asked.files.get("photograph")
        if photograph is not None and not asked.form.get("seen", "").strip():
            seen = read_code(asked.session, photograph.file.read()).text
        else:
            seen = asked.needed("seen")
        if not seen.startswith("preserve:"):  # a path of this machine is nobody's to name here
            raise UsageError("web.media-no-code", seen[:80])
        result = media.check_in(asked.session, seen, place=asked.form.get("place", "").strip())
        return asked.show("media/seen.html", seen=result)

    return or_again(asked, _inventory, deed)


@page("GET", "/media/new", "media.places")
def new(asked: Asked) -> Response:
    """The form for a drive that is connected and empty."""
    return _new(asked, None, 200)


def _new(asked: Asked, failure: Failure | None, status: int) -> Response:
    places = list_places(asked.session).places
    return asked.show("media/new.html", status, places=places, given=asked.form, failure=failure)


@page("POST", "/media", "job.ask", "media.places")
def add(asked: Asked) -> Response:
    """Make a connected empty file system a drive of the archive: a job, since its marker is signed."""

    def deed() -> Response:
        place = list_places(asked.session).named(asked.needed("where"))
        wish = {
            "kind": place.kind,
            "where": str(place.path),
            "label": asked.needed("label"),
            "place": asked.form.get("place", "").strip(),
            "custodian": asked.form.get("custodian", "").strip(),
        }
        job = jobs.ask(asked.session, "media.add", {"wish": wish}, key=asked.key)
        return asked.see_other(f"/jobs/{job.id}")

    return or_again(asked, _new, deed)


@page("GET", "/media/{medium}", "media.show")
def show(asked: Asked) -> Response:
    """One medium, its copies a page at a time, and what the ledger says of it."""
    return _show(asked, None, 200)


def _show(asked: Asked, failure: Failure | None, status: int) -> Response:
    after = asked.query.get("after", "")
    view = media.show(asked.session, asked.path["medium"], Page(after, _COPIES))
    return asked.show(
        "media/show.html",
        status,
        view=view,
        forms=FORMS,
        medium=view.medium,
        after=after,
        entries=view.ledger[:-21:-1],
        failure=failure,
        deed=asked.page.path.rpartition("/")[2] if failure else "",
    )


@page("POST", "/media/{medium}/place", "media.move", "media.show")
def move(asked: Asked) -> Response:
    """It goes to another place or person."""

    def deed() -> Response:
        media.move(
            asked.session,
            asked.path["medium"],
            place=asked.needed("place"),
            custodian=asked.form.get("custodian", "").strip(),
            reason=asked.form.get("reason", "").strip(),
        )
        return asked.see_other(_address(asked), "web.media-moved")

    return or_again(asked, _show, deed)


@page("POST", "/media/{medium}/replacement", "media.replace", "media.show")
def replace(asked: Asked) -> Response:
    """It is to be replaced: its copies count no more."""

    def deed() -> Response:
        media.replace(asked.session, asked.path["medium"], reason=asked.needed("replace_reason"))
        return asked.see_other(_address(asked), "web.media-replaced")

    return or_again(asked, _show, deed)


@page("POST", "/media/{medium}/retirement", "media.retire", "media.show")
def retire(asked: Asked) -> Response:
    """It goes out of use."""

    def deed() -> Response:
        media.retire(asked.session, asked.path["medium"], reason=asked.needed("retire_reason"))
        return asked.see_other(_address(asked), "web.media-retired")

    return or_again(asked, _show, deed)


@page("GET", "/media/{medium}/label", "media.label_paper")
def label(asked: Asked) -> Response:
    """Its label, to print."""
    paper = label_paper(asked.session, [asked.path["medium"]], asked.query.get("form", ""))
    return attachment(paper.name, paper.data)


def _address(asked: Asked) -> str:
    return "/media/" + quote(asked.path["medium"], safe="")
