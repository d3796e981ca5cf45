"""From a scan with two identity numbers to a delivered copy without them: read, proposed, looked at, accepted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from preserve.access.redaction.plan import read_plan
from preserve.services import machine_readings
from preserve.services.machine_readings import ReadingWish
from tests.support import looking
from tests.support.drafting import CASE, DOTS, FIRST, PAPER, PORTRAIT, SCAN, SECOND, drafting_case, scan
from tests.support.evidence import entered, let_sign
from tests.support.redacting import text_in
from tests.support.request_ways import TALL, decide, drag, examined, identifier, record_of, saved, seen
from tests.support.sessions import founder
from tests.support.small_case import ingest
from tests.support.web import Served, opened, person, send, serving
from tests.web.test_redactions import given

pytestmark = pytest.mark.xdist_group("redaction-drafts")


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door over an archive in which a machine has read the case."""
    folder = tmp_path_factory.mktemp("drafting")
    with serving(folder, cases=0) as served:
        archive = opened(served.home)
        try:
            let_sign(archive)
            ingest(archive, drafting_case(folder / "case"))
            done = machine_readings.run(founder(archive), ReadingWish(cases=(CASE,), what=("ocr", "place")))
            assert done.status == 0 and done.unread == 0
        finally:
            archive.close()
        yield served


def test_two_numbers_of_a_scan_are_proposed_accepted_and_gone(read: Served, tmp_path: Path) -> None:
    number = entered(read, cases=CASE)
    file = identifier(read, number, SCAN)
    with person(read, "examiner", viewport=TALL) as page:
        page.goto(f"/requests/{number}/redact/{file}")
        page.locator("#sheet").evaluate("image => image.decode()")
        assert page.locator("[data-do=accept-page]").is_disabled()
        page.click("[data-do=propose]")
        page.locator("#redact[data-proposed='1']").wait_for()
        assert page.locator("#boxes .box.drafted").count() == 2
        assert "机读，未核对" in page.locator("#gaps").inner_text()
        assert "校验码相符" in page.locator("#rows").inner_text()
        assert looking.violations(page) == []
        page.reload()
        page.locator("#sheet").evaluate("image => image.decode()")
        assert page.locator("#boxes .box.drafted").count() == 2 and page.locator("#gaps").is_visible()
    client, address = read.client("examiner"), f"/requests/{number}/examine"
    shown = client.get(address)
    refused = send(client, address, address, seen=seen(shown), opinion="grant", draft="1")
    assert refused.status_code == 422 and "未核对" in refused.text
    with person(read, "examiner", viewport=TALL) as page:
        page.goto(f"/requests/{number}/redact/{file}")
        page.locator("[data-do=accept-page]:enabled").click()
        saved(page)
        assert page.locator("#boxes .box.drafted").count() == 0 and page.locator("#boxes .box").count() == 2
    examined(read, number)
    decided = read.client("head").get(f"/requests/{number}/decide")
    assert decided.text.count("机读草稿") >= 2, "the head sees which are the machine's"
    assert decide(read, number, seen=seen(decided)).status_code == 303
    folder = given(read, number, tmp_path)
    (redacted,) = [path for path in folder.rglob("*.pdf") if "文件 0" in path.name]
    assert text_in(redacted) == ""
    drawn = pdfium.PdfDocument(redacted)[0].render(scale=DOTS / 72).to_pil().convert("L")
    for place in scan(tmp_path / "again.pdf"):
        assert drawn.crop(place).getextrema()[1] < 60, "no pixel of a number is left"
    log = next(folder.rglob("redaction-log.json")).read_text(encoding="utf-8")
    assert log.count('"found": "identity-number"') == 2
    assert FIRST not in log and SECOND not in log


def test_one_is_accepted_one_redrawn_one_thrown_out(read: Served) -> None:
    number = entered(read, cases=CASE)
    file = identifier(read, number, PAPER)
    with person(read, "examiner", "en", viewport=TALL) as page:
        page.goto(f"/requests/{number}/redact/{file}")
        page.locator("#sheet").evaluate("image => image.decode()")
        page.click("[data-do=propose]")
        page.locator("#redact[data-proposed='1']").wait_for()
        rows = page.locator("#rows fieldset")
        assert rows.count() == 2 and page.locator("#unconfirmed").inner_text().startswith("2 ")
        rows.nth(0).locator("[data-do=accept]").click()
        rows.nth(1).locator("[data-do=redraw]").click()
        drag(page, 0.3, 0.7, 0.6, 0.75)
        saved(page)
        assert rows.count() == 2 and page.locator("#unconfirmed").inner_text() == ""
        rows.nth(0).locator("[data-do=drop]").click()
        saved(page)
        page.click("[data-do=propose]")
        page.locator("#redact[data-proposed]:not([data-proposed='1'])").wait_for()
        assert rows.count() == 1, "what was thrown out stays out"
    examined(read, number)
    request = record_of(read, number)
    assert request.examination is not None and request.examination.redaction is not None
    (one,) = read_plan(read.home / "store" / "requests" / number / request.examination.redaction.file)
    assert one.found == "telephone" and one.changed and one.box is not None and one.box.top > 150


def test_a_line_of_a_text_stays_legible_until_it_is_accepted(read: Served) -> None:
    number = entered(read, cases=CASE)
    file = identifier(read, number, "笔录.txt")
    with person(read, "examiner", viewport=TALL) as page:
        page.goto(f"/requests/{number}/redact/{file}")
        page.click("[data-do=propose]")
        page.locator("#redact[data-proposed='1']").wait_for()
        assert page.locator("#text li.drafted").count() == 1 and page.locator("#text li.gone").count() == 0
        assert looking.violations(page) == []
        page.click("#rows [data-do=accept]")
        saved(page)
        assert page.locator("#text li.drafted").count() == 0 and page.locator("#text li.gone").count() == 1


def test_a_face_in_a_photograph_is_proposed(read: Served) -> None:
    number = entered(read, cases=CASE)
    file = identifier(read, number, PORTRAIT)
    client = read.client("examiner")
    token = re.search(r'name="csrf" value="([^"]+)"', client.get(f"/requests/{number}/redact/{file}").text)
    assert token is not None
    address = f"/requests/{number}/redact/{file}/drafts"
    made = client.post(address, data={"csrf": token[1], "revision": "0"})
    assert made.status_code == 200
    (row,) = [row for row in made.json()["rows"] if row["found"] == "face"]
    left, width, top = (float(row[key]) for key in ("left", "width", "top"))
    assert left < 38 and left + width > 50 and top < 18 and width < 40
    assert any("侧面" in words for words in made.json()["gaps"])
    for revision in ("", "x", "-1"):
        assert client.post(address, data={"csrf": token[1], "revision": revision}).status_code in (400, 412)
