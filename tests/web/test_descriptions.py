"""The description filled in beside the recording: the time of the spoken preamble comes from the player."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import looking
from tests.support.page_scans import NUMBER, draw_page, write_scan
from tests.support.tiny_case import write_whole_case
from tests.support.web import Served, person, serving, start


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("forms")
    case = folder / "share" / "两段录像"
    case.mkdir(parents=True)
    (case / "现场检查笔录.txt").write_text("现场检查笔录", encoding="utf-8")
    _record(case / "现场录像.mp4")
    write_whole_case(folder / "share" / "整案")
    write_scan(folder / "share" / "扫描件" / "0001.jpg", draw_page())
    with serving(folder) as first:
        first.stop()
        with (first.home / "preserve.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[web]\ninbox = ["{folder / "share"}"]\n')
        running = start(first.home)
        try:
            yield running
        finally:
            running.stop()


def _record(target: Path) -> None:
    """Six seconds of picture and sound, as a body camera gives them."""
    picture, sound = "testsrc=size=160x120:rate=10:duration=6", "sine=frequency=440:duration=6"
    made = f"-f lavfi -i {picture} -f lavfi -i {sound} -c:v libx264 -pix_fmt yuv420p -c:a aac -movflags +faststart"
    subprocess.run(["ffmpeg", "-loglevel", "error", *made.split(), str(target)], check=True)


def test_a_person_drafts_listens_and_ticks_by_keyboard(served: Served) -> None:
    with person(served, "archivist", viewport={"width": 1280, "height": 900}) as page:
        page.goto("/deposits")
        page.click("text=两段录像")
        page.click("text=填写案卷信息")
        page.focus("button:has-text('由文件草拟')")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/jobs/"))
        page.locator(".badge.job-done").wait_for(timeout=60_000)
        page.click("a[href$='/description']")
        page.wait_for_url(re.compile("/description"))
        assert page.input_value("[name='title']") == "两段录像"
        assert page.locator(".mistake").count() > 0
        page.click("text=现场录像.mp4")
        player = page.locator("#player")
        player.evaluate(
            """(video) => new Promise((ready, failed) => {
                 window.setTimeout(failed, 30000, new Error("no picture"));
                 video.onerror = failed; video.onseeked = ready; video.onloadeddata = () => { video.currentTime = 4; };
                 video.preload = "auto"; video.load(); })"""
        )
        page.focus("button[data-mark=preamble]")
        page.keyboard.press("Enter")
        assert page.input_value("#f-preamble") == "yes"
        assert "0:00:04" in page.input_value("#f-note")
        page.click("button[data-mark=spoken_explanation]")
        assert page.input_value("#f-spoken_explanation") == "0:00:04"
        with page.expect_navigation():
            page.click("button[name=then] >> nth=0")
        page.goto(page.url.partition("/files/")[0])
        page.click("text=现场录像.mp4")
        assert page.input_value("#f-preamble") == "yes"


def test_a_description_is_filled_in_without_script(served: Served) -> None:
    with person(served, "archivist", "en", java_script_enabled=False) as page:
        page.goto("/deposits")
        page.click("text=两段录像")
        page.click("text=Fill in the description")
        page.fill("[name='case_number']", "临文综罚〔2026〕95号")
        page.fill("[name='closed']", "2026-02-03")
        page.click(".sticky button")
        assert page.locator(".note").inner_text() == "Saved."
        assert page.input_value("[name='case_number']") == "临文综罚〔2026〕95号"
        assert page.locator("#m-start").count() == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_wrong_with_any_state(served: Served, language: str) -> None:
    with person(served, "archivist", language) as page:
        page.goto("/deposits")
        deposit = page.locator("main table a", has_text="77号").get_attribute("href") or ""
        for address in (
            "/deposits",
            deposit,
            f"{deposit}/description",
            f"{deposit}/description/files/1",
            "/deposits/new",
        ):
            page.goto(address)
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            assert (address, looking.violations(page)) == (address, [])


def test_what_a_machine_read_is_taken_or_left_by_keyboard_beside_the_form(served: Served) -> None:
    with person(served, "archivist", viewport={"width": 1280, "height": 900}) as page:
        page.goto("/deposits")
        page.click("text=扫描件")
        page.click("text=填写案卷信息")
        page.focus("button:has-text('机读扫描件首页')")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/jobs/"))
        page.locator(".badge.job-done").wait_for(timeout=120_000)
        page.click("a[href$='/description']")
        page.wait_for_url(re.compile("/description"))
        offers = page.locator(".offers")
        assert "机读，未核对" in offers.inner_text()
        assert page.input_value("[name='case_number']") == ""
        number = page.locator(".offer.waits", has_text="案号")
        assert number.locator("img").evaluate("(line) => line.decode().then(() => line.naturalWidth > 100)")
        number.locator("button[value=take]").focus()
        with page.expect_navigation():  # a key does not wait for what it sends, as a click does
            page.keyboard.press("Enter")
        assert page.input_value("[name='case_number']") == NUMBER
        assert "核对后采用" in page.locator(".offer", has_text=NUMBER).first.inner_text()
        with page.expect_navigation():
            page.locator(".offer.waits", has_text="案由").locator("button[value=leave]").first.click()
        assert page.input_value("[name='cause']") == ""
        assert looking.violations(page) == []
        page.goto(page.url.partition("?")[0].partition("#")[0] + "/files/1")
        with page.expect_navigation():
            page.locator(".offer.waits button[value=take]").first.click()
        assert looking.violations(page) == []
