"""Of one case the newest entries about it are shown first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.errors import Refused, UsageError
from preserve.services import case_views
from preserve.services.pages import Page
from preserve.services.session import Session
from tests.support.catalogued import NUMBERS, catalogued, last_entry


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with catalogued(tmp_path_factory.mktemp("cases") / "home") as opened:
        yield opened


def test_the_newest_entries_are_shown_however_many_there_are(session: Session) -> None:
    for _ in range(12):
        case_views.show(session, NUMBERS[1], Page(size=1))
    view = case_views.show(session, NUMBERS[1], Page(size=5))
    seen = [(entry.log, entry.number) for entry in view.ledger]
    assert view.ledger[0].action == "case.viewed", "the look itself"
    assert seen == sorted(seen, reverse=True) and view.ledger_more == 14 - 5
    while view.ledger_next:
        view = case_views.show(session, NUMBERS[1], Page(view.ledger_next, 5))
        seen += [(entry.log, entry.number) for entry in view.ledger]
    assert len(seen) == len(set(seen)) == 14 and seen[-1][0] == "ledger"
    assert view.ledger[-1].action == "case.registered"


def test_a_case_that_is_not_there_is_no_look(session: Session) -> None:
    before = last_entry(session)["number"]
    with pytest.raises(Refused, match=r"cli\.case-unknown"):
        case_views.show(session, "没有这个案号")
    assert last_entry(session)["number"] == before


def test_what_no_page_gave_begins_none(session: Session) -> None:
    with pytest.raises(UsageError, match=r"catalogue\.after-wrong"):
        case_views.show(session, NUMBERS[0], Page("-1"))
