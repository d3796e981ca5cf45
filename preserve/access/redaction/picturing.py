"""Pages of documents and pictures for people to see, drawn in a process apart: what is drawn may be hostile.

PDFium may be used by one thread of a process at a time, and a worker ends with the thread that started it: so one
thread owns the worker, for as long as this process lives.
"""

from __future__ import annotations

import io
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.access.redaction import pages, pictures
from preserve.access.redaction.painting import Mark, stamp
from preserve.errors import NotFound, Refused
from preserve.messages import Language, language, speaking
from preserve.work import executor

_WIDE = 1240  # pixels of a page as it is shown: A4 at 150 dpi
_QUALITY = 82
_owner = ThreadPoolExecutor(1, thread_name_prefix="pages")
_worker: list[Executor] = []


@dataclass(frozen=True, slots=True)
class Picture:
    """One page to be drawn: of which file, whether it is a PDF or a picture, counted from 1, and with which mark."""

    path: Path
    name: str
    paper: bool
    page: int
    mark: str


def page_picture(wanted: Picture) -> bytes:
    """A page as JPEG, with the mark over it. Raises NotFound where there is no such page, Refused."""
    context = copy_context()
    return _owner.submit(context.run, _in_worker, wanted).result()


def _in_worker(wanted: Picture) -> bytes:
    if not _worker:
        _worker.append(executor(1))
    try:
        return _worker[0].submit(_drawn, wanted, language()).result()
    except BrokenProcessPool as error:
        _worker.pop().shutdown(wait=False)
        raise Refused("redaction.unreadable", wanted.name, reason=str(wanted.page)) from error


def _drawn(wanted: Picture, spoken: Language) -> bytes:
    with speaking(spoken):
        found = (
            pages.sheets(wanted.path, wanted.name, lambda number: number == wanted.page)
            if wanted.paper
            else (one for one in pictures.as_sheets(wanted.path, wanted.name) if one.number == wanted.page)
        )
        sheet = next(iter(found), None)
        if sheet is None:
            raise NotFound("redaction.page-unknown", wanted.name, page=wanted.page)
        picture: Any = sheet.picture
        picture.thumbnail((_WIDE, 4 * _WIDE))
        stamp(picture, Mark(wanted.mark))
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=_QUALITY)
        return data.getvalue()
