"""Redactions as an examiner draws them: the draft of a request, what a file of it looks like, and saving each stroke.

The original is never touched: a draft says what is to be taken out of a copy. It is closed as the plan of the request
when that is examined (`request.examine` with the draft's revision).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.redaction import drafts, frames, lines, pages, pictures
from preserve.access.redaction.drafts import Gap as Gap
from preserve.access.redaction.drafts import Row as Row
from preserve.access.redaction.plan import FOUND as FOUND
from preserve.access.redaction.sources import Kind, Source, source_of, stored_at
from preserve.access.redaction.template import why_restricted
from preserve.access.requests.model import Request, Selected
from preserve.access.requests.procedure import REQUESTS
from preserve.access.viewing import reading_room
from preserve.access.viewing.page_pictures import PagePictures
from preserve.administration.duties import Duty
from preserve.clock import stamp
from preserve.errors import NotFound, Refused
from preserve.pictures.helper import PictureFailed
from preserve.services.local_times import clock_of
from preserve.services.operation import Arguments, Look, command, query
from preserve.services.reading import have_prepared
from preserve.services.reading_bytes import Picture
from preserve.services.reading_files import find_file
from preserve.services.session import Session

_MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class FileToRedact:
    """One file that a request comes down to; `reason` and `article` where it must be redacted or left out.

    `identifier` names it here; `begin` and `end` are of the range asked for, in seconds; `drawn` counts its rows.
    """

    objid: str
    identifier: str
    object: str
    kind: Kind
    reason: str
    article: str
    begin: float | None
    end: float | None
    drawn: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a row of a draft, or missing; `row` is counted from 1, `key` is the field."""

    row: int
    key: str
    code: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DraftShown:
    """The draft of a request: who saved it last, its rows, and the files it may be about. `seen` as in RequestView.

    `gaps` are what rows that a machine drafted do not cover.
    """

    number: str
    state: str
    seen: str
    revision: int
    by: str
    when: str
    rows: tuple[Row, ...]
    mistakes: tuple[Mistake, ...]
    gaps: tuple[Gap, ...]
    files: tuple[FileToRedact, ...]


def _cases_of(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"cases": list(read_request(session, arguments["number"]).cases)}


def read_request(session: Session, number: str) -> Request:
    """A request, read once within an operation. Raises NotFound, NotIntact."""
    return session.once("request-record", lambda connection: REQUESTS.read(connection, session.home, number))


def files_of(session: Session, request: Request) -> list[tuple[Selected, str, str]]:
    """Each file that it comes down to, once; with reason and article where it must be redacted or left out."""

    def read(connection: Connection) -> list[tuple[Selected, str, str]]:
        found = why_restricted(session.home, connection, request)
        return list({(row[0].objid, row[0].path, row[0].begin): row for row in found}.values())

    return session.once("files-to-redact", read)


def file_of(session: Session, request: Request, identifier: str) -> Selected:
    """The file of this identifier among them. Raises NotFound."""
    for one, _, _ in files_of(session, request):
        if one.identifier == identifier:
            return one
    raise NotFound("request.object-not-asked", identifier, number=request.number)


@query("request.draft", duty=Duty.EXAMINE, subject="number", look=Look("request-record.viewed", _cases_of))
def read_draft(session: Session, number: str) -> DraftShown:
    """What is drawn for a request so far. Raises NotFound, NotIntact."""
    request, home = read_request(session, number), session.home
    draft = drafts.read_draft(home, number)
    with session.archive.catalogue.read() as connection:
        seen = REQUESTS.row(connection, number).sha256
        files = tuple(
            FileToRedact(
                one.objid,
                one.identifier,
                one.path,
                source_of(connection, one).kind,
                reason,
                article,
                one.begin,
                one.end,
                len(draft.of(one.path)),
            )
            for one, reason, article in files_of(session, request)
        )
    return DraftShown(
        number=number,
        state=request.state,
        seen=seen,
        revision=draft.revision,
        by=draft.by,
        when=draft.when,
        rows=draft.rows,
        mistakes=mistakes_of(draft.rows),
        gaps=draft.gaps,
        files=files,
    )


def mistakes_of(rows: Sequence[Row]) -> tuple[Mistake, ...]:
    """What is wrong in rows of a draft, or missing."""
    return tuple(
        Mistake(*drafts.row_of(one), one.code, {name: str(value) for name, value in one.values.items()})
        for one in drafts.mistakes_in(rows)
    )


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft that was saved, and what is wrong in it yet."""

    number: str
    revision: int
    mistakes: tuple[Mistake, ...]


@command("request.save_draft", duty=Duty.EXAMINE, subject="number")
def save_draft(session: Session, number: str, rows: Sequence[Row], revision: int) -> Saved:
    """Save what is drawn, wherever it is not finished yet; `revision` is that of the draft that was drawn on.

    Raises Changed where somebody else has saved meanwhile, Refused for a file that was not asked for, NotPermitted for
    whoever may not examine this request, and Conflict where that is over.
    """
    home = session.home
    with session.archive.catalogue.read() as connection:
        request = REQUESTS.take(connection, home, session.person, number, "examined").record
    if len(rows) > drafts.MOST_ROWS:
        raise Refused("redaction.too-many", number, most=drafts.MOST_ROWS)
    known = {one.path for one, _, _ in files_of(session, request)}
    for row in rows:
        if row.object not in known:
            raise Refused("request.object-not-asked", row.object, number=number)
    now = {"revision": revision + 1, "by": session.person.account, "when": stamp(session.archive.now())}
    saved = drafts.read_draft(home, number).model_copy(update={**now, "rows": tuple(rows)})
    drafts.save_draft(home, number, saved)
    return Saved(number, saved.revision, mistakes_of(saved.rows))


@dataclass(frozen=True, slots=True)
class PageSize:
    """A page as one sees it: in millimetres on paper, in per cent where it is a picture."""

    wide: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class FileSeen:
    """What is known of a file before one draws on it. Of a recording: seconds, and whether it has picture and sound.

    `shown` is the identifier of the copy that the reading room plays; empty where there is none.
    """

    number: str
    identifier: str
    object: str
    kind: Kind
    objid: str
    shown: str
    pages: tuple[PageSize, ...] = ()
    length: float = 0.0
    picture: bool = False
    sound: bool = False
    lines: tuple[str, ...] = ()


def _which(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {**_cases_of(session, arguments), "objects": [arguments["file"]]}


_PAGES = Look("request-pages.viewed", _which, once=lambda session, arguments: arguments["file"])


@query("request.draft_file", duty=Duty.EXAMINE, subject="number", look=_PAGES)
def read_file(session: Session, number: str, file: str) -> FileSeen:
    """A file to draw on. Raises NotFound, and Refused where it cannot be read."""
    request = read_request(session, number)
    one = file_of(session, request, file)
    source, path = _source(session, one)
    seen = FileSeen(number, file, one.path, source.kind, one.objid, _shown(session, one))
    match source.kind:
        case "pdf":
            sizes = tuple(PageSize(w * 25.4 / 72, h * 25.4 / 72, "mm") for w, h in pages.page_sizes(path, one.path))
            return replace(seen, pages=sizes)
        case "picture":
            count, wide, high = pictures.look(path, one.path)
            # Places on a picture are per cent; its own measures only say how its sides stand to each other.
            return replace(seen, pages=tuple(PageSize(float(wide), float(high), "%") for _ in range(count)))
        case "recording":
            found = frames.look(path, one.path)
            if seen.shown:
                have_prepared(session, find_file(session, one.objid, seen.shown))
            return replace(seen, length=found.length, picture=found.video is not None, sound=bool(found.sound))
        case "text":
            return replace(seen, lines=tuple(lines.read_lines(path, one.path)[:_MOST_LINES]))
    return seen


@query("request.draft_page", duty=Duty.EXAMINE, subject="number", look=_PAGES)
def read_page(session: Session, number: str, file: str, page: int) -> Picture:
    """A page to draw on, as a picture, with the examiner's account over it. Raises NotFound, Refused."""
    one = file_of(session, read_request(session, number), file)
    source, path = _source(session, one)
    if source.kind not in ("pdf", "picture") or page < 1:
        raise NotFound("redaction.page-unknown", one.path, page=page)
    now = session.archive.now().astimezone(clock_of(session.home))
    mark = f"{session.person.account} {number} {now:%Y-%m-%d %H:%M}"
    drawn = PagePictures(session.home.path / "viewing", source.file.sha256)
    try:
        return Picture("image/jpeg", drawn.page(path, page, mark))
    except PictureFailed as error:
        raise Refused("redaction.unreadable", one.path, reason=error.kind) from error


def _source(session: Session, one: Selected) -> tuple[Source, Path]:
    with session.archive.catalogue.read() as connection:
        source = source_of(connection, one)
    return source, stored_at(session.home, source.file)


def _shown(session: Session, one: Selected) -> str:
    with session.archive.catalogue.read() as connection:
        _, files = reading_room.contents(connection, session.home, one.objid, "access")
    return next((file.identifier for file in files if file.name == one.path), "")
