"""The reading room (阅卷): one file beside the list of all, its pages, its strip, its bytes in ranges, marks in it."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import FileResponse, JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from preserve.errors import UsageError
from preserve.services import jobs, reader_notes, reading, reading_bytes
from preserve.services.documents import as_document
from preserve.services.machine_findings_shown import read_frame, show_machine_findings
from preserve.services.machine_reading_views import machine_text
from preserve.web.asked import Asked
from preserve.web.routing import page
from preserve.web.windows import Window

PRIVATE = {"cache-control": "private, no-store"}


def _place(asked: Asked) -> tuple[str, str]:
    return asked.path["objid"], asked.path["file"]


def address(objid: str, file: str) -> str:
    """Where a file is read."""
    return f"/cases/{objid}/view/{quote(file, safe='')}"


@page("GET", "/cases/{objid}/view", "reading.open")
def begin(asked: Asked) -> Response:
    """The first file that this reader has not looked at, else the first."""
    case = reading.open_reading(asked.session, asked.path["objid"])
    if not case.files:
        return asked.see_other(f"/cases/{case.objid}")
    first = next((one for one in case.files if not one.seen), case.files[0])
    return asked.see_other(address(case.objid, first.identifier))


@page("GET", "/cases/{objid}/view/{file}", "reading.open", "reading.machine_text", "reading.findings")
def show_file(asked: Asked) -> Response:
    """One file, beside the list of all."""
    objid, file = _place(asked)
    case = reading.open_reading(asked.session, objid, file)
    identifiers = [one.identifier for one in case.files]
    window = Window(len(case.files), str(identifiers.index(file) + 1))
    moving = case.shown is not None and case.shown.file.way in ("video", "sound")
    pages = Window(case.shown.pages if case.shown else 0, asked.query.get("page", "1"), 40)
    shows_pages = case.shown is not None and case.shown.file.way in ("pages", "rendered", "picture")
    first, last = (pages.first, pages.last) if pages.last else (1, 1)
    text = machine_text(asked.session, objid, file, first, last) if shows_pages else None
    return asked.show(
        "reading/file.html",
        machine={one.page: one.lines for one in text.pages} if text else {},
        engine=text.engine if text else None,
        case=case,
        window=window,
        pages=pages,
        shown=case.shown,
        machine_found=show_machine_findings(asked.session, objid, file) if moving else None,
        address=address,
        base=f"/cases/{case.objid}/files/{quote(file, safe='')}",
    )


class Watched(FileResponse):
    """A copy sent whole or in ranges, whose stream ends where the copy is found altered meanwhile."""

    chunk_size = 512 * 1024  # each is read in a thread of its own turn: the usual 64 KiB cost half of the speed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; where the copy is no longer shown the connection is cut off, and the browser stops."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.body" and not reading_bytes.still_shown(self.path):
                raise _Gone
            await send(message)

        try:
            await super().__call__(scope, receive, guarded)
        except _Gone:
            return


class _Gone(Exception):
    """The copy was found altered while it was sent."""


@page("GET", "/cases/{objid}/files/{file}", "reading.bytes")
def send_bytes(asked: Asked) -> Response:
    """A recording in the ranges that a player asks for (RFC 9110 §14); its tag is the digest of the copy."""
    sent = reading_bytes.read_bytes(asked.session, *_place(asked))
    headers = {**PRIVATE, "etag": f'"{sent.sha256}"', "content-disposition": "inline", "accept-ranges": "bytes"}
    return Watched(sent.path, media_type=sent.media_type, headers=headers)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise UsageError("look.no-page", text, page=text[:20])
    return int(text)


@page("GET", "/cases/{objid}/files/{file}/pages/{number}", "reading.page")
def send_page(asked: Asked) -> Response:
    """A page of a document, or a photograph, as a picture."""
    number = _number(asked.path["number"])
    picture = reading_bytes.read_page(asked.session, *_place(asked), number)
    return Response(picture.data, media_type=picture.media_type, headers=PRIVATE)


@page("GET", "/cases/{objid}/files/{file}/strip", "reading.strip")
def send_strip(asked: Asked) -> Response:
    """What there is of the strip of a recording, for the player that waits for it."""
    return JSONResponse(as_document(reading_bytes.read_strip(asked.session, *_place(asked))), headers=PRIVATE)


@page("GET", "/cases/{objid}/files/{file}/strip/{part}", "reading.strip_picture")
def send_strip_picture(asked: Asked) -> Response:
    """The frames of a recording side by side, the one before it plays, or its wave form."""
    part = asked.path["part"]
    if part not in ("frames", "poster", "wave"):
        raise UsageError("look.no-strip", str(part)[:20])
    picture = reading_bytes.read_strip_picture(asked.session, *_place(asked), part)
    return Response(picture.data, media_type=picture.media_type, headers=PRIVATE)


@page("GET", "/cases/{objid}/files/{file}/frame", "reading.frame")
def send_frame(asked: Asked) -> Response:
    """One frame of a recording, as a picture."""
    try:
        at = float(asked.query.get("at", ""))
    except ValueError:
        at = float("nan")  # the operation refuses it, who asks being known
    picture = read_frame(asked.session, *_place(asked), at)
    return Response(picture.data, media_type=picture.media_type, headers=PRIVATE)


@page("POST", "/cases/{objid}/view/{file}/searchable", "job.ask", "reading.searchable")
def write_searchable(asked: Asked) -> Response:
    """Have a copy written that can be searched, of a file that was read by machine."""
    objid, file = _place(asked)
    asked_for = jobs.ask(asked.session, "reading.searchable", {"case": objid, "file": file}, key=asked.key)
    return asked.see_other(f"/jobs/{asked_for.id}")


@page("POST", "/cases/{objid}/searchable", "job.ask", "reading.searchable")
def write_searchable_case(asked: Asked) -> Response:
    """The same of all scans of a case."""
    objid = asked.path["objid"]
    asked_for = jobs.ask(asked.session, "reading.searchable", {"case": objid}, key=asked.key)
    return asked.see_other(f"/jobs/{asked_for.id}")


@page("POST", "/cases/{objid}/view/{file}/marks", "reading.mark")
def add_mark(asked: Asked) -> Response:
    """Note a moment of a recording, for oneself."""
    objid, file = _place(asked)
    try:
        at = float(asked.needed("at"))
    except ValueError as error:
        raise UsageError("look.mark-wrong", "at") from error
    reader_notes.add_mark(asked.session, objid, file, at, asked.form.get("note", ""))
    return asked.see_other(address(objid, file))


@page("POST", "/cases/{objid}/view/{file}/unmark", "reading.unmark")
def drop_mark(asked: Asked) -> Response:
    """Take one of one's marks away."""
    objid, file = _place(asked)
    reader_notes.drop_mark(asked.session, objid, file, _number(asked.needed("number")))
    return asked.see_other(address(objid, file))
