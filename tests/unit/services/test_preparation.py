"""Cases before they are handed in: checked, described, and by when they must be filed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted, Refused, UsageError
from preserve.services.documents import as_document
from preserve.services.preparation import Papers, check, deadlines, describe, template
from preserve.services.session import Session
from tests.support.people import entries, session, staffed
from tests.support.tiny_case import write_case


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    place = tmp_path_factory.mktemp("preparation") / "home"
    opened = staffed(place, zhou=Role.DEPOSITOR, wang=Role.EXAMINER)
    yield opened
    opened.close()


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    folder = tmp_path / "cases"
    write_case(folder / "甲")
    write_case(folder / "乙", case_number="临文综罚〔2026〕78号", acceptances=[])
    (folder / "丙").mkdir()
    (folder / "丙" / "case.json").write_text("{", encoding="utf-8")
    return folder


def test_cases_are_checked_and_nothing_is_taken_in(archive: Archive, cases: Path, tmp_path: Path) -> None:
    before = len(entries(archive))
    table, reports = tmp_path / "table.xlsx", tmp_path / "reports"
    done = check(session(archive, "zhou"), [cases], papers=Papers(table, reports), jobs=1)
    by_name = {case.sip.name: case for case in done.checks}
    assert done.status == 3
    assert {name: case.status for name, case in by_name.items()} == {"甲": 0, "乙": 3, "丙": 3}
    assert {name: case.unreadable for name, case in by_name.items()} == {"甲": False, "乙": False, "丙": True}
    document = as_document(done)["checks"][0]
    assert set(document) >= {"sip", "ok", "message", "due", "due_certain", "needed", "free", "findings"}
    assert not {"row", "failure"} & set(document)
    assert openpyxl.load_workbook(table).worksheets[0].max_row == 4
    assert list(reports.iterdir())
    assert len(entries(archive)) == before


def test_where_there_is_no_room_it_is_said(archive: Archive, cases: Path) -> None:
    settings = archive.home.settings.model_copy(update={"reserve": 1 << 60})
    object.__setattr__(archive.home, "settings", settings)
    try:
        (case,) = check(session(archive), [cases / "甲"], jobs=1).checks
    finally:
        object.__setattr__(archive.home, "settings", settings.model_copy(update={"reserve": 1 << 30}))
    assert (case.status, case.ok, case.failure) == (5, False, None)


def test_deadlines_come_late_ones_first(archive: Archive, cases: Path) -> None:
    listed = deadlines(session(archive, "zhou"), [cases])
    assert [case.standing for case in listed.deadlines] == ["late", "late", "unknown"]
    assert as_document(listed)["deadlines"][0]["due"] == "2026-05-18"


def test_both_are_for_who_hands_in(archive: Archive, cases: Path) -> None:
    for operation in (check, deadlines):
        with pytest.raises(NotPermitted):
            operation(session(archive, "wang"), [cases])


def test_a_description_is_drafted_without_any_archive(
    cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRESERVE_HOME", str(tmp_path / "none"))
    nobody = Session(None, "en")
    for form in ("xlsx", "toml", "json"):
        draft = describe(nobody, cases / "甲", tmp_path / f"draft.{form}")
        assert (draft.files, draft.path.is_file()) == (2, True)
        assert "case.draft-complete" in {finding.code for finding in draft.findings}
    with pytest.raises(Refused):
        describe(nobody, cases / "甲", tmp_path / "draft.json")
    with pytest.raises(Refused, match=r"cli\.describe-there"):  # with two of them the case would be refused
        describe(nobody, cases / "甲")
    with pytest.raises(Refused, match=r"cli\.describe-kind"):
        describe(nobody, cases / "甲", tmp_path / "draft.doc")
    with pytest.raises(UsageError, match=r"cli\.describe-no-folder"):
        describe(nobody, tmp_path / "absent")
    with pytest.raises(UsageError):
        template(nobody, tmp_path / "form.xlsx", place=tmp_path / "none")
    assert template(nobody, tmp_path / "form.xlsx").path.is_file()
