"""What a consumer would get of one file, before anybody decides: made as a job, shown in the page, looks recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from preserve.access.dip import previewing
from preserve.access.redaction import drafts, lines, pages
from preserve.access.redaction.making import Order
from preserve.access.redaction.plan import Redaction, read_plan
from preserve.access.redaction.sources import kind_of
from preserve.access.requests.model import Request, Selected
from preserve.access.requests.procedure import REQUESTS
from preserve.access.viewing.kinds import media_type_of
from preserve.access.viewing.page_pictures import PagePictures
from preserve.administration.duties import Duty
from preserve.administration.proceedings.records import check_paper
from preserve.errors import NotFound, Refused
from preserve.pictures.helper import PictureFailed
from preserve.services.local_times import clock_of
from preserve.services.operation import Arguments, Look, job, query
from preserve.services.reading_bytes import Picture
from preserve.services.redactions import file_of, files_of, read_request
from preserve.services.runs import Runs
from preserve.services.session import Session
from storage_adapters.reading import digest_file

Of = Literal["draft", "plan"]
"""Of what is drawn and not examined yet; or of the plan that the examination has closed."""

_DUTIES = (Duty.EXAMINE, Duty.DECIDE)
_MOST_LINES = 5000


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be given of one file.

    `state` is `as-it-is` where nothing is changed, `wanting` until it is made, `ready`. `shown` is the name that it
    would be given under, `kind` what it would be; `pages` of a document or picture, `lines` of a text, and of a
    recording what a browser is told that it is.
    """

    number: str
    file: str
    object: str
    of: Of
    state: Literal["as-it-is", "wanting", "ready"]
    shown: str
    kind: str
    redactions: int
    made_by: str = ""
    pages: int = 0
    lines: tuple[str, ...] = ()
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """A file of a request, what would be made of it, and the redactions that this takes."""

    wish: previewing.Wish
    order: Order | None


def _which(session: Session, arguments: Arguments) -> Mapping[str, object]:
    request = read_request(session, arguments["number"])
    return {"cases": list(request.cases), "objects": [arguments["file"]], "of": arguments["of"]}


_LOOK = Look("request-preview.viewed", _which, once=lambda session, arguments: f"{arguments['file']} {arguments['of']}")


def _find(session: Session, number: str, file: str, of: Of) -> _Found:
    request = read_request(session, number)
    selection, redactions = _wanted(session, request, of, file)
    one = next((one for one in selection if one.identifier == file), None) or file_of(session, request, file)
    wish = previewing.Wish(request, selection, one, redactions)
    with session.archive.catalogue.read() as connection:
        order = previewing.order(session.home, connection, wish, session.archive.now())
    return _Found(wish, order)


def _wanted(
    session: Session, request: Request, of: Of, file: str
) -> tuple[tuple[Selected, ...], tuple[Redaction, ...]]:
    """The files, and what is taken out of this one. Raises Refused where it is not drawn to its end, NotIntact."""
    home, number = session.home, request.number
    if of == "draft":
        path = file_of(session, request, file).path
        rows = [row for row in drafts.read_draft(home, number).of(path) if row.what]
        return tuple(one for one, _, _ in files_of(session, request)), drafts.redactions_of(rows)
    if request.examination is None:
        raise NotFound("request.not-examined", number)
    paper = request.examination.redaction
    plan = read_plan(check_paper(REQUESTS.folder_of(home, number), paper)) if paper else ()
    return request.examination.selection, plan


@query("request.preview", duty=_DUTIES, subject="number", look=_LOOK)
def read_preview(session: Session, number: str, file: str, of: Of = "plan") -> Preview:
    """What would be given of a file, where it was made already. Raises NotFound, Refused, NotIntact."""
    found = _find(session, number, file, of)
    one, order = found.wish.one, found.order
    if order is None:
        return Preview(number, file, one.path, of, "as-it-is", one.shown, kind_of(one.file), 0)
    made = previewing.made_already(session.home, order, number)
    count = len(order.redactions)
    if made is None:
        return Preview(number, file, one.path, of, "wanting", order.selected.shown, order.source.kind, count)
    pictures, media = 0, ""
    text: tuple[str, ...] = ()
    if made.kind == "pdf":
        pictures = len(pages.page_sizes(made.file, made.shown))
    elif made.kind == "picture":
        pictures = 1
    elif made.kind == "text":
        text = tuple(lines.read_lines(made.file, made.shown)[:_MOST_LINES])
    else:
        media = media_type_of(made.file.name)
    return Preview(
        number, file, one.path, of, "ready", made.shown, made.kind, count, made.made_by, pictures, text, media
    )


@job("request.make_preview", duty=_DUTIES, subject="number", runs=Runs(lane="waited"))
def make_preview(session: Session, number: str, file: str, of: Of = "plan") -> Preview:
    """Make what would be given of a file; nobody sees it by this. Raises Refused with every mistake, NotIntact."""
    found = _find(session, number, file, of)
    one, order = found.wish.one, found.order
    if order is None:
        return Preview(number, file, one.path, of, "as-it-is", one.shown, kind_of(one.file), 0)
    archive = session.archive
    session.progress.begin("redaction.previewing", order.source.file.size)
    with archive.catalogue.read() as connection:
        made = previewing.make(session.home, connection, found.wish, order, archive.now(), session.progress)
    return Preview(number, file, one.path, of, "ready", made.shown, made.kind, len(order.redactions), made.made_by)


def _made(session: Session, number: str, file: str, of: Of) -> previewing.Previewed:
    order = _find(session, number, file, of).order
    made = previewing.made_already(session.home, order, number) if order is not None else None
    if made is None:
        raise NotFound("redaction.no-preview", file)
    return made


@query("request.preview_page", duty=_DUTIES, subject="number", look=_LOOK)
def read_preview_page(session: Session, number: str, file: str, page: int, of: Of = "plan") -> Picture:
    """A page of what would be given, as a picture, with the account of who looks over it. Raises NotFound, Refused."""
    made = _made(session, number, file, of)
    if made.kind not in ("pdf", "picture") or page < 1:
        raise NotFound("redaction.page-unknown", file, page=page)
    now = session.archive.now().astimezone(clock_of(session.home))
    mark = f"{session.person.account} {number} {now:%Y-%m-%d %H:%M}"
    digest = digest_file(made.file, ("sha256",), from_medium=False)[1]["sha256"]
    try:
        drawn = PagePictures(session.home.path / "viewing", digest).page(made.file, page, mark)
    except PictureFailed as error:
        raise Refused("redaction.unreadable", made.shown, reason=error.kind) from error
    return Picture("image/jpeg", drawn)


@dataclass(frozen=True, slots=True)
class PreviewBytes:
    """A recording as it would be given, to be sent in ranges."""

    path: Path
    media_type: str
    name: str


@query("request.preview_bytes", duty=_DUTIES, subject="number", look=_LOOK)
def read_preview_bytes(session: Session, number: str, file: str, of: Of = "plan") -> PreviewBytes:
    """A recording that would be given, to be played. Raises NotFound."""
    made = _made(session, number, file, of)
    if made.kind != "recording":
        raise NotFound("redaction.no-preview", file)
    return PreviewBytes(made.file, media_type_of(made.file.name), made.file.name)
