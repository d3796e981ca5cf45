"""The history of a case by its operation: who sees how much of it, what the look leaves, and what is written out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from preserve.errors import NotPermitted, Refused
from preserve.services.case_history import show_history
from tests.support.bureau import Bureau


def test_the_oldest_event_comes_first_and_the_look_itself_last(bureau: Bureau) -> None:
    before = bureau.size()
    view = show_history(bureau.session(bureau.askers["archivist"]), bureau.case)
    assert (view.status, view.intact, view.findings, view.files) == (0, True, (), ())
    assert [event.number for event in view.events] == list(range(1, len(view.events) + 1))
    assert [event.when for event in view.events] == sorted(event.when for event in view.events)
    assert view.case.objid == bureau.objid and view.case.title and view.contents_shown
    (entry,) = bureau.entries(before)
    assert (entry["action"], entry["subject"], entry["actor"]) == ("history.viewed", bureau.objid, "archivist")
    assert view.ledger.entries <= view.ledger.size == bureau.size() // 1_000_000
    assert view.events[-1].when == entry["time"] and view.events[-1].code == "history.viewed"


def test_who_may_only_see_what_was_done_sees_no_content(bureau: Bureau) -> None:
    auditor = bureau.session(bureau.askers["auditor"])
    view = show_history(auditor, bureau.case)
    assert (view.contents_shown, view.case.title, view.object) == (False, "", None)
    name = Path(bureau.file).stem
    assert name not in repr(view) and len(view.events) > 3
    with pytest.raises(NotPermitted):
        show_history(auditor, bureau.case, name=bureau.file)


def test_of_an_object_the_ledger_keeps_the_identifier_and_no_name(bureau: Bureau) -> None:
    before = bureau.size()
    view = show_history(bureau.session(bureau.askers["archivist"]), bureau.case, name=bureau.file)
    assert view.object is not None and view.object.representation == "original"
    assert len(view.object.sha256) == 64 and view.object.size > 0
    (entry,) = bureau.entries(before)
    assert entry["details"]["object"] == view.object.identifier
    assert bureau.file not in json.dumps(entry, ensure_ascii=False)


def test_written_out_it_goes_with_its_proof(bureau: Bureau, tmp_path: Path) -> None:
    session = bureau.session(bureau.askers["archivist"])
    view = show_history(session, bureau.case, html=tmp_path / "history.html")
    assert view.files == (tmp_path / "history.html",) and Path(view.proof).is_dir() and len(view.proof_sha256) == 64
    assert bureau.case in view.files[0].read_text(encoding="utf-8")
    before = bureau.size()
    with pytest.raises(Refused):  # the file is there: neither written nor looked at
        show_history(session, bureau.case, html=tmp_path / "history.html")
    with pytest.raises(Refused):
        show_history(session, bureau.case, html=bureau.archive.home.store / "history.html")
    assert "history.viewed" not in [entry["action"] for entry in bureau.entries(before)]


def test_a_case_that_nobody_has(bureau: Bureau) -> None:
    with pytest.raises(Refused):
        show_history(bureau.session(bureau.askers["archivist"]), "临文综罚〔1999〕1号")
