"""An appraisal of three hundred items in the browser's words: by selection and filter, objected to, approved."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import openpyxl
import pytest

from tests.support.due_home import DueDoor, due_door
from tests.support.web import PASSWORD, fields

pytestmark = pytest.mark.xdist_group("appraisal-web")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DueDoor]:
    with due_door(tmp_path_factory.mktemp("reviews")) as running:
        yield running


@pytest.fixture(scope="module")
def number(door: DueDoor) -> str:
    """An appraisal that the archivist drew."""
    drawn = door.post("archivist", "/reviews", "/reviews", until="")
    assert drawn.status_code == 303, drawn.text[-800:]
    return drawn.headers["location"].rpartition("/")[2].partition("?")[0]


def seen(page: str) -> str:
    return re.findall(r'name="seen" value="([0-9a-f]{64})"', page)[-1]


def test_the_grid_shows_every_item_with_its_facts(door: DueDoor, number: str) -> None:
    page = door.get("archivist", f"/reviews/{number}").text
    assert page.count('name="row"') == 302
    assert "临文综罚〔2014〕33号" in page and "复议或诉讼" in page
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    assert f'href="/reviews/{number}/list.xlsx"' in page
    assert 'name="confirm"' not in page, "an archivist approves nothing"
    english = door.get("archivist", f"/reviews/{number}", "en").text
    assert "Appraisal group" in english and "鉴定小组" not in english


def test_a_word_for_many_by_selection_and_by_filter(door: DueDoor, number: str) -> None:
    at, page = f"/reviews/{number}/opinions", f"/reviews/{number}"
    nothing = door.post("archivist", page, at, which="ticked", action="destroy", why="期满")
    assert nothing.status_code == 400 and 'role="alert"' in nothing.text
    undecided = door.post("archivist", page, at, which="ticked", row=["1"], why="期满")
    assert undecided.status_code == 400 and 'value="1" checked' in undecided.text, "what was ticked is kept"
    rows = [str(row) for row in range(1, 101)]
    said = door.post("archivist", page, at, which="ticked", row=rows, action="destroy", why="期满")
    assert said.status_code == 303, said.text[-500:]
    shown = door.get("archivist", said.headers["location"]).text
    assert 'role="status"' in shown and "已对 100 项提出意见" in shown
    rest = door.post(
        "archivist", f"{page}?only=unsaid", at, which="filtered", only="unsaid", action="destroy", why="期满"
    )
    assert rest.status_code == 303
    assert "已对 302 项提出意见" in door.get("archivist", page).text

    kept = door.post(
        "examiner", page, at, which="ticked", row=["9", "10"], action="extend", until="2036-12-31", why="待查"
    )
    assert kept.status_code == 303
    others = door.post("examiner", page, at, which="filtered", only="unsaid", action="destroy", why="期满")
    assert others.status_code == 303
    grid = door.get("examiner", f"{page}?only=open").text
    assert grid.count('name="row"') == 2 and "延长保管 2036-12-31" in grid


def test_an_extension_needs_a_day_and_a_reason(door: DueDoor, number: str) -> None:
    at, page = f"/reviews/{number}/opinions", f"/reviews/{number}"
    for form in ({"until": ""}, {"until": "2020-01-01"}, {"until": "soon"}, {"until": "2040-01-01", "why": " "}):
        refused = door.post("examiner", page, at, which="ticked", row=["3"], action="extend", **{"why": "x", **form})
        assert refused.status_code in (400, 422) and 'role="alert"' in refused.text


def test_the_workbook_goes_out_and_comes_in(door: DueDoor, number: str) -> None:
    client = door.served.client("archivist2")
    out = client.get(f"/reviews/{number}/list.xlsx")
    assert out.headers["content-disposition"].startswith(f'attachment; filename="{number}.xlsx"')
    book = openpyxl.load_workbook(io.BytesIO(out.content))
    sheet = book[number]
    first = next(cell.column for cell in sheet[1] if cell.value == "鉴定意见")
    sheet.cell(6, first, "改为永久保管")
    sheet.cell(6, first + 2, "有研究价值")
    filled = io.BytesIO()
    book.save(filled)
    given = fields(client.get(f"/reviews/{number}").text)
    form = {"csrf": given["csrf"], "key": "workbook-1"}
    address = f"/reviews/{number}/workbook"
    taken = client.post(address, data=form, files={"workbook": ("鉴定.xlsx", filled.getvalue())})
    assert taken.status_code == 303, taken.text[-500:]
    assert "改为永久保管（有研究价值）" in client.get(f"/reviews/{number}").text
    for name, data in (
        ("bomb.xlsx", b"PK\x03\x04" + b"x" * 99),
        ("../../etc/passwd", b"root"),
        ("a.xlsx", out.content),
    ):
        refused = client.post(address, data={**form, "key": name}, files={"workbook": (name, data)})
        assert refused.status_code in (400, 422), name
    assert client.post(address, data={**form, "key": "none"}).status_code == 400


def test_the_list_on_paper(door: DueDoor, number: str) -> None:
    paper = door.get("head", f"/reviews/{number}/list.pdf")
    assert paper.content.startswith(b"%PDF-") and paper.headers["content-type"] == "application/pdf"
    assert door.get("head", f"/reviews/{number}/list.exe").status_code == 404


def test_who_may_not_is_not_offered_it_and_refused_by_hand(door: DueDoor, number: str) -> None:
    for who, status in (("depositor", 403), ("auditor", 403), ("system", 403), ("security", 403)):
        assert door.get(who, f"/reviews/{number}").status_code == status, who
    token = fields(door.get("head", "/reviews").text)["csrf"]
    by_hand = door.served.client("head").post(
        f"/reviews/{number}/opinions", data={"csrf": token, "row": "1", "action": "destroy", "why": "x"}
    )
    assert by_hand.status_code == 403
    archivist = door.served.client("archivist")
    token = fields(archivist.get("/reviews").text)["csrf"]
    record = {"csrf": token, "seen": "0" * 64, "confirm": PASSWORD}
    assert archivist.post(f"/reviews/{number}/approval", data=record).status_code == 403
    assert archivist.post(f"/reviews/{number}/approval", data={"seen": "0" * 64}).status_code == 403, "no token"


def test_an_objection_stops_items_and_an_approval_takes_what_was_seen(door: DueDoor, number: str) -> None:
    page = f"/reviews/{number}"
    stale = seen(door.get("head", page).text)
    objected = door.post("head", page, f"{page}/objections", which="ticked", row=["20", "21"], why="涉诉")
    assert objected.status_code == 303, objected.text[-500:]
    shown = door.get("head", f"{page}?only=objected").text
    assert shown.count('name="row"') == 2 and "涉诉" in shown
    empty = door.post("head", page, f"{page}/objections", which="ticked", row=["22"], why=" ")
    assert empty.status_code == 400

    at = f"{page}/approval"
    changed = door.post("head", page, at, seen=stale, confirm=PASSWORD)
    assert changed.status_code == 412 and 'role="alert"' in changed.text
    fresh = seen(door.get("head", page).text)
    assert door.post("head", page, at, seen=fresh, confirm="wrong").status_code in (401, 403)
    assert door.post("head", page, at, confirm=PASSWORD).status_code == 400, "what was seen is not said"
    assert door.post("head", page, at, seen=fresh).status_code == 400, "no password"
    approved = door.post("head", page, at, seen=fresh, confirm=PASSWORD, reason="同意")
    assert approved.status_code == 303, approved.text[-500:]
    again = door.post("head", page, at, seen=fresh, confirm=PASSWORD)
    assert again.status_code in (409, 412), "twice"
    after = door.get("head", page).text
    assert "同意" in after and 'name="confirm"' not in after
    late = door.post("archivist", page, f"{page}/opinions", which="ticked", row=["1"], action="destroy", why="x")
    assert late.status_code == 409


def test_an_unknown_one_is_not_found(door: DueDoor) -> None:
    for name in ("R2026-9999", "R2026-1", "..%2F..", "x"):
        assert door.get("archivist", f"/reviews/{name}").status_code == 404
