"""What a job made is for who may do that now: not for a token with other limits, nor after the duty is gone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import httpx
import pytest

from preserve.administration.appointing import change_person
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.clock import now
from tests.support.web import PASSWORD, Served, opened, serving

SECURITY = Person("security", "某security", frozenset({Role.SECURITY_ADMINISTRATOR}))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("jobs")) as running:
        yield running


def program(served: Served, token: str) -> httpx.Client:
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    return httpx.Client(base_url=f"{served.address}/api/v1", headers=headers, timeout=60)


def logged_in(served: Served, account: str) -> httpx.Client:
    given = httpx.post(f"{served.address}/api/v1/session", json={"account": account, "password": PASSWORD})
    return program(served, given.json()["token"])


def limited(served: Served, person: httpx.Client, *scopes: str) -> httpx.Client:
    """A token of the same person that is limited to these."""
    wish = {"name": "-".join(scopes), "scopes": scopes, "days": 3, "password": PASSWORD}
    made = person.post("/me/tokens", json=wish, headers={"idempotency-key": f"token-{scopes}"})
    assert made.status_code == 200, made.text
    return program(served, made.json()["token"])


def history_of(client: httpx.Client) -> str:
    """A job of theirs that wrote the history of a case, done."""
    found = re.search(r'"objid": ?"([^"]+)"', client.get("/cases").text)
    assert found is not None
    asked = client.post(f"/cases/{found[1]}/history", headers={"idempotency-key": f"history-{time.monotonic()}"})
    assert asked.status_code == 202, asked.text
    job = str(asked.json()["id"])
    deadline = time.monotonic() + 60
    while (state := client.get(f"/jobs/{job}").json()["state"]) in ("queued", "running"):
        assert time.monotonic() < deadline, state
        time.sleep(0.1)
    assert state == "done"
    return job


def test_a_token_with_other_limits_neither_fetches_nor_sees_what_a_job_made(served: Served) -> None:
    person = logged_in(served, "archivist")
    job = history_of(person)
    assert person.get(f"/jobs/{job}/files/1").status_code == 200
    keeper, finder = limited(served, person, "keep"), limited(served, person, "find")
    refused = keeper.get(f"/jobs/{job}/files/1")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:preserve:people.token-may-not")
    shown = keeper.get(f"/jobs/{job}").json()
    assert (shown["whole"], shown["arguments"], shown["result"], shown["subject"]) == (False, {}, None, "")
    assert finder.get(f"/jobs/{job}/files/1").status_code == 200
    own = history_of(finder)
    assert finder.get(f"/jobs/{own}").json()["whole"]


def test_who_lost_the_duty_fetches_nothing_any_more(served: Served) -> None:
    person = logged_in(served, "archivist2")
    job = history_of(person)
    assert person.get(f"/jobs/{job}/files/1").status_code == 200
    archive = opened(served.home)
    try:
        change_person(
            archive.catalogue,
            "archivist2",
            roles=[Role.DEPOSITOR.value],
            os_user="",
            state="active",
            actor=SECURITY,
            moment=now(),
        )
    finally:
        archive.close()
    again = logged_in(served, "archivist2")
    assert again.get(f"/jobs/{job}").status_code == 200
    refused = again.get(f"/jobs/{job}/files/1")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:preserve:people.may-not")
