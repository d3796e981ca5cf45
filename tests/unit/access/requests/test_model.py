"""What a request consists of: it reads back as it was written, and knows its cases and the names that are shown."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from preserve.access.requests.model import Request, Wanted
from tests.support.asking import Counter


@pytest.fixture(scope="module")
def approved(counter: Counter) -> Request:
    return counter.approved()


def test_it_reads_back_as_it_was_written(approved: Request) -> None:
    assert approved.examination is not None and approved.decision is not None
    assert Request.model_validate_json(approved.model_dump_json()) == approved


def test_a_record_with_something_unknown_in_it_is_none(approved: Request) -> None:
    """A field that this release does not know may be a condition that it would not keep."""
    document = json.loads(approved.model_dump_json())
    for place in (document, document["consumer"], document["decision"], document["examination"]["selection"][0]):
        place["condition"] = "x"
        with pytest.raises(ValidationError):
            Request.model_validate(document)
        del place["condition"]
    document["state"] = "forgotten"
    with pytest.raises(ValidationError):
        Request.model_validate(document)


def test_nothing_of_it_can_be_changed(approved: Request) -> None:
    with pytest.raises(ValidationError):
        approved.purpose = "另一目的"


def test_its_cases_stand_once_each_in_their_order(approved: Request) -> None:
    wanted = tuple(Wanted(objid=objid, case_number=objid) for objid in ("aip-2", "aip-1", "aip-2"))
    assert approved.model_copy(update={"wanted": wanted}).cases == ("aip-2", "aip-1")


def test_a_file_is_shown_under_the_name_it_is_given_as(approved: Request) -> None:
    assert approved.examination is not None
    selected = approved.examination.selection[0]
    assert selected.shown == selected.path
    assert selected.model_copy(update={"given_as": "甲.pdf"}).shown == "甲.pdf"
