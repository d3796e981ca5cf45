"""Cases are listed and searched a page at a time, and the newest entries about one are shown first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preserve.administration.founding import found
from preserve.clock import now
from preserve.data_management import both_logs, ledger, search
from preserve.data_management.archive import open_archive
from preserve.data_management.search import Passage
from preserve.data_management.tables import cases as cases_table
from preserve.data_management.tables import versions
from preserve.description.schema import CaseDescription
from preserve.errors import Refused, UsageError
from preserve.home import acting_person
from preserve.services import case_history, cases
from preserve.services.cases import SearchWish
from preserve.services.pages import LARGEST, Page
from preserve.services.session import Session, SystemUser

COUNT = 7
NUMBERS = [f"临文综罚〔2026〕{number}号" for number in range(1, COUNT + 1)]
DESCRIBED = CaseDescription.model_validate(
    {
        "case_number": "1",
        "case_type": "penalty",
        "title": "t",
        "cause": "c",
        "producer": {"name": "p"},
        "start": "2026-01-01",
        "closed": "2026-02-01",
        "objects": [{"file": "a.txt", "kind": "k", "stage": "decision"}],
    }
).model_dump_json()


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The founder's, in an archive with some cases that only the catalogue has."""
    path: Path = tmp_path_factory.mktemp("cases") / "home"
    found(path, institution="总队", policy="lossless", store=None, digests=["sha256"], language="zh")
    archive = open_archive(path)
    for place, number in enumerate(NUMBERS):
        objid = f"aip-01jd00000000000000000000{place:02d}"
        row = {
            "objid": objid,
            "case_number": number,
            "title": f"案件{place}",
            "case_type": "penalty",
            "producer": "总队",
        }
        row |= {"classification": "internal", "closed": "2026-03-12", "long_term": False, "description": DESCRIBED}
        with archive.catalogue.begin() as connection:
            ledger.append(connection, action="case.registered", subject=objid, actor="z", details={}, moment=now())
            connection.execute(cases_table.insert(), row)
            for version in (1, 2):
                name = f"{objid}_v{version:04d}"
                counts = {"files": version, "size": 10 * version, "manifest_sha256": "0" * 64}
                connection.execute(
                    versions.insert(), {"objid": objid, "version": version, "name": name, "created": "", **counts}
                )
            head = [Passage("title", "", "演出" if place % 2 else "娱乐")]
            described = {"case_type": "penalty", "start": "2026-01-05", "closed": f"2026-03-{place + 1:02d}"}
            words = search.words_of(head, [Passage("text", "笔录.pdf", "询问演出情况")], tokens=True)
            search.enter(connection, objid, described, words)
    yield Session(SystemUser(acting_person()), opened=archive, opened_home=archive.home)
    archive.close()


def last_entry(session: Session) -> dict[str, Any]:
    with session.archive.catalogue.read() as connection:
        return list(both_logs.entries(connection))[-1].data


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
    with pytest.raises(UsageError, match=r"catalogue\.after-wrong"):
        cases.show(session, NUMBERS[0], Page("-1"))


@pytest.mark.parametrize("size", [0, -1, LARGEST + 1])
def test_a_page_has_a_bound(size: int) -> None:
    with pytest.raises(UsageError, match=r"catalogue\.size-wrong"):
        Page(size=size)


def test_the_newest_entries_are_shown_however_many_there_are(session: Session) -> None:
    for _ in range(12):
        cases.show(session, NUMBERS[1], Page(size=1))
    view = cases.show(session, NUMBERS[1], Page(size=5))
    seen = [(entry.log, entry.number) for entry in view.ledger]
    assert view.ledger[0].action == "case.viewed", "the look itself"
    assert seen == sorted(seen, reverse=True) and view.ledger_more == 14 - 5
    while view.ledger_next:
        view = cases.show(session, NUMBERS[1], Page(view.ledger_next, 5))
        seen += [(entry.log, entry.number) for entry in view.ledger]
    assert len(seen) == len(set(seen)) == 14 and seen[-1][0] == "ledger"
    assert view.ledger[-1].action == "case.registered"


def test_a_case_that_is_not_there_is_no_look(session: Session) -> None:
    before = last_entry(session)["number"]
    with pytest.raises(Refused, match=r"cli\.case-unknown"):
        cases.show(session, "没有这个案号")
    assert last_entry(session)["number"] == before


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
