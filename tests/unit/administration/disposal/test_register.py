"""销毁清册: a line for each item, the people who signed, what became of each copy; readable as PDF/A."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pikepdf
import pypdfium2
import pytest

from preserve.administration.appraisal.model import Item
from preserve.administration.disposal.model import Confirmation, CopyGone, Disposal, Entry, Signature, Tombstone
from preserve.administration.disposal.register import _years, as_paper
from preserve.home import Home
from preserve.settings import Settings

MOMENT = datetime(2026, 6, 1, 2, 30, tzinfo=UTC)


def entry(row: int, **changes: Any) -> Entry:
    item: dict[str, Any] = {
        "row": row,
        "objid": f"aip-{row}",
        "case_number": f"C{row}",
        "archival_number": "",
        "title": f"Title{row}",
        "responsible": "Bureau",
        "closed": "2013-05-20",
        "classification": "internal",
        "declared": "permanent",
        "rule": "case-10",
        "start": "2013-06-02",
        "years": 10,
        "due": "2024-01-01",
        "files": 2,
        "size": 2048,
        "requests": 0,
        "copies": (),
        "signals": (),
        "blocks": (),
    }
    return Entry(row=row, review_row=row, item=Item(**item | changes), reason="")


def disposal(**changes: Any) -> Disposal:
    facts: dict[str, Any] = {
        "number": "D2026-0001",
        "state": "proposed",
        "step": 1,
        "review": "A2026-0001",
        "appraised": "2026-05-01T00:00:00Z",
        "entries": (entry(1), entry(2, item="object-1", path="scene.mp4")),
        "proposed": Signature(by="chen", when="2026-05-31T16:30:00Z"),
    }
    return Disposal(**facts | changes)


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


@pytest.fixture
def home(tmp_path: Any) -> Home:
    return Home(tmp_path, Settings(archive_id="x", institution="Bureau", language="en"))


def test_the_register_names_what_is_to_go_and_who_proposed_it(home: Home) -> None:
    data = as_paper(home, disposal(), MOMENT)
    with pikepdf.open(io.BytesIO(data)) as pdf, pdf.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "2"
    text = text_of(data)
    for word in ("C1", "C2", "Title1", "scene.mp4", "chen", "D2026-0001", "A2026-0001"):
        assert word in text, word
    assert "2026-06-01 00:30" in text, "signed at the bureau's hour"
    assert "2026-06-01 10:30" in text, "printed at the bureau's hour"


def test_what_was_done_is_added_with_its_people(home: Home) -> None:
    stone = Tombstone(
        **dict.fromkeys(
            ("objid", "item", "path", "archival_number", "title", "case_type", "cause", "producer", "started"), ""
        ),
        **dict.fromkeys(("closed", "classification", "declared", "review", "reason", "begun"), ""),
        case_number="C1",
        long_term=False,
        packages=(),
        files=(),
        disposal="D2026-0001",
        people={},
        copies=(
            CopyGone(
                name="aip-1_v0001",
                medium="m",
                kind="optical",
                label="LJ-0001",
                when="2026-06-01T00:00:00Z",
                worth="destroyed",
                detail="wang, zhao",
            ),
        ),
    )
    done = disposal(
        supervisors=tuple(Signature(by=who, when="2026-05-02T00:00:00Z") for who in ("wang", "zhao")),
        approval=Signature(by="deputy", when="2026-05-03T00:00:00Z", on_behalf_of="head"),
        confirmations=(Confirmation(medium="m", label="LJ-0001", by="wang", when="2026-06-01T00:00:00Z", how="shred"),),
    )
    text = text_of(as_paper(home, done, MOMENT, [stone]))
    for word in ("zhao", "deputy", "head", "LJ-0001", "shred", "aip-1_v0001"):
        assert word in text, word
    assert "shred" not in text_of(as_paper(home, disposal(), MOMENT))


def test_people_are_called_by_name_and_have_room_to_sign(home: Home) -> None:
    done = disposal(
        supervisors=tuple(Signature(by=who, when="2026-05-02T00:00:00Z") for who in ("wang", "zhao")),
        begun=Signature(by="chen", when="2026-06-01T00:00:00Z"),
        witnesses=(Signature(by="li", when="2026-06-01T01:00:00Z"),),
    )
    people = {"wang": "王审核", "zhao": "赵审核", "chen": "陈档案", "li": "李兼任"}
    text = text_of(as_paper(home, done, MOMENT, names=people.__getitem__))
    for name in people.values():
        assert name in text
    assert not any(account in text.split() for account in people)
    for word in ("checked the register", "supervisor", "signature", "seal"):
        assert word in text, word


@pytest.mark.parametrize(
    ("start", "today", "years"),
    [
        (date(2013, 6, 2), date(2026, 6, 1), 12),
        (date(2013, 6, 1), date(2026, 6, 1), 13),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
    ],
)
def test_years_served_are_whole_ones(start: date, today: date, years: int) -> None:
    assert _years(start, today) == years
