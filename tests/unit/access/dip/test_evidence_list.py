"""证据目录: evidence first, one number on every paper, where each piece comes from, when it was made, on which pages."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pypdfium2
import pytest

from preserve.access.dip.contents import Given
from preserve.access.dip.evidence_list import formed, in_order, is_evidence, sections
from preserve.access.requests.model import Selected
from preserve.access.requests.profile import read_requests_profile
from preserve.administration.paper_pages import pages_of
from preserve.description.schema import CaseDescription, CaseObject
from preserve.messages import say
from tests.support.built import Built

PROFILE = read_requests_profile(None)
CHINA = ZoneInfo("Asia/Shanghai")
DIGEST = "ab" * 32
CASE = CaseDescription.model_validate(
    {
        "case_number": "一号",
        "case_type": "penalty",
        "title": "题",
        "cause": "由",
        "producer": {"name": "某局"},
        "start": "2026-01-05",
        "closed": "2026-03-12",
        "clocks": [{"device": "A1", "seconds": 180, "source": "对时"}],
        "objects": [],
    }
)


def _about(kind: str, stage: str = "investigation", **more: Any) -> CaseObject:
    return CaseObject.model_validate({"file": f"{kind}.pdf", "kind": kind, "stage": stage, **more})


def _given(number: int, about: CaseObject | None, **more: Any) -> Given:
    name = about.file if about else f"{number}.bin"
    fields = {"objid": "aip-1", "case_number": "一号", "package": "aip-1_v0001", "path": name, "identifier": "i"}
    same = {"size": 1000, "sha256": DIGEST, "original_sha256": DIGEST}
    selected = Selected.model_validate({**fields, "representation": "original", "file": f"data/{name}", **same})
    path = f"representations/original/data/{name}"
    return Given(number, path, "original", selected, about, 1000, {"sha256": DIGEST, "sm3": DIGEST}, **more)


@pytest.mark.parametrize(
    ("about", "evidence"),
    [
        (_about("现场检查笔录"), True),
        (_about("送达回证", "service"), True),
        (_about("卷内目录", "filing"), False),
        (_about("卷内目录"), False),
        (_about("文书", title="卷宗封面"), False),
        (_about("结案报告", "execution"), False),
        (_about("案件移送清单", "filing"), False),
        (_about("结案报告", "filing", evidence=True), True),
        (None, False),
    ],
    ids=["record", "receipt", "contents", "contents-elsewhere", "cover", "closing", "filing", "marked", "unknown"],
)
def test_the_files_own_papers_prove_nothing_unless_they_are_marked(about: CaseObject | None, evidence: bool) -> None:
    assert is_evidence(_given(1, about), PROFILE) is evidence


def test_evidence_comes_first_and_every_number_once() -> None:
    given = [
        _given(1, _about("卷内目录", "filing")),
        _given(2, _about("行政处罚决定书", "decision")),
        _given(3, _about("现场录像")),
        _given(4, None),
    ]
    ordered = in_order(given, PROFILE)
    assert [(one.number, one.about.kind if one.about else "") for one in ordered] == [
        (1, "现场录像"),
        (2, "行政处罚决定书"),
        (3, "卷内目录"),
        (4, ""),
    ]
    evidence, others = sections(ordered, {"aip-1": CASE})
    assert [row[0] for row in (*evidence.rows, *others.rows)] == ["1", "2", "3", "4"]
    assert evidence.heads[2] == say("dip.head-source") and evidence.heads[5] == say("dip.head-pages")
    assert "某局" in evidence.rows[0][2]


def test_pages_run_on_until_somebody_must_count() -> None:
    given = [
        _given(1, _about("甲"), pages=3),
        _given(2, _about("乙"), pages=1),
        _given(3, _about("丙"), recorded=True),
        _given(4, _about("丁"), pages=2),
        _given(5, _about("戊")),
        _given(6, _about("己"), pages=2),
    ]
    (evidence,) = sections(given, {"aip-1": CASE})
    assert [row[5] for row in evidence.rows] == ["1–3", "4", "—", "5–6", "", say("dip.pages", count=2)]
    assert [pages_of("a.pdf", {"Pages": "12"}), pages_of("a.JPG", {}), pages_of("a.docx", {"Pages": "x"})] == [12, 1, 0]


def test_a_recording_says_itself_when_it_was_made_by_a_clock_that_is_set_right() -> None:
    known = {"recording start": "2026-09-15T07:33:22+00:00 (container)", "device": "A1"}
    assert formed(_about("现场录像"), known, CASE, CHINA) == "2026-09-15 15:30:22"
    assert formed(_about("现场录像", device="B2"), known, CASE, CHINA) == "2026-09-15 15:33:22"
    assert formed(_about("现场录像", date="2026-09-14"), known, CASE, CHINA) == "2026-09-14"
    assert (
        formed(_about("现场录像", recording_start="2026-09-14 08:00:00"), known, CASE, CHINA) == "2026-09-14 08:00:00"
    )
    assert formed(None, {"recording start": "gestern (container)"}, CASE, CHINA) == ""


def _rows(page: str) -> list[list[str]]:
    return [
        [unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall("<td[^>]*>(.*?)</td>", row, re.S)]
        for row in re.findall("<tr>(.*?)</tr>", page, re.S)
    ]


def test_certificate_list_and_contents_number_alike(built: Built) -> None:
    page = (built.package / "documentation" / "evidence-list.html").read_text(encoding="utf-8")
    listed = {row[7]: row[0] for row in _rows(page) if len(row) == 9}
    case = (built.package / "documentation" / "case.html").read_text(encoding="utf-8")
    contents = {row[4]: row[0] for row in _rows(case) if len(row) == 5}
    assert listed == contents and sorted(map(int, listed.values())) == list(range(1, len(listed) + 1))
    certificate = pypdfium2.PdfDocument(built.root / "certificate.pdf")
    text = "".join(page.get_textpage().get_text_range() for page in certificate).replace("\r", "").replace("\n", "")
    places = {number: text.find(f"data/{built.root.name}/{path}") for path, number in listed.items()}
    assert -1 not in places.values()
    assert sorted(places, key=int) == sorted(places, key=lambda number: places[number])


def test_the_first_page_opens_every_file_and_claims_what_was_done(built: Built) -> None:
    page = (built.root / "README.html").read_text(encoding="utf-8")
    targets = [unquote(unescape(target)) for target in re.findall('href="([^"]+)"', page)]
    assert all((built.root / target).exists() for target in targets)
    files = {path.relative_to(built.root).as_posix() for path in built.package.glob("representations/*/data/**/*")}
    assert {name for name in files if (built.root / name).is_file()} <= set(targets)
    assert "自归档之日起逐字节保存" in page and "from the day of filing" in page


def test_other_papers_are_not_asked_for_where_there_are_none() -> None:
    assert len(sections([replace(_given(1, _about("甲")), evidence=True)], {"aip-1": CASE})) == 1
