"""What everybody may read, decided by the head in the browser: opened, read, closed; by hand and by others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.web import CASE_NUMBER, PASSWORD, Served, person, send, serving

pytestmark = pytest.mark.xdist_group("web-exports")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("public"), cases=2) as running:
        yield running


def test_the_head_opens_an_entry_from_the_case_and_closes_it(served: Served) -> None:
    with person(served, "head") as page:
        page.goto("/cases")
        page.get_by_role("link", name=CASE_NUMBER).click()
        page.locator("nav.tabs").get_by_role("link", name="利用").click()
        page.get_by_role("link", name="开放此案卷的条目").click()
        page.get_by_text("没有开放的条目。").wait_for()
        assert page.input_value("[name=case]") == CASE_NUMBER
        page.fill("[name=title]", "某演出案")
        page.fill("[name=reason]", "依申请公开")
        page.fill("[name=confirm]", PASSWORD)
        page.get_by_role("button", name="开放条目").click()
        page.get_by_text("条目已开放。").wait_for()
        page.get_by_role("cell", name="某演出案").wait_for()
        with page.expect_download() as fetched:
            page.get_by_role("link", name="下载开放档案目录").click()
        assert "某演出案" in fetched.value.path().read_text(encoding="utf-8")
        assert "某演出案" in served.nobody().get("/api/v1/oai?verb=ListRecords&metadataPrefix=oai_dc").text
        page.get_by_role("link", name=f"停止开放 {CASE_NUMBER}").click()
        page.fill("[name=reason]", "有误")
        page.fill("[name=confirm]", PASSWORD)
        page.get_by_role("button", name="停止开放").click()
        page.get_by_text("没有开放的条目。").wait_for()


def test_what_is_wrong_is_told_and_only_the_head_may(served: Served) -> None:
    given = {"case": CASE_NUMBER, "reason": "依申请公开", "title": "某案", "confirm": PASSWORD}
    for changed, code in (({"reason": " "}, 400), ({"case": "没有"}, 404), ({"confirm": "wrong"}, 401)):
        refused = send(served.client("head"), "/public", "/public/opening", **{**given, **changed})
        assert refused.status_code in (code, 403) and 'role="alert"' in refused.text, changed
        assert 'value="某案"' in refused.text
    assert send(served.client("archivist"), "/public", "/public/opening", **given).status_code == 403
    assert '<form method="post" action="/public' not in served.client("archivist").get("/public").text
    closing = {"close": "aip-nothing", "reason": "x", "confirm": PASSWORD}
    assert send(served.client("head"), "/public", "/public/closing", **closing).status_code == 404
    for who in ("depositor", "system"):
        assert served.client(who).get("/public").status_code == 403
