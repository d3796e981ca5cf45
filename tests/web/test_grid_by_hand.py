"""The grid in a real browser: Shift and a click tick a range, the head of the column a page, keys move; then one word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import looking
from tests.support.due_home import DueDoor, due_door
from tests.support.web import person

pytestmark = pytest.mark.xdist_group("appraisal-web")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DueDoor]:
    with due_door(tmp_path_factory.mktemp("grid")) as running:
        yield running


def test_a_range_is_ticked_and_a_word_said_of_it(door: DueDoor) -> None:
    with person(door.served, "archivist") as page:
        page.goto("/reviews")
        page.click("form[action='/reviews'] button")
        ticks = page.locator("tbody input[name=row]")
        assert ticks.count() == 302
        assert looking.violations(page) == [] and looking.seen_large(page) == []
        page.emulate_media(media="print")
        assert page.locator("table.grid").is_visible() and not page.locator(".bar").is_visible(), "the list prints"
        page.emulate_media(media="screen")
        ticks.nth(4).click()
        ticks.nth(9).click(modifiers=["Shift"])
        assert page.locator("[data-count]").inner_text() == "6"
        assert page.locator("tr.chosen").count() == 6
        ticks.nth(9).press("j")
        page.keyboard.press("Space")
        assert page.locator("[data-count]").inner_text() == "7"
        page.click("[data-all]")
        assert page.locator("[data-count]").inner_text() == "302"
        page.click("[data-all]")
        ticks.nth(0).click()
        ticks.nth(2).click(modifiers=["Shift"])
        page.select_option("[name=action]", "destroy")
        page.fill("[name=why]", "期满")
        page.click("#grid button:not([formaction])")
        page.wait_for_selector("[role=status]")
        assert "已对 3 项提出意见" in page.inner_text("dl.facts")


def test_without_a_script_it_is_the_same_work(door: DueDoor) -> None:
    with person(door.served, "examiner", "en", java_script_enabled=False) as page:
        page.goto("/reviews")
        page.click("tbody a >> nth=0")
        page.check("tbody input[name=row] >> nth=1")
        page.select_option("[name=action]", "extend")
        page.fill("[name=until]", "2036-12-31")
        page.fill("[name=why]", "an appeal is pending")
        page.click("#grid button:not([formaction])")
        assert "extend" in page.inner_text("tbody") and "2036-12-31 (an appeal is pending)" in page.inner_text("tbody")
