"""副本 and 光盘 by HTTP: what is missing and what to do, making it as a job, composing a disc, no burner."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from preserve.data_management import holdings
from tests.support.keeping import add_folder, demand_copies, ended
from tests.support.web import CASE_NUMBER, Served, fields, opened, send, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        demand_copies(running.home)
        add_folder(running.home, "SRV-02")
        yield running


def test_what_is_missing_is_listed_with_what_to_do(served: Served) -> None:
    for address in ("/copies", "/copies?missing=1", "/copies?missing=all"):
        shown = served.client("archivist").get(address).text
        assert CASE_NUMBER in shown and "可写入已接入的服务器存储 SRV-02" in shown and "编排光盘" in shown
    assert "1 个信息包等待上盘" in served.client("archivist").get("/discs").text


def test_the_system_administrator_sees_packages_and_no_case(served: Served) -> None:
    shown = served.client("system").get("/copies").text
    assert "aip-" in shown and CASE_NUMBER not in shown
    assert served.client("depositor").get("/copies").status_code == 403


def test_who_keeps_no_bytes_is_offered_no_job_and_refused(served: Served) -> None:
    assert "/copies/replicate" not in served.client("head").get("/copies").text
    for page, address in (("/copies", "/copies/replicate"), ("/copies", "/discs/compose")):
        assert send(served.client("head"), page, address).status_code == 403


def test_missing_copies_are_made_once_by_a_job_however_often_it_is_sent(served: Served) -> None:
    client = served.client("system")
    given = fields(client.get("/copies").text)
    sent = [client.post("/copies/replicate", data=given) for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    row = ended(served.home, sent[0].headers["location"])
    assert row.state == "done" and CASE_NUMBER not in (row.result or "")
    archive = opened(served.home)
    with archive.catalogue.read() as connection:
        states = {copy.state for copy in holdings.copies_of(connection, "")}
        assert len(holdings.copies_of(connection, "")) == 2 and states == {"verified"}
    archive.close()


def test_a_disc_is_composed_and_cannot_be_burned_without_a_burner(served: Served) -> None:
    client = served.client("archivist")
    sent = send(client, "/discs", "/discs/compose", kind="CD-R", everything="1")
    row = ended(served.home, sent.headers["location"])
    assert row.state == "done", row.failure
    (disc,) = json.loads(row.result or "")["zh"]["discs"]
    shown = client.get("/discs").text
    assert disc["volume_id"] in shown and "没有找到刻录机" in shown
    refused = send(client, "/discs", f"/discs/{disc['media'][0]}/burn", burner="1")
    assert refused.status_code == 400 and "没有这台刻录机" in refused.text
    assert "刻录光盘 " + disc["volume_id"] in client.get("/").text


def test_an_unknown_kind_of_disc_is_refused_by_the_job(served: Served) -> None:
    sent = send(served.client("archivist"), "/discs", "/discs/compose", kind="<script>")
    assert ended(served.home, sent.headers["location"]).state in ("refused", "failed")


def test_an_unknown_case_is_said(served: Served) -> None:
    answer = served.client("archivist").get("/copies?case=nope")
    assert answer.status_code == 404 and "nope" in answer.text
