"""Cases are listed and searched a page at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from preserve.errors import UsageError
from preserve.services import case_history, cases
from preserve.services.cases import SearchWish
from preserve.services.pages import LARGEST, Page
from preserve.services.session import Session
from tests.support.catalogued import COUNT, NUMBERS, catalogued, last_entry


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with catalogued(tmp_path_factory.mktemp("cases") / "home") as opened:
        yield opened


def test_a_list_goes_on_where_the_page_before_ended(session: Session) -> None:
    numbers: list[str] = []
    page, lefts = Page(size=3), []
    while True:
        listed = cases.list_cases(session, page)
        numbers += [row.case_number for row in listed.cases]
        lefts.append(listed.more)
        rows = {"cases": len(listed.cases), "first": listed.cases[0].case_number, "last": numbers[-1]}
        assert last_entry(session)["details"] == rows
        if not listed.next:
            break
        page = Page(listed.next, 3)
    assert numbers == sorted(NUMBERS)
    assert lefts == [4, 1, 0]
    assert {row.version for row in listed.cases} == {2}, "the counts are those of the newest version"


def test_a_search_goes_on_where_the_page_before_ended(session: Session) -> None:
    whole = cases.search_cases(session, SearchWish("演出"))
    assert not whole.more and len(whole.hits) == COUNT
    assert [hit.field for hit in whole.hits] == ["title"] * 3 + ["text"] * 4, "what the description says comes first"
    hits, page = [], Page(size=2)
    while True:
        result = cases.search_cases(session, SearchWish("演出"), page)
        assert last_entry(session)["details"] == {"cases": [hit.objid for hit in result.hits]}
        hits += result.hits
        assert result.more == bool(result.next)
        if not result.next:
            break
        page = Page(result.next, 2)
    assert tuple(hits) == whole.hits


def test_filters_alone_have_pages_too(session: Session) -> None:
    first = cases.search_cases(session, SearchWish(case_type="penalty"), Page(size=4))
    rest = cases.search_cases(session, SearchWish(case_type="penalty"), Page(first.next, 4))
    assert len({hit.objid for hit in (*first.hits, *rest.hits)}) == COUNT and not rest.more


@pytest.mark.parametrize("after", ["x", "3-5", "0-", "1-99999999999999999999"])
def test_what_no_page_gave_begins_none(session: Session, after: str) -> None:
    with pytest.raises(UsageError, match=r"catalogue\.after-wrong"):
        cases.search_cases(session, SearchWish("演出"), Page(after))


@pytest.mark.parametrize("size", [0, -1, LARGEST + 1])
def test_a_page_has_a_bound(size: int) -> None:
    with pytest.raises(UsageError, match=r"catalogue\.size-wrong"):
        Page(size=size)


def test_a_history_counts_the_lists_that_the_case_stood_in(session: Session) -> None:
    first, last = sorted(NUMBERS)[0], sorted(NUMBERS)[-1]
    before = [case_history.show_history(session, number).listings for number in (first, last)]
    cases.list_cases(session, Page(size=2))
    after = [case_history.show_history(session, number).listings for number in (first, last)]
    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 0]


def test_a_history_ends_with_the_look_at_it(session: Session) -> None:
    view = case_history.show_history(session, NUMBERS[2])
    assert view.events[-1].code == "history.viewed"
    assert view.ledger.size >= view.events[-1].number
    json.dumps(view.ledger.checkpoint)
