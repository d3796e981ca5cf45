"""A request entered: what is missing in it, what it asks for that is not there, and the day by which it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from preserve.access.requests.entering import Asked, Entry, open_request
from preserve.access.requests.model import Consumer
from preserve.access.requests.procedure import REQUESTS
from preserve.data_management import ledger
from preserve.errors import NotFound, PreserveError, Refused, UsageError
from preserve.working_days import read_calendar, working_day_from
from tests.support.asking import PAPER, Counter


def entry_of(counter: Counter) -> Entry:
    """A court's, as it should be."""
    consumer = Consumer(name="张法官", capacity="court")
    return Entry(consumer, [Asked(counter.case)], " 举证 ", [("调取证据通知书", counter.notice)])


def numbers(counter: Counter) -> set[str]:
    with counter.archive.catalogue.read() as connection:
        return {entry.subject for entry in ledger.of_action(connection, "request.opened")}


def test_a_request_is_in_the_ledger_as_it_is_on_disc(counter: Counter) -> None:
    today = counter.archive.today()
    request = open_request(counter.actor(), entry_of(counter))
    assert (request.state, request.step, request.opened_by, request.purpose) == ("opened", 1, "founder", "举证")
    assert request.cases == (counter.objid,) and request.wanted[0].case_number == counter.case
    calendar = read_calendar(counter.archive.home.profiles)
    assert (request.due, request.due_certain) == working_day_from(calendar, today + timedelta(days=15))
    assert counter.request(request.number) == request
    (paper,) = request.papers
    kept = REQUESTS.folder_of(counter.archive.home, request.number) / paper.file
    assert kept.read_bytes() == counter.notice.read_bytes()
    with counter.archive.catalogue.read() as connection:
        (entry,) = ledger.about(connection, request.number)
    assert "张法官" not in entry.text and entry.details["capacity"] == "court"


def test_the_bureau_may_say_another_day_but_not_receive_in_the_future(counter: Counter) -> None:
    today = counter.archive.today()
    entry = replace(entry_of(counter), received=today - timedelta(days=3), due=date(2030, 1, 5))
    request = open_request(counter.actor(), entry)
    assert (request.received, request.due, request.due_certain) == (today - timedelta(days=3), date(2030, 1, 5), True)
    with pytest.raises(UsageError, match=r"request\.received-later"):
        open_request(counter.actor(), replace(entry, received=today + timedelta(days=1)))


def lawyer(entry: Entry, represents: str = "") -> Entry:
    consumer = Consumer(name="钱律师", capacity="lawyer", represents=represents)
    papers = [(kind, entry.documents[0][1]) for kind in ("身份证明", "授权委托书")]
    return replace(entry, consumer=consumer, documents=papers)


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        (lambda entry: replace(entry, purpose=" "), UsageError, "request.incomplete"),
        (lambda entry: replace(entry, asked=[]), UsageError, "request.incomplete"),
        (lambda entry: replace(entry, documents=[]), Refused, "request.paper-missing"),
        (lawyer, UsageError, "request.represents-nobody"),
        (
            lambda entry: replace(entry, consumer=Consumer(name="甲", capacity="neighbour")),
            Refused,
            "request.capacity-unknown",
        ),
        (lambda entry: replace(entry, asked=[Asked("没有这个案号")]), NotFound, "cli.case-unknown"),
        (
            lambda entry: replace(entry, asked=[replace(entry.asked[0], object="没有.pdf")]),
            NotFound,
            "request.nothing-there",
        ),
        (
            lambda entry: replace(entry, asked=[replace(entry.asked[0], object=PAPER, begin=5.0, end=5.0)]),
            UsageError,
            "request.range-wrong",
        ),
        (
            lambda entry: replace(entry, asked=[replace(entry.asked[0], begin=1.0, end=5.0)]),
            UsageError,
            "request.range-wrong",
        ),
    ],
)
def test_what_is_wrong_is_refused_and_no_number_is_given_out(
    counter: Counter, change: Callable[[Entry], Entry], error: type[PreserveError], code: str
) -> None:
    before = numbers(counter)
    with pytest.raises(error) as caught:
        open_request(counter.actor(), change(entry_of(counter)))
    assert caught.value.code == code
    assert numbers(counter) == before


def test_who_may_not_see_cases_is_not_told_which_there_are(counter: Counter) -> None:
    entry = entry_of(counter)
    answers = []
    for asked in (Asked("没有这个案号"), Asked(counter.case, object="没有.pdf")):
        with pytest.raises(NotFound) as caught:
            open_request(counter.actor("zhou"), replace(entry, asked=[asked]))
        answers.append(caught.value.code)
    assert answers == ["request.not-to-be-had"] * 2
    assert open_request(counter.actor("zhou"), lawyer(entry, "临江星光")).consumer.represents == "临江星光"
