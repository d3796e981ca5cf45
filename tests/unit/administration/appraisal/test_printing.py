"""The list on paper and as a workbook: what a member fills in is read back, and nothing that was not listed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest

from preserve.administration.appraisal.model import Appraised, Approval, Item, Objection, Opinion, Review
from preserve.administration.appraisal.printing import as_paper, as_workbook, cells, heads, names_in, read_workbook
from preserve.administration.retention.profile import read_retention
from preserve.clock import now
from preserve.errors import Refused
from preserve.home import Home
from preserve.messages import say, speaking
from preserve.settings import Settings

PROFILE = read_retention(None)
FIRST = len(heads())


def item(row: int, **changes: Any) -> Item:
    facts: dict[str, Any] = {
        "row": row,
        "objid": f"aip-{row}",
        "case_number": f"临文综罚〔2013〕{row}号",
        "archival_number": "",
        "title": "=1+1",
        "responsible": "局",
        "closed": "2013-05-20",
        "classification": "internal",
        "declared": "10-years",
        "rule": "case-10",
        "start": "2013-05-20",
        "years": 10,
        "due": "2024-01-01",
        "files": 2,
        "size": 2048,
        "requests": 0,
        "copies": ("optical LJ-0001",),
        "signals": ("incident:assault", "unheard-of"),
        "blocks": ("litigation H2026-0001",),
    }
    return Item(**facts | changes)


REVIEW = Review(
    number="A2026-0001",
    state="drawn",
    step=1,
    until=date(2026, 1, 1),
    drawn="2026-01-01T00:00:00Z",
    drawn_by="chen",
    rules_sha256="ab" * 32,
    group=2,
    items=(item(1), item(2, item="object-7", path="现场录像.mp4", closed="", copies=())),
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, Settings(archive_id="x", institution="临江市文化和旅游局"))


def filled(home: Home, path: Path, fill: Callable[[Any], None]) -> Path:
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(home, PROFILE, REVIEW)))
    fill(book[REVIEW.number])
    book.save(path)
    return path


def line(sheet: Any, row: int, *values: object) -> None:
    for place, value in enumerate(values):
        sheet.cell(row, FIRST + 1 + place, value)


def test_what_is_filled_in_is_read_in_either_language(home: Home, tmp_path: Path) -> None:
    with speaking("en"):
        extend = say("retention.action-extend")

    def fill(sheet: Any) -> None:
        line(sheet, 2, say("retention.action-destroy"), None, " 期满 ")
        line(sheet, 3, extend, datetime(2030, 12, 31), "续存")

    path = filled(home, tmp_path / "a.xlsx", fill)
    assert read_workbook(REVIEW, path) == {
        1: Opinion(action="destroy", why="期满"),
        2: Opinion(action="extend", until=date(2030, 12, 31), why="续存"),
    }
    path = filled(home, tmp_path / "b.xlsx", lambda sheet: line(sheet, 3, extend, "2030/12/31", "续存"))
    assert read_workbook(REVIEW, path) == {2: Opinion(action="extend", until=date(2030, 12, 31), why="续存")}
    assert read_workbook(REVIEW, filled(home, tmp_path / "c.xlsx", lambda sheet: None)) == {}


def test_a_cell_that_cannot_be_meant_is_refused_by_its_line(home: Home, tmp_path: Path) -> None:
    def destroy(sheet: Any) -> None:
        line(sheet, 3, say("retention.action-destroy"))

    def other_case(sheet: Any) -> None:
        destroy(sheet)
        sheet.cell(3, 2, "临文综罚〔2013〕99号")

    def other_row(sheet: Any) -> None:
        destroy(sheet)
        sheet.cell(3, 1, "7")

    for fill in (
        lambda sheet: line(sheet, 3, "burn it"),
        lambda sheet: line(sheet, 3, say("retention.action-extend"), "next year", "x"),
        other_case,
        other_row,
    ):
        with pytest.raises(Refused) as caught:
            read_workbook(REVIEW, filled(home, tmp_path / "a.xlsx", fill))
        assert (caught.value.code, caught.value.values["line"]) == ("retention.workbook-cell", 3)


def test_another_list_or_no_workbook_is_refused(home: Home, tmp_path: Path) -> None:
    path = filled(home, tmp_path / "a.xlsx", lambda sheet: None)
    with pytest.raises(Refused, match=r"retention\.workbook-other"):
        read_workbook(REVIEW.model_copy(update={"number": "A2026-0002"}), path)
    path.write_bytes(b"no workbook")
    with pytest.raises(Refused, match=r"retention\.workbook-unreadable"):
        read_workbook(REVIEW, path)


def test_no_title_becomes_a_formula(home: Home) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(as_workbook(home, PROFILE, REVIEW)))[REVIEW.number]
    assert (sheet.cell(2, 4).value, sheet.cell(2, 4).data_type) == ("=1+1", "s")


def test_every_fact_has_its_column_in_both_languages(home: Home) -> None:
    for language in ("zh", "en"):
        with speaking(language):
            names = names_in(home, PROFILE, REVIEW)
            rows = [cells(names, item) for item in REVIEW.items]
            assert {len(row) for row in rows} == {len(heads())}
            assert rows[1][4] == "现场录像.mp4"
            assert "LJ-0001" in rows[0][12]
            assert "unheard-of" in rows[0][13]
            assert "H2026-0001" in rows[0][14]
            assert rows[1][12] == "—"


def test_the_paper_has_the_opinions_and_the_approval(home: Home) -> None:
    said = Opinion(action="destroy", why="期满")
    review = REVIEW.model_copy(
        update={
            "appraisals": tuple(Appraised(by=who, when="2026-01-02", opinions={1: said}) for who in ("chen", "wang")),
            "objections": (Objection(by="zhao", when="2026-01-03", row=2, reason="待核"),),
            "approval": Approval(by="head", when="2026-01-04", outcome={1: said}),
        }
    )
    bare, full = (pikepdf.open(io.BytesIO(as_paper(home, PROFILE, paper, now()))) for paper in (REVIEW, review))
    assert len(full.pages) >= len(bare.pages)
    assert full.open_metadata()["pdfaid:part"] == "2"
