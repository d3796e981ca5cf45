"""The first page by role: what waits, as links to what is there; in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.ingest.handing_in.rooms import Record, Room, today
from preserve.messages import LANGUAGES, known, speaking
from preserve.services import workbench
from preserve.web.pages.today import ADDRESSES
from tests.support.keeping import demand_copies, ended
from tests.support.web import ACCOUNTS, CASE_NUMBER, Served, send, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        demand_copies(running.home)
        yield running


@pytest.mark.parametrize("role", ACCOUNTS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_has_a_first_page_with_links_that_answer(served: Served, role: str, language: str) -> None:
    client = served.client(role)
    shown = client.get("/", headers={"accept-language": language})
    assert ("Today" in shown.text) == (language == "en")
    assert shown.status_code == 200 and shown.text.count("<h1>") == 1
    assert CASE_NUMBER not in shown.text
    (body,) = re.findall(r"<main.*?</main>", shown.text, re.DOTALL)
    for address in re.findall(r'href="(/[^"]*)"', body):
        assert address in {*ADDRESSES.values(), "/deposits/new"}
        assert client.get(address).status_code == 200, address


def test_what_lacks_copies_is_said_to_who_keeps_them(served: Served) -> None:
    for role in ("archivist", "system", "head"):
        assert "个副本不齐" in served.client(role).get("/").text
    assert "个副本不齐" not in served.client("auditor").get("/").text
    waiting = served.client("depositor").get("/").text
    assert "没有需要您办理的事项" in waiting and 'href="/deposits/new"' in waiting
    assert 'href="/deposits/new"' not in served.client("archivist").get("/").text


def test_a_job_that_ended_badly_is_said_to_who_asked_and_who_keeps_the_machine(served: Served) -> None:
    sent = send(served.client("archivist"), "/discs", "/discs/compose", kind="no-such-kind")
    assert ended(served.home, sent.headers["location"]).state in ("refused", "failed")
    for role in ("archivist", "system"):
        assert "1 项任务失败或中止" in served.client(role).get("/").text
    assert "项任务失败" not in served.client("head").get("/").text


def test_a_depositor_sees_their_own_uploads_by_state(served: Served) -> None:
    for number, (state, owner) in enumerate((("returned", "depositor"), ("draft", "depositor"), ("handed-in", "else"))):
        folder = served.home / "inbox" / ".web" / f"up-{number:026d}"
        folder.mkdir(parents=True)
        Room(folder).write(
            Record(id=folder.name, kind="upload", name=f"件{number}", owner=owner, state=state, opened=today())
        )
    shown = served.client("depositor").get("/").text
    assert "1 件归档材料被退回" in shown and "1 件归档材料待填写" in shown and "已提交，等待接收" not in shown
    assert "1 件网上提交的归档材料等待接收" in served.client("archivist").get("/").text


def test_every_line_has_its_words_and_a_place_to_lead_to() -> None:
    source = Path(workbench.__file__).read_text(encoding="utf-8")
    names = set(re.findall(r'(?:Line|facts\.line)\("([a-z-]+)"', source)) | set(
        re.findall(r'^    "([a-z-]+)": \(', source, re.M)
    )
    assert {"requests-to-examine", "copies-damaged", "denied"} <= names <= set(ADDRESSES)
    for language in LANGUAGES:
        with speaking(language):
            assert [name for name in ADDRESSES if not known(f"web.today-{name}")] == []
