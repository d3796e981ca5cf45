"""What readers keep for themselves: nobody else sees it, nothing of it is in the ledger, and there is an end to it."""

from __future__ import annotations

import pytest

from preserve.errors import NotFound, Refused, UsageError
from preserve.services import reader_notes
from preserve.services.cases import SearchWish
from tests.support.bureau import Bureau


def test_searches_are_kept_under_a_name(bureau: Bureau) -> None:
    archivist, examiner = (bureau.session(bureau.askers[name]) for name in ("archivist", "examiner"))
    before = bureau.size()
    reader_notes.save_search(archivist, " 演出 ", "words=%E6%BC%94%E5%87%BA")
    reader_notes.save_search(archivist, "演出", "words=x")
    (kept,) = reader_notes.saved_searches(archivist).searches
    assert (kept.name, kept.query) == ("演出", "words=x")
    assert reader_notes.saved_searches(examiner).searches == ()
    with pytest.raises(NotFound):
        reader_notes.forget_search(examiner, "演出")
    reader_notes.forget_search(archivist, "演出")
    assert reader_notes.saved_searches(archivist).searches == ()
    assert bureau.size() - before < 1_000_000, "no entry of the ledger, but of the refusal"


@pytest.mark.parametrize(("name", "query"), [("", "a=1"), ("n" * 61, "a=1"), ("n", "a" * 2001), ("n", "a\r\nb")])
def test_a_search_that_cannot_be_kept(bureau: Bureau, name: str, query: str) -> None:
    with pytest.raises(UsageError):
        reader_notes.save_search(bureau.session(bureau.askers["archivist"]), name, query)


def test_there_is_an_end_to_what_one_may_keep(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    session = bureau.session(bureau.askers["head"])
    monkeypatch.setattr(reader_notes.reader_notes, "MOST_SEARCHES", 1)
    reader_notes.save_search(session, "a", "words=1")
    with pytest.raises(Refused):
        reader_notes.save_search(session, "b", "words=2")
    reader_notes.save_search(session, "a", "words=3")
    monkeypatch.setattr(reader_notes, "MOST_CHOSEN", 0)
    with pytest.raises(Refused):
        reader_notes.choose(session, [bureau.objid])
    with pytest.raises(Refused):
        reader_notes.choose_found(session, SearchWish())
    assert reader_notes.list_chosen(session).cases == ()


def test_cases_are_chosen_by_list_and_by_search(bureau: Bureau) -> None:
    session = bureau.session(bureau.askers["archivist"])
    for wish in (SearchWish(), SearchWish("演出")):
        assert [one.objid for one in reader_notes.choose_found(session, wish).cases] == [bureau.objid]
    assert [one.case_number for one in reader_notes.choose(session, [bureau.case]).cases] == [bureau.case]
    with pytest.raises(Refused):
        reader_notes.choose(session, ["nothing"])
    assert reader_notes.let_go(session, [bureau.objid]).cases == ()
    reader_notes.choose(session, [bureau.objid])
    assert reader_notes.let_go(session).cases == ()
