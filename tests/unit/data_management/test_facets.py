"""What a case can be picked out by, and in which file it says so."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, text

from preserve.data_management import facets
from preserve.data_management.facets import Filters
from preserve.errors import UsageError

DESCRIPTION: dict[str, Any] = {
    "case_type": "penalty",
    "start": "2026-01-05",
    "closed": "2026-03-12",
    "parties": [{"name": "星河文化公司", "identity": "9131"}],
    "officers": [{"name": "陈立新", "number": "110233"}],
    "measures": [{"measure": "seizure", "place": "淮海路 1 号", "start": "2026-01-07T09:00:00+08:00"}],
    "objects": [
        {"file": "a.mp4", "kind": "现场录像", "stage": "investigation", "device": "DSJ-A2", "date": "2026-01-06"},
        {"file": "b.txt", "kind": "举报信", "stage": "initiation", "volume": "inner"},
    ],
}


@pytest.fixture
def entered(connection: Connection) -> Connection:
    facets.enter(connection, 7, DESCRIPTION)
    return connection


def test_rows_are_folded_and_none_is_empty(entered: Connection) -> None:
    rows = list(facets.rows_of(entered, 7))
    assert ("device", "dsj-a2") in rows and ("place", "淮海路 1 号") in rows
    assert ("classification", "internal") in rows  # what a description does not say
    assert all(value for _, value in rows)
    facets.forget(entered, 7)
    assert not list(facets.rows_of(entered, 7))


@pytest.mark.parametrize(
    ("filters", "answer"),
    [
        (Filters(device="A2"), ("device", "a.mp4", "dsj-a2")),
        (Filters(party="星河"), ("party", "", "星河文化公司")),
        (Filters(party="星河", device="dsj"), ("device", "a.mp4", "dsj-a2")),  # one about a file before others
        (Filters(since="2026-01-06", until="2026-01-06"), ("date", "a.mp4", "2026-01-06")),
        (Filters(volume="inner"), ("volume", "b.txt", "inner")),
        (Filters(officer="王晓梅"), ("title", "", "")),
    ],
)
def test_the_file_that_answers(entered: Connection, filters: Filters, answer: tuple[str, str, str]) -> None:
    assert facets.matching_file(entered, 7, filters) == answer


def test_a_span_of_days_becomes_the_cases_in_it(entered: Connection) -> None:
    assert facets.days(entered, Filters()) == ("", {})
    where, values = facets.days(entered, Filters(since="2026-01-01", until="2026-01-31"))
    assert (values["first"], values["last"]) == (7, 7)
    query = text("SELECT count(*) FROM facets WHERE 1=1" + where.format(number="number"))
    assert entered.execute(query, values).scalar_one() > 0
    _, values = facets.days(entered, Filters(since="2027-01-01"))
    assert (values["first"], values["last"]) == (0, -1)


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2026-01-01", "2026-01-31", (7, 7)),
        ("2026-01-01", "2027-12-31", (7, 7)),
        ("2027-01-01", "2027-12-31", (0, -1)),
        ("2020-01-01", "2026-12-31", None),
        ("2026-01-01", "", None),
        ("", "2026-12-31", None),
    ],
)
def test_a_span_with_many_days_of_cases_tells_where_they_lie(
    entered: Connection, since: str, until: str, found: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "_FEW", -1)
    where, values = facets.days(entered, Filters(since=since, until=until))
    told = (values["first"], values["last"]) if "first" in values else None
    assert told == found
    query = text("SELECT count(*) FROM facets f WHERE 1=1" + where.format(number="f.number"))
    assert (entered.execute(query, values).scalar_one() > 0) == (found != (0, -1))


def test_filters_become_one_question() -> None:
    assert not Filters() and Filters(stage="trial")
    assert Filters(since="2026-01-01").expression() == ""
    assert Filters(officer="陈立新").expression().startswith("{officer}: ")
    assert " AND " in Filters(officer="陈立新", stage="trial").expression()
    with pytest.raises(UsageError, match=r"catalogue\.nothing-to-search"):
        Filters(officer="。").expression()
