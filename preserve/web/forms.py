"""What fields of a form say, as values; and the page of a form again, with what went wrong and what was filled in."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

from starlette.datastructures import UploadFile
from starlette.responses import Response

from preserve.errors import NotPermitted, Refused, UsageError
from preserve.services.failures import Failure, known_failure
from preserve.services.http import http_status, nobody_was_recognised
from preserve.web.asked import Asked


class _InState(Protocol):
    @property
    def state(self) -> str: ...


_Row = TypeVar("_Row", bound=_InState)
Show = Callable[[Asked, Failure | None, int], Response]
_T = TypeVar("_T", bound=str)


def or_again(asked: Asked, show: Show, deed: Callable[[], Response]) -> Response:
    """The answer of a deed; where it is refused, the page that the form stands on, which says why and keeps its words.

    Raises NotPermitted where nobody was recognised.
    """
    try:
        return deed()
    except (Refused, UsageError, NotPermitted) as error:
        if nobody_was_recognised(error) and error.code != "people.password-wrong":
            raise
        return show(asked, known_failure(error), http_status(error))


def day(asked: Asked, name: str) -> date | None:
    """A day of the form; None where it is empty. Raises UsageError for what is none."""
    text = asked.form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError("web.appraisal-day-wrong", text[:40]) from error


def by_state(asked: Asked, rows: Sequence[_Row]) -> dict[str, Any]:
    """What a list of proceedings shows: its rows, the newest first, all or those of the state in the address.

    `states` counts the rows of each state, `wanted` is the one that is shown, empty for all.
    """
    states = Counter(row.state for row in rows)
    wanted = asked.query.get("state", "")
    wanted = wanted if wanted in states else ""
    return {
        "rows": tuple(row for row in reversed(rows) if wanted in ("", row.state)),
        "states": states,
        "wanted": wanted,
    }


def one_of(text: str, known: tuple[_T, ...], usual: _T) -> _T:
    """The one of these words that a text is, else the usual one."""
    return next((one for one in known if one == text), usual)


def numbers(texts: list[str]) -> list[int]:
    """Numbers of lines, each once. Raises UsageError for what is none."""
    found: dict[int, None] = {}
    for text in texts:
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            raise UsageError("web.appraisal-number-wrong", text[:40])
        found[int(text)] = None
    return list(found)


def names(text: str) -> list[str]:
    """What stands in a field one a line, or parted by commas; each once."""
    return list(dict.fromkeys(part.strip() for part in re.split(r"[\n\r,，、;；]+", text) if part.strip()))


def seen(asked: Asked) -> str:
    """The digest of the record that was shown with the form. Raises UsageError where the form has none."""
    digest = asked.form.get("seen", "")
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise UsageError("web.appraisal-not-seen")
    return digest


@contextmanager
def uploaded(asked: Asked, name: str) -> Iterator[Path]:
    """A file of the form, under the last part of its own name, for as long as the context lasts.

    Raises UsageError where none was sent.
    """
    sent: UploadFile | None = asked.files.get(name)
    if sent is None:
        raise UsageError("web.field-missing", name)
    with tempfile.TemporaryDirectory(prefix="preserve-upload-") as folder:
        path = Path(folder) / plain_name(sent.filename or "")
        with path.open("wb") as stream:
            shutil.copyfileobj(sent.file, stream, 1 << 20)
        yield path


def plain_name(name: str, ending: str = "") -> str:
    """A name without folders, of letters that every file system takes, short enough; its ending kept, or this one."""
    last = re.split(r"[/\\]", name)[-1]
    stem, own = os.path.splitext("".join(one for one in last if one.isprintable() and one not in ':*?"<>|'))
    stem = stem.encode()[:120].decode("utf-8", "ignore").strip(". ")
    return (stem or "file") + (ending or (own if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", own) else ""))
