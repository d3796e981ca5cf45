"""What the form of a request asks for, and the scanned papers of one as pictures of their pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.access.requests.model import Request
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.profile import read_requests_profile
from preserve.access.viewing.kinds import way_of
from preserve.access.viewing.page_pictures import PagePictures
from preserve.administration.duties import Duty
from preserve.administration.proceedings.records import Paper, check_paper
from preserve.errors import NotFound, Refused
from preserve.pictures.helper import PictureFailed
from preserve.services.local_times import clock_of
from preserve.services.operation import Arguments, Look, query
from preserve.services.reading_bytes import Picture
from preserve.services.request_views import permitted
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class CapacityShown:
    """A capacity in which somebody may ask: its name for programs and for people, and what they must show."""

    capacity: str
    name: str
    documents: tuple[str, ...]
    due_days: int
    concerned: bool


@dataclass(frozen=True, slots=True)
class FormShown:
    """What the form of a request offers."""

    capacities: tuple[CapacityShown, ...]


@query("request.form", duty=Duty.OPEN_REQUEST)
def read_form(session: Session) -> FormShown:
    """The capacities that the profile has, with the papers that each must show. Raises Refused for a wrong profile."""
    return FormShown(
        tuple(
            CapacityShown(one.name, one.label.spoken, one.documents, one.due_days, one.concerned)
            for one in read_requests_profile(session.home.profiles).capacity
        )
    )


@dataclass(frozen=True, slots=True)
class PaperShown:
    """A paper of a request: what it is, and how many pages can be shown of it; none where it is no PDF or picture."""

    number: str
    sha256: str
    kind: str
    name: str
    size: int
    pages: int


def papers_of(request: Request) -> tuple[Paper, ...]:
    """What was handed in, given and filed with it, in the order of its steps."""
    given = request.delivery.papers if request.delivery else ()
    received = request.acknowledgement.receipt if request.acknowledgement else None
    return (*request.papers, *given, *((received,) if received else ()))


def _which(session: Session, arguments: Arguments) -> Mapping[str, Any]:
    return {"cases": list(permitted(session, arguments["number"]).cases), "paper": arguments["paper"]}


_LOOK = Look("request-paper.viewed", _which, once=lambda session, arguments: arguments["paper"])
_DUTIES = (Duty.SEE_REQUESTS, Duty.SEE_OWN)


def _paper(session: Session, number: str, paper: str) -> tuple[Paper, Path]:
    request, person = permitted(session, number), session.person
    own = () if request.delivery is None else request.delivery.papers
    for one in papers_of(request):
        if one.sha256 == paper:
            # They name files, parties and cases: who may not find these does not learn that there is a paper.
            if (one in own or request.opened_by != person.account) and not person.may(Duty.FIND):
                break
            return one, check_paper(REQUESTS.folder_of(session.home, number), one)
    raise NotFound("request.no-paper", number)


@query("request.paper", duty=_DUTIES, subject="number", look=_LOOK)
def read_paper(session: Session, number: str, paper: str) -> PaperShown:
    """One paper, by its digest: for who may see cases, and what was handed in for who handed it in.

    Raises NotFound, NotPermitted, NotIntact where it is not what was handed in.
    """
    one, path = _paper(session, number, paper)
    pages = 0
    match way_of(path.name):
        case "pages":
            try:
                pages = PagePictures(session.home.path / "viewing", one.sha256).count(path)
            except PictureFailed:
                pages = 0
        case "picture":
            pages = 1
    return PaperShown(number, one.sha256, one.kind, one.original_name, one.size, pages)


@query("request.paper_page", duty=_DUTIES, subject="number", look=_LOOK)
def read_paper_page(session: Session, number: str, paper: str, page: int = 1) -> Picture:
    """A page of a paper, with the account of who looks over it. Raises NotFound, NotIntact, Refused."""
    one, path = _paper(session, number, paper)
    if way_of(path.name) not in ("pages", "picture") or page < 1:
        raise NotFound("redaction.page-unknown", one.original_name, page=page)
    now = session.archive.now().astimezone(clock_of(session.home))
    mark = f"{session.person.account} {number} {now:%Y-%m-%d %H:%M}"
    try:
        return Picture("image/jpeg", PagePictures(session.home.path / "viewing", one.sha256).page(path, page, mark))
    except PictureFailed as error:
        raise Refused("redaction.unreadable", one.original_name, reason=error.kind) from error
