"""The drawing of redactions: a file as its pages or its time, boxes over it, and each stroke saved in the draft."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.responses import JSONResponse, Response

from preserve.errors import UsageError
from preserve.messages import known, say
from preserve.services import redaction_drafts, redactions
from preserve.web.asked import Asked
from preserve.web.pages.requests import page_of, picture
from preserve.web.routing import page

_ROWS = TypeAdapter(tuple[redactions.Row, ...])
_LARGEST = 4 << 20
_LABELS = {"from": "web.redact-begin", "to": "web.redact-end"}


@page("GET", "/requests/{number}/redact/{file}", "request.draft", "request.draft_file")
def draw(asked: Asked) -> Response:
    """One file to draw on, with what is drawn already."""
    number, file = asked.path["number"], asked.path["file"]
    draft = redactions.read_draft(asked.session, number)
    seen = redactions.read_file(asked.session, number, file)
    here = next(one for one in draft.files if one.identifier == file)
    gaps = _gaps(one for one in draft.gaps if one.object == seen.object)
    state = _state(draft, seen, here)
    return asked.show("requests/redact.html", draft=draft, file=seen, target=here, state=state, gaps=gaps)


def _state(draft: redactions.DraftShown, seen: redactions.FileSeen, here: redactions.FileToRedact) -> str:
    """What the script begins with, as JSON in the page: it is data, and no program."""
    known: dict[str, Any] = {
        "revision": draft.revision,
        "object": seen.object,
        "kind": seen.kind,
        "rows": [row.model_dump() for row in draft.rows],
        "mistakes": _told(draft.mistakes),
        "pages": [[page.wide, page.high, page.unit] for page in seen.pages],
        "length": seen.length,
        "picture": seen.picture,
        "sound": seen.sound,
        "reason": here.reason,
        "article": here.article or "20",
        "found": {word: say(f"redaction.found-{word}") for word in redactions.FOUND},
    }
    return json.dumps(known)


def _gaps(gaps: Iterable[redactions.Gap]) -> list[str]:
    """What a machine's rows do not cover, in words."""
    return [say(one.code, **one.values) for one in gaps]


def _told(mistakes: tuple[redactions.Mistake, ...]) -> list[dict[str, Any]]:
    return [
        {"row": one.row, "key": one.key, "words": say(one.code, **{**one.values, "key": _label(one.key)})}
        for one in mistakes
    ]


def _label(key: str) -> str:
    """A field by the word that stands beside it."""
    code = _LABELS.get(key, f"web.redact-f-{key}")
    return say(code) if known(code) else key


@page("POST", "/requests/{number}/draft", "request.save_draft", largest=_LARGEST)
def save(asked: Asked) -> Response:
    """Save what is drawn; the answer is for the script: the revision, and what is wrong yet."""
    try:
        rows = _ROWS.validate_json(asked.form.get("rows", ""))
        revision = int(asked.form.get("revision", ""))
    except (ValidationError, ValueError) as error:
        raise UsageError("web.redact-form", asked.path["number"]) from error
    saved = redactions.save_draft(asked.session, asked.path["number"], rows, revision)
    return JSONResponse({"revision": saved.revision, "mistakes": _told(saved.mistakes)})


@page("POST", "/requests/{number}/redact/{file}/drafts", "request.propose")
def propose(asked: Asked) -> Response:
    """Add what the machine proposes for one file; the answer is for the script."""
    try:
        revision = int(asked.form.get("revision", ""))
    except ValueError as error:
        raise UsageError("web.redact-form", asked.path["number"]) from error
    made = redaction_drafts.propose_rows(asked.session, asked.path["number"], asked.path["file"], revision)
    rows = [row.model_dump() for row in made.rows]
    told = say("web.redact-proposed", count=made.added)
    answer = {"revision": made.revision, "rows": rows, "mistakes": _told(made.mistakes), "told": told}
    return JSONResponse({**answer, "gaps": _gaps(made.gaps)})


@page("GET", "/requests/{number}/redact/{file}/pages/{page}", "request.draft_page")
def draw_page(asked: Asked) -> Response:
    """One page of the file, with the examiner's account over it."""
    return picture(redactions.read_page(asked.session, asked.path["number"], asked.path["file"], page_of(asked)))
