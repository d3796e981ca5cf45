"""The preview of one file of a request: made by a job that one waits for, then shown as the consumer would see it."""

from __future__ import annotations

from starlette.responses import FileResponse, Response

from preserve.errors import PreserveError, Refused
from preserve.services import jobs, previews
from preserve.services.failures import known_failure
from preserve.services.http import http_status
from preserve.web.asked import Asked
from preserve.web.pages.requests import page_of, picture
from preserve.web.routing import page


def _of(asked: Asked) -> previews.Of:
    return "draft" if (asked.query.get("of") or asked.form.get("of")) == "draft" else "plan"


@page("GET", "/requests/{number}/preview/{file}", "request.preview", "job.show")
def preview(asked: Asked) -> Response:
    """What would be given of a file; where it was not made yet, the button that asks for it."""
    number, file = asked.path["number"], asked.path["file"]
    try:
        shown = previews.read_preview(asked.session, number, file, _of(asked))
    except Refused as error:
        if http_status(error) != 422:
            raise
        return _unfinished(asked, error)
    job = asked.query.get("job", "")
    work = jobs.show(asked.session, job) if job and shown.state == "wanting" else None
    return asked.show("requests/preview.html", preview=shown, work=work)


def _unfinished(asked: Asked, error: PreserveError) -> Response:
    """What is drawn is not finished: what is missing, and the way back."""
    number = asked.path["number"]
    return asked.show("requests/preview_unfinished.html", 422, failure=known_failure(error), number=number)


@page("POST", "/requests/{number}/preview/{file}", "job.ask", "request.make_preview")
def make(asked: Asked) -> Response:
    """Ask for it; the job's page leads back here."""
    number, file, of = asked.path["number"], asked.path["file"], _of(asked)
    wish = {"number": number, "file": file, "of": of}
    wanted = jobs.ask(asked.session, "request.make_preview", wish, key=asked.key, subject=number)
    return asked.see_other(f"/requests/{number}/preview/{file}?of={of}&job={wanted.id}")


@page("GET", "/requests/{number}/preview/{file}/pages/{page}", "request.preview_page")
def preview_page(asked: Asked) -> Response:
    """One page of it."""
    number, file = asked.path["number"], asked.path["file"]
    return picture(previews.read_preview_page(asked.session, number, file, page_of(asked), _of(asked)))


@page("GET", "/requests/{number}/preview/{file}/bytes", "request.preview_bytes")
def preview_bytes(asked: Asked) -> Response:
    """The recording as it would be given, in ranges."""
    shown = previews.read_preview_bytes(asked.session, asked.path["number"], asked.path["file"], _of(asked))
    return FileResponse(shown.path, media_type=shown.media_type, headers={"cache-control": "private, no-store"})
