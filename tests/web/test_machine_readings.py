"""What machines read on pages for browsers: always said to be unchecked, hidden with its file, read and thrown away."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from preserve.data_management.archive import open_archive
from preserve.services import machine_readings
from tests.support.machine_reading import ENGINE, STATEMENT, looked, page, publish
from tests.support.people import session
from tests.support.web import Served, send, serving

UNCHECKED = "机读，未核对"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        archive = open_archive(running.home)
        try:
            objid = re.findall(r"/cases/(aip-[0-9a-z]+)", running.client("head").get("/cases").text)[0]
            publish(archive, objid, looked(), page(STATEMENT, 1, "蓝色货车停在<河堤>"), page(STATEMENT, 2, "第二页"))
        finally:
            archive.close()
        yield running


def objid_of(served: Served) -> str:
    return re.findall(r"/cases/(aip-[0-9a-z]+)", served.client("head").get("/cases").text)[0]


def test_a_hit_says_that_a_machine_read_it(served: Served) -> None:
    client = served.client("head")
    found = client.get("/cases?words=货车").text
    assert UNCHECKED in found
    assert "<mark>货车</mark>" in found
    assert "第 1 页" in found
    assert objid_of(served) not in client.get("/cases?words=货车&machine=no").text
    assert UNCHECKED not in client.get("/cases?words=现场检查").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_and_the_case_say_what_was_read(served: Served, language: str) -> None:
    client, objid = served.client("archivist", language), objid_of(served)
    for address in ("/readings", "/readings?state=read", "/readings?state=failed", f"/cases/{objid}/readings"):
        shown = client.get(address)
        assert shown.status_code == 200, (address, shown.text[-500:])
        assert {"zh": "未核对", "en": "not checked"}[language] in shown.text
    assert ENGINE.tool in client.get(f"/cases/{objid}/readings").text
    assert client.get("/readings?state=x").status_code == 400
    assert f"/cases/{objid}/readings" in client.get("/readings?state=read").text


def test_whose_it_is_not_to_see(served: Served) -> None:
    for address in ("/readings", f"/cases/{objid_of(served)}/readings"):
        for role in ("auditor", "system"):
            assert served.client(role).get(address).status_code == 403


def test_it_is_asked_for_as_a_job(served: Served) -> None:
    client, objid = served.client("archivist"), objid_of(served)
    for address in ("/readings", f"/cases/{objid}/readings"):
        asked = send(client, address, address)
        assert asked.status_code == 303
        assert asked.headers["location"].startswith("/jobs/")


def test_thrown_away_it_is_on_no_page(served: Served) -> None:
    client, objid = served.client("archivist"), objid_of(served)
    gone = send(client, f"/cases/{objid}/readings", f"/cases/{objid}/readings/forget")
    assert gone.status_code == 303
    assert objid not in client.get("/cases?words=货车").text
    archive = open_archive(served.home)
    try:
        assert list(machine_readings.readings_of(archive, objid)) == []
        assert machine_readings.forget(session(archive), objid).readings == ()
    finally:
        archive.close()
