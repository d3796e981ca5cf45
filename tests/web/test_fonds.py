"""The register of fonds in the browser: entered, numbered, closed, cases filed; and each refusal on the form itself."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.web import CASE_NUMBER, Served, send, serving

pytestmark = pytest.mark.xdist_group("web-fonds")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("fonds"), options=("--no-worker",)) as running:
        yield running


@pytest.fixture(scope="module")
def client(served: Served) -> httpx.Client:
    """The archivist, with a fonds in the register."""
    archivist = served.client("archivist")
    assert "还没有登记全宗" in archivist.get("/fonds").text
    done = send(
        archivist, "/fonds", "/fonds", code="culture", name="临江市文化和旅游局<b>", number="", since="2009-01-01"
    )
    assert done.status_code == 303, done.text[-500:]
    return archivist


def test_the_register_shows_what_was_entered_and_escapes_it(client: httpx.Client) -> None:
    page = client.get("/fonds").text
    assert "临江市文化和旅游局&lt;b&gt;" in page and "<b>" not in page and 'href="/fonds/culture"' in page
    assert "自 2009-01-01 起" in page


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"code": "culture", "name": "别的局"}, 409, "不得重复使用"),
        ({"code": "A B", "name": "别的局"}, 422, "不能作全宗代码"),
        ({"code": "sport", "name": "体育局", "number": "J1"}, 422, "不是全宗号"),
        ({"code": "sport", "name": ""}, 400, ""),
    ],
)
def test_a_refusal_stands_on_the_form_with_what_was_written(
    client: httpx.Client, form: dict[str, str], status: int, said: str
) -> None:
    shown = send(client, "/fonds", "/fonds", **form)
    assert shown.status_code == status, (shown.status_code, shown.text[-300:])
    assert said in shown.text and 'role="alert"' in shown.text and f'value="{form["code"]}"' in shown.text


def test_steps_of_a_fonds(client: httpx.Client) -> None:
    for step, form in (
        ("cases", {"cases": CASE_NUMBER, "why": "补归"}),
        ("number", {"number": "J019", "why": "馆函〔2026〕3号"}),
        ("name", {"name": "临江市文旅局", "why": "更名"}),
        ("closing", {"until": "2026-04-30", "why": "撤销"}),
    ):
        done = send(client, "/fonds/culture", f"/fonds/culture/{step}", **form)
        assert done.status_code == 303, (step, done.text[-800:])
    page = client.get("/fonds/culture").text
    assert "J019" in page and "临江市文旅局" in page and "已于 2026-04-30 结束" in page
    again = send(client, "/fonds/culture", "/fonds/culture/number", number="J020", why="x")
    assert again.status_code == 409 and "给定后不再变更" in again.text
    empty = send(client, "/fonds/culture", "/fonds/culture/closing", until="", why="x")
    assert empty.status_code == 400
    assert client.get("/fonds/nobody").status_code == 404


def test_who_may_not_is_shown_no_form_and_refused(served: Served, client: httpx.Client) -> None:
    auditor = served.client("auditor")
    page = auditor.get("/fonds")
    assert page.status_code == 200 and 'name="code"' not in page.text
    assert send(auditor, "/fonds", "/fonds", code="edu", name="教育局").status_code == 403
    assert served.client("depositor").get("/fonds").status_code == 403


def test_an_archive_of_one_body_shows_no_house(served: Served, client: httpx.Client) -> None:
    assert "不是多全宗档案库的名册" in client.get("/house").text
    assert "只有一个立档单位" in client.get("/f").text
