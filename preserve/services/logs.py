"""How the services log: text for people, or one JSON object a line for what collects logs; neither tells of content.

A line of JSON is ASCII, whatever was in it, and holds no text of an exception, since names of people and cases stand
in those: its class and code, and where in the program it was raised. Under systemd's journal each line begins with its
level (sd-daemon(3)), which the journal takes off again.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from preserve.errors import PreserveError
from preserve.home import logs_to_journal
from preserve.services.log_lines import LogLines
from preserve.settings import Logging

_FRAMES, _LONGEST = 12, 2_000
_OURS = ("preserve", "uvicorn")
_PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}


def facts(event: str, /, **values: str | int | float) -> dict[str, dict[str, str | int | float]]:
    """`extra=` of a line: what happened, and what a program reads of it by name. Nothing of a case, no secret."""
    return {"facts": {"event": event, **values}}


def begin_logging(settings: Logging, *, text: bool = True) -> None:
    """Log to stderr in the form that is set; without `text` nothing is begun where people read it."""
    if settings.form == "json":
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines(journal=logs_to_journal(sys.stderr.fileno())))
        handler.addFilter(_is_for_the_log)
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    elif text:
        handler = logging.StreamHandler()
        handler.setFormatter(LogLines())
        logging.basicConfig(level=logging.INFO, handlers=[handler])


def _is_for_the_log(record: logging.LogRecord) -> bool:
    """Libraries name addresses and content where all goes well: of theirs only what is wrong."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] in _OURS


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, and the facts that came with it."""

    def __init__(self, *, journal: bool = False) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        given = getattr(record, "facts", None)
        if isinstance(given, Mapping):
            line.update({name: value for name, value in given.items() if name not in line})
        else:
            line["message"] = _message(record)[:_LONGEST]
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _name(record.exc_info[1])
            line["at"] = _places(record.exc_info[2])
        text = json.dumps(line, ensure_ascii=True, default=lambda value: type(value).__name__)
        return f"<{_PRIORITIES.get(record.levelno, 6)}>{text}" if self._journal else text


def _message(record: logging.LogRecord) -> str:
    args = record.args
    if isinstance(args, tuple):
        args = tuple(_name(one) if isinstance(one, BaseException) else one for one in args)
    try:
        return str(record.msg) % args if args else str(record.msg)
    except (TypeError, ValueError):
        return str(record.msg)


def _name(error: BaseException) -> str:
    """What is told of an exception: never its text."""
    return error.code if isinstance(error, PreserveError) else type(error).__name__


def _places(raised: TracebackType | None) -> list[str]:
    """Where it was raised, the innermost last: module and line of each frame."""
    frames = traceback.extract_tb(raised)[-_FRAMES:]
    return [f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
