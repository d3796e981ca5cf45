"""The log of what was taken out: where, why and by which article, and never what."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.access.redaction.log import Line, as_data, clock, documents, where
from preserve.access.redaction.plan import Box, Redaction, seconds
from preserve.access.requests.model import Request
from preserve.messages import speaking
from tests.support.asking import PAPER, Counter

MOMENT = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)
SECRET_NAME = "02/张某举报信.pdf"
BOX = Redaction(
    SECRET_NAME, "box", "举报人隐私", "20", "/secret/plan.toml:7", ((1, 1), (3, 5)), box=Box(1, 2.5, 3, 4, "mm")
)


@pytest.fixture(scope="module")
def request_(counter: Counter) -> Request:
    return counter.approved()


def lines_of(request: Request, *redactions: Redaction, given_as: str = "") -> list[Line]:
    assert request.examination is not None
    selected = next(file for file in request.examination.selection if file.path == PAPER)
    selected = selected.model_copy(update={"given_as": given_as})
    return [Line(selected, selected, "representations/redacted/data/a.pdf", "0" * 64, "tool", redactions)]


def test_it_says_where_and_why_and_neither_the_old_name_nor_the_plan(counter: Counter, request_: Request) -> None:
    written = documents(counter.archive.home, request_, lines_of(request_, BOX, given_as="甲.pdf"), MOMENT)
    papers = {path: (mime, data) for path, mime, data in written}
    assert {path: mime for path, (mime, _) in papers.items()} == {
        "documentation/redaction-log.json": "application/json",
        "documentation/redaction-log.html": "text/html",
        "documentation/redaction-log.pdf": "application/pdf",
    }
    document = json.loads(papers["documentation/redaction-log.json"][1])
    assert (document["format"], document["request"]) == ("preserve-redaction-log-1", request_.number)
    assert (document["examined"]["by"], document["approved"]["by"]) == ("wang", "head")
    (file,) = document["files"]
    assert (file["object"], file["source"]["file"]) == ("甲.pdf", "甲.pdf")
    assert file["redactions"][0]["reason"] == "举报人隐私" and file["redactions"][0]["article"] == "20"
    for path in ("documentation/redaction-log.json", "documentation/redaction-log.html"):
        text = papers[path][1].decode()
        assert not any(word in text for word in (SECRET_NAME, PAPER, "/secret/plan.toml"))
        assert "举报人隐私" in text
    assert papers["documentation/redaction-log.pdf"][1].startswith(b"%PDF-")


def test_where_nothing_was_taken_out_it_is_the_log_of_what_was_made(counter: Counter, request_: Request) -> None:
    written = documents(counter.archive.home, request_, lines_of(request_), MOMENT)
    assert [path for path, _, _ in written] == [
        f"documentation/derivation-log.{kind}" for kind in ("json", "html", "pdf")
    ]


def test_a_redaction_as_data_names_no_object() -> None:
    data = as_data(BOX)
    assert data == {
        "what": "box",
        "reason": "举报人隐私",
        "article": "20",
        "pages": ((1, 1), (3, 5)),
        "box": {"left": 1, "top": 2.5, "width": 3, "height": 4, "unit": "mm"},
    }


def test_where_something_is_gone_in_words() -> None:
    with speaking("en"):
        boxed = where(BOX)
        every = where(Redaction("a.pdf", "box", "", "20", "", box=Box(1, 2, 3, 4, "mm")))
        picture = where(Redaction("a.png", "box", "", "20", "", box=Box(1, 2, 3, 4, "%")))
        muted = where(Redaction("a.mp4", "mute", "", "20", "", begin=70.5, end=80.0))
    assert "1" in boxed and "3–5" in boxed and "2.5" in boxed and "mm" in boxed
    assert every != picture and len(every) > len(picture), "a paper has pages, a picture has none"
    assert "0:01:10.500" in muted and "0:01:20.000" in muted


@given(st.integers(0, 400 * 3_600_000))
def test_times_are_written_as_a_plan_may_say_them(thousandths: int) -> None:
    assert round(seconds(clock(thousandths / 1000)) * 1000) == thousandths
