"""Answers on a page and in a workbook are the same answers: all that are understood are kept, or none."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from preserve.data_management.archive import Archive
from preserve.errors import NotFound, Refused
from preserve.services import import_answers, import_papers, import_views, imports
from preserve.services.import_views import Line, View
from tests.support.old_cases import number, write_files, write_list
from tests.support.people import entries, session, staffed


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = staffed(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture
def campaign(archive: Archive, tmp_path: Path) -> str:
    """A plan with a question and a file in no list."""
    drive = tmp_path / "drive"
    write_files(drive, 1)
    (drive / "某网吧3.txt").write_text("第3号案的吗", encoding="utf-8")
    (drive / "杂物.txt").write_text("不属于任何案件", encoding="utf-8")
    write_list(tmp_path / "list.xlsx", 3)
    return imports.plan(session(archive), tmp_path / "list.xlsx", [drive]).campaign


def lines(archive: Archive, campaign: str, view: View) -> tuple[Line, ...]:
    return import_views.show(session(archive), campaign, view=view).lines


def test_a_case_number_and_a_yes_place_files(archive: Archive, campaign: str) -> None:
    (asked,) = lines(archive, campaign, "questions")
    (loose,) = lines(archive, campaign, "unlisted")
    given = {asked.key: "是", loose.key: number(2).replace("〔", "[").replace("〕", "]")}
    decided = import_answers.answer(session(archive), campaign, given)
    assert (decided.read, decided.decisions) == (2, 2)
    assert not lines(archive, campaign, "questions") and not lines(archive, campaign, "unlisted")
    assert {line.state for line in lines(archive, campaign, "cases")} == {"ready"}
    assert len(entries(archive, "import.decided")) == 1


@pytest.mark.parametrize("written", ["临文罚字【二〇一二】第002号", "临文罚字（2012）2号", "临文罚字2012第2号"])
def test_a_case_is_named_as_lists_and_folders_name_it(archive: Archive, campaign: str, written: str) -> None:
    (loose,) = lines(archive, campaign, "unlisted")
    import_answers.answer(session(archive), campaign, {loose.key: written})
    assert not lines(archive, campaign, "unlisted")


def test_one_answer_that_is_none_keeps_all_out(archive: Archive, campaign: str) -> None:
    (asked,) = lines(archive, campaign, "questions")
    (loose,) = lines(archive, campaign, "unlisted")
    for given in (
        {asked.key: "是", loose.key: "没有这个案"},
        {asked.key: "也许"},
        {"M99999": "是"},
        {"../x": "是"},
        {"L0": "是"},
        {loose.key: "  "},
        {},
    ):
        with pytest.raises(Refused):
            import_answers.answer(session(archive), campaign, given)
    assert not entries(archive, "import.decided")
    with pytest.raises(NotFound):
        import_answers.answer(session(archive), "../x", {asked.key: "是"})


def test_the_later_answer_counts(archive: Archive, campaign: str) -> None:
    (asked,) = lines(archive, campaign, "questions")
    import_answers.answer(session(archive), campaign, {asked.key: "yes"})
    import_answers.answer(session(archive), campaign, {asked.key: "no"})
    assert {line.path for line in lines(archive, campaign, "unlisted")} == {"某网吧3.txt", "杂物.txt"}


def test_a_workbook_says_the_same_and_a_foreign_one_nothing(archive: Archive, campaign: str, tmp_path: Path) -> None:
    written = import_papers.workbook(session(archive), campaign, tmp_path / "answers.xlsx")
    book = openpyxl.load_workbook(written.path)
    book.worksheets[2].cell(2, 9).value = "是"
    data = io.BytesIO()
    book.save(data)
    assert import_answers.decide(session(archive), campaign, data.getvalue()).read == 1
    book.worksheets[0].cell(1, 1).value = "preserve import 20000101-1"
    other = io.BytesIO()
    book.save(other)
    for wrong in (other.getvalue(), b"", b"PK\x03\x04", b"x" * 100):
        with pytest.raises(Refused):
            import_answers.decide(session(archive), campaign, wrong)
