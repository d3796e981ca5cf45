"""The papers of a transfer: every case in its row, the digest that is to be confirmed, and nothing a formula."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime

import openpyxl
import pytest

from preserve.access.transfer.model import Form, Item, Transfer
from preserve.access.transfer.model import Tested as PropertyTested
from preserve.access.transfer.transfer_list import NAMES, Printed, documents
from tests.support.asking import Counter

MOMENT = datetime(2026, 3, 12, 1, 30, tzinfo=UTC)
LISTED = b'{"number": "T2026-0001"}\n'


def printed(form: Form = "eark", title: str = "测试案", cases: int = 2) -> Printed:
    items = [
        Item(
            objid=f"aip-{number}",
            package=f"aip-{number}_v0001",
            case_number=f"临文综罚〔2026〕{number}号",
            archival_number="",
            title=title,
            producer="总队",
            started="2026-01-05",
            closed="2026-05-20",
            retention="10-years",
            classification="internal",
            files=2,
            size=30,
            manifest_sha256=str(number) * 64,
        )
        for number in range(1, cases + 1)
    ]
    transfer = Transfer(
        number="2026-0001",
        state="approved",
        step=2,
        prepared="2026-03-01T00:00:00Z",
        prepared_by="chen",
        archive="临江市档案馆",
        basis="计划",
        form=form,
        items=tuple(items),
    )
    files = [{"path": "a", "size": 1_000_000, "sha256": "0" * 64}, {"path": "b", "size": 500_000, "sha256": "1" * 64}]
    listed = [
        {**item.model_dump(), "files": [{**file, "path": f"{item.objid}/{file['path']}"} for file in files]}
        for item in items
    ]
    return Printed(
        transfer,
        listed,
        [PropertyTested(kind="integrity", item="count", result="pass", basis="清点")],
        LISTED,
        MOMENT,
        False,
    )


def cells(counter: Counter, wish: Printed) -> list[tuple[object, ...]]:
    papers = dict(documents(counter.archive.home, wish))
    sheet = openpyxl.load_workbook(io.BytesIO(papers[NAMES["workbook"]])).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    return list(sheet.iter_rows(values_only=True))


def test_there_is_a_list_a_workbook_and_a_form(counter: Counter) -> None:
    papers = dict(documents(counter.archive.home, printed()))
    assert set(papers) == {NAMES["list"], NAMES["workbook"], NAMES["form"]}
    assert papers[NAMES["list"]].startswith(b"%PDF-") and papers[NAMES["form"]].startswith(b"%PDF-")
    assert papers == dict(documents(counter.archive.home, printed())), "the same every time"


def test_every_case_in_its_row_and_the_digest_above(counter: Counter) -> None:
    rows = cells(counter, printed())
    assert hashlib.sha256(LISTED).hexdigest() in str(rows[1][0])
    assert [(row[0], row[2], row[8], row[10], row[11]) for row in rows[4:]] == [
        ("1", "临文综罚〔2026〕1号", "2", "aip-1", "1" * 64),
        ("2", "临文综罚〔2026〕2号", "2", "aip-2", "2" * 64),
    ]
    assert rows[4][6] not in ("10-years", ""), "the retention in the receiver's words"
    assert rows[4][1] == "—"


@pytest.mark.parametrize("title", ["=1+1", "https://example.org", "+7", "@x", "-2"])
def test_a_title_is_text_whatever_it_looks_like(counter: Counter, title: str) -> None:
    assert cells(counter, printed(title=title, cases=1))[4][3] == title
