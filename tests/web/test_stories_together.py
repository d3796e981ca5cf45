"""Two browsers at once on one record: the second is told, and loses nothing of what was written in it."""

from __future__ import annotations

import pytest

from tests.support.evidence import COURT_PAPER
from tests.support.request_ways import examined, state_of
from tests.support.web import PASSWORD, person
from tests.support.whole_bureau import Bureau

pytestmark = pytest.mark.xdist_group("stories")


def test_of_two_decisions_on_one_record_the_second_is_told(bureau: Bureau) -> None:
    scan = {f"paper-{COURT_PAPER}": ("通知书.pdf", b"%PDF-1.4\n", "application/pdf")}
    form = {"capacity": "court", "name": "两个窗口", "cases": "临文综罚〔2014〕3号", "purpose": "举证"}
    page = bureau.post("archivist", "/requests/new?capacity=court", "/requests/new", files=scan, **form)
    number = page.rpartition("/")[2]
    examined(bureau.served, number)
    with person(bureau.served, "head") as one, person(bureau.served, "head", refused=True) as two:
        for browser in (one, two):
            browser.goto(f"{page}/decide")
            browser.check("[name=decision][value=approve]")
            browser.fill("[name=confirm]", PASSWORD)
        two.check("[name=decision][value=refuse]")
        two.fill("[name=reason]", "另一个窗口写的理由")
        one.click("form[action$='/decide'] button")
        one.wait_for_url(lambda address: "/decide" not in address)
        two.click("form[action$='/decide'] button")
        assert two.evaluate("document.activeElement.matches('[role=alert]')")
        assert "已由" in two.inner_text("main") or "变化" in two.inner_text("main"), two.inner_text("main")
    assert state_of(bureau.served, number) == "approved"


def test_of_two_who_describe_one_deposit_the_second_keeps_what_they_wrote(bureau: Bureau) -> None:
    address = f"/deposits/{bureau.numbers['deposit']}/description"
    with person(bureau.served, "archivist") as one, person(bureau.served, "archivist2", refused=True) as two:
        one.goto(address)
        two.goto(address)
        one.fill("[name=cause]", "先保存的案由")
        one.click(".sticky button")
        one.locator("[role=status]").wait_for()
        two.fill("[name=cause]", "后保存的案由")
        two.click(".sticky button")
        two.locator("[role=alert]").wait_for()
        assert two.input_value("[name=cause]") == "后保存的案由"
        one.reload()
        assert one.input_value("[name=cause]") == "先保存的案由"
        two.goto(address)
        assert two.input_value("[name=cause]") == "先保存的案由"
