"""Lines of the log as JSON: one object each, ASCII, with what a program asks for and without content or secrets."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from preserve.errors import NotFound
from preserve.services.logs import JsonLines, facts

SECRET = "案〔2026〕7号 李某"


def line_of(message: str, *args: object, level: int = logging.INFO, **how: Any) -> str:
    """A record as its line."""
    record = logging.getLogger("preserve.web").makeRecord(
        "preserve.web", level, __file__, 1, message, args, how.get("error"), extra=how.get("extra")
    )
    return JsonLines(journal=how.get("journal", False)).format(record)


def read(line: str) -> dict[str, Any]:
    """The object, of a line that is one."""
    assert line.isascii() and line.isprintable()
    found: dict[str, Any] = json.loads(line)
    return found


def test_facts_stand_under_their_names() -> None:
    told = read(line_of("%s %s", 1, 2, extra=facts("request", route="/cases/{objid}", status=200, ms=1.5)))
    assert told.pop("time").endswith("Z")
    assert told == {
        "level": "info",
        "logger": "preserve.web",
        "event": "request",
        "route": "/cases/{objid}",
        "status": 200,
        "ms": 1.5,
    }


def test_facts_take_no_ones_place() -> None:
    told = read(line_of("x", extra={"facts": {"event": "e", "level": "fake", "time": "fake", "logger": "fake"}}))
    assert (told["level"], told["logger"]) == ("info", "preserve.web") and told["time"] != "fake"


@pytest.mark.parametrize("text", ["a\nb", "\r\n\x1b[31m", "\u2028\u202e", "\ud800", '"}{"level":"x'])
def test_no_text_ends_a_line_or_reaches_a_terminal(text: str) -> None:
    assert read(line_of("%s", text))["message"] == text
    assert read(line_of("x", extra=facts("e", note=text)))["note"] == text


def test_errors_are_named_and_not_quoted() -> None:
    assert read(line_of("GET /x: %s", NotFound("case.none", SECRET)))["message"] == "GET /x: case.none"
    assert read(line_of("GET /x: %s", ValueError(SECRET)))["message"] == "GET /x: ValueError"
    try:
        raise NotFound("case.none", SECRET)
    except NotFound as error:
        told = line_of("defect", level=logging.ERROR, error=(type(error), error, error.__traceback__))
    assert SECRET not in json.dumps(read(told), ensure_ascii=False)
    assert read(told)["error"] == "case.none"
    assert read(told)["at"][-1].startswith("services/test_logs.py:")


def test_what_does_not_fit_its_form_is_still_one_line() -> None:
    assert read(line_of("%d of %s", "x"))["message"] == "%d of %s"
    assert read(line_of("x", extra={"facts": {"event": "e", "what": Path("/x")}}))["what"] == "PosixPath"
    assert len(read(line_of("%s", "x" * 100_000))["message"]) == 2_000


def test_the_journal_is_told_the_level() -> None:
    assert line_of("x", journal=True).startswith('<6>{"time"')
    assert line_of("x", journal=True, level=logging.ERROR).startswith('<3>{"time"')


_PROGRAM = """
import logging
from preserve.settings import Logging
from preserve.services.logs import begin_logging
begin_logging(Logging(form="{form}"), text={text})
logging.getLogger("preserve.web").info("one")
logging.getLogger("httpx").info("GET https://provider/?code=secret")
logging.getLogger("httpx").warning("two")
"""


@pytest.mark.parametrize(
    ("form", "text", "lines"), [("json", True, 2), ("json", False, 2), ("text", True, 3), ("text", False, 1)]
)
def test_a_process_logs_as_it_is_set(form: str, text: bool, lines: int) -> None:
    program = _PROGRAM.format(form=form, text=text)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    said = done.stderr.splitlines()
    assert len(said) == lines, said
    if form == "json":
        assert [read(one)["message"] for one in said] == ["one", "two"]


def test_a_line_for_the_journal_begins_with_its_level_only_where_the_journal_reads(tmp_path: Path) -> None:
    program = _PROGRAM.format(form="json", text=True)
    with (tmp_path / "journal").open("w+b") as stream:
        found = os.fstat(stream.fileno())
        for device, begins in ((found.st_dev, b"<6>{"), (found.st_dev + 1, b"{")):
            stream.seek(0)
            stream.truncate()
            environment = {**os.environ, "JOURNAL_STREAM": f"{device}:{found.st_ino}"}
            subprocess.run([sys.executable, "-c", program], stderr=stream, env=environment, check=True)
            stream.seek(0)
            assert stream.readline().startswith(begins)
