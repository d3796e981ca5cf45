"""The auditor finds who did what and who looked at what, by person, deed and day, and no content anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.support.web import CASE_NUMBER, Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        yield running


def _rows(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text[-800:]
    rows = re.findall(r"<tr>.*?</tr>", answer.text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_a_refused_attempt_is_on_the_first_page(served: Served) -> None:
    assert served.client("depositor").get("/audit").status_code == 403
    assert served.client("depositor").get("/accounts").status_code == 403
    page = served.client("auditor").get("/audit")
    assert any("depositor" in row and "越权操作被拒绝" in row for row in _rows(page))


def test_every_look_is_found_by_person(served: Served) -> None:
    auditor = served.client("auditor")
    auditor.get("/audit")
    looks = _rows(auditor.get("/audit/people/auditor"))
    assert any("查看或导出日志" in row and "全部馆藏" in row for row in looks)
    assert "/audit/ledger?person=auditor&amp;which=looks" in auditor.get("/audit/people/auditor").text
    deeds = _rows(auditor.get("/audit/people/auditor?which=deeds"))
    assert any("登录" in row for row in deeds)
    assert auditor.get("/audit/people/nobody-of-this-name").status_code == 404


def test_the_ledger_is_filtered_and_paged(served: Served) -> None:
    auditor = served.client("auditor")
    rows = _rows(auditor.get("/audit/ledger", params={"action": "person.added"}))[1:]
    assert len(rows) == 8 and all("建立账户" in row for row in rows)
    rows = _rows(auditor.get("/audit/ledger", params={"subject": "head", "which": "deeds"}))[1:]
    assert rows and all("head" in row for row in rows)
    assert _rows(auditor.get("/audit/ledger", params={"until": "2001-01-01"})) == []
    assert auditor.get("/audit/ledger", params={"since": "yesterday"}).status_code == 400
    assert auditor.get("/audit/ledger", params={"after": "x.y"}).status_code == 400
    for number in range(101):
        auditor.get("/audit/ledger", params={"subject": f"thing-{number}"})
    page = auditor.get("/audit/ledger")
    first = _rows(page)
    following = page.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = _rows(auditor.get(f"/audit/ledger{following}"))
    assert len(first) == 101 and second[1:] and not set(first[1:]) & set(second[1:])


def test_no_title_and_no_name_of_a_file_is_on_any_page(served: Served) -> None:
    from tests.support.web import opened

    archive = opened(served.home)
    try:
        with archive.catalogue.read() as connection:
            from sqlalchemy import text

            titles = list(connection.execute(text("SELECT title FROM cases")).scalars())
            files = list(connection.execute(text("SELECT path FROM files")).scalars())
    finally:
        archive.close()
    words = {CASE_NUMBER, *map(str, titles), *(str(file).rsplit("/", 1)[-1] for file in files)}
    auditor = served.client("auditor")
    for address in ("/audit", "/audit?since=2001-01-01", "/audit/ledger", "/audit/people", "/audit/people/archivist"):
        shown = auditor.get(address).text
        assert not [word for word in words if word in shown], address


def test_the_ledger_is_exported_and_that_is_recorded(served: Served) -> None:
    auditor = served.client("auditor")
    answer = auditor.get("/audit/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="ledger.ndjson"'
    lines = answer.text.splitlines()
    assert lines[0].startswith('{"action":"archive.founded"') and '"ledger.viewed"' in lines[-1]
    assert served.client("system").get("/audit/export").status_code == 403
