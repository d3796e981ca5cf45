"""The pages of the pool: the list with its filters, one recording, and what is claimed beside a deposit."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from preserve.data_management.archive import open_archive
from preserve.services.pool_collecting import collect
from tests.support.people import session
from tests.support.stations import MEASURE, NAMES, OFFICER, write_station
from tests.support.tiny_case import write_whole_case
from tests.support.web import Served, send, staffed_home, start


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service whose inbox has a case, and whose pool has four recordings."""
    folder = tmp_path_factory.mktemp("pool")
    case = write_whole_case(folder / "share" / "录像案", measures=[MEASURE], officers=[OFFICER])
    home = staffed_home(folder)
    with (home / "preserve.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[web]\ninbox = ["{case.parent}"]\n')
    archive = open_archive(home)
    collect(session(archive), write_station(folder / "station"), settled=0)
    archive.close()
    running = start(home, "--no-worker")
    try:
        yield running
    finally:
        running.stop()


def test_recordings_are_found_looked_at_and_claimed(served: Served) -> None:
    client = served.client("archivist")
    listed = client.get("/pool?officer=012345&since=2026-03-01&until=2026-03-01").text
    assert [name in listed for name in NAMES] == [True, True, False, False]
    number = re.search(r'href="/pool/(rec-[0-9a-f]+)"', listed)
    assert number and "44010401901281918586" in client.get(f"/pool/{number[1]}").text
    assert client.get("/pool?since=never").status_code == 400
    deposit = re.search(r'href="/deposits/(in-[0-9a-z]+)"', client.get("/deposits").text)
    assert deposit
    address = f"/deposits/{deposit[1]}/pool"
    assert f'href="{address}"' in client.get(f"/deposits/{deposit[1]}").text
    assert number[1] in client.get(address).text
    assert send(client, address, address).status_code == 422
    done = send(client, address, address, recording=number[1])
    assert done.status_code == 303, done.text[-500:]
    assert NAMES[0] in client.get(f"/deposits/{deposit[1]}/description").text
    assert NAMES[0] in client.get("/pool?state=claimed").text
    assert served.client("depositor").get("/pool").status_code == 403


def test_what_was_claimed_by_mistake_waits_again(served: Served) -> None:
    client = served.client("archivist")
    deposit = re.search(r'href="/deposits/(in-[0-9a-z]+)"', client.get("/deposits").text)
    number = re.search(r'href="/pool/(rec-[0-9a-f]+)"', client.get("/pool?device=GMA000124").text)
    assert deposit and number
    address, page = f"/deposits/{deposit[1]}/pool", f"/pool/{number[1]}"
    assert "release" not in client.get(page).text
    assert send(client, address, address, recording=number[1], reason="时间相符").status_code == 303
    silent = send(client, page, f"{page}/release", reason=" ")
    assert silent.status_code == 400 and 'role="alert"' in silent.text
    assert send(client, page, f"{page}/release", reason="不是本案").status_code == 303
    assert number[1] in client.get("/pool").text
    assert send(client, page, f"{page}/release", reason="再来一次").status_code == 409


def test_nothing_is_gathered_before_its_term_is_over(served: Served) -> None:
    client = served.client("archivist")
    assert "/pool/gatherings" not in client.get("/pool").text
    refused = send(client, "/pool", "/pool/gatherings", reason="")
    assert refused.status_code == 400 and 'role="alert"' in refused.text
    assert send(client, "/pool", "/pool/gatherings", reason="期满").status_code == 303
