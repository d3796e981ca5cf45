"""The example client against a real door: a case handed in over HTTP by a program, taken in, its receipt fetched."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.support.receiving import There, receiving
from tests.support.small_case import small_case
from tests.support.web import PASSWORD, Served, staffed_home, start

NUMBER = "临文执〔2026〕77号"
SECRET = "a secret that both sides know"
CLIENT = Path(__file__).parents[2] / "deploy" / "client" / "preserve_client.py"


@pytest.fixture(scope="module")
def there() -> Iterator[There]:
    """The case-handling system, as far as it takes news."""
    with receiving() as system:
        yield system


@pytest.fixture(scope="module")
def served(there: There, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A door whose host names that system."""
    home = staffed_home(tmp_path_factory.mktemp("client"))
    named = home / "webhook.toml"
    named.write_text(f'address = "{there.address}"\nsecret = "{SECRET}"\n', encoding="utf-8")
    named.chmod(0o640)
    with (home / "preserve.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[web]\nwebhook = "webhook.toml"\n')
    door = start(home)
    yield door
    door.stop()


@pytest.fixture(scope="module")
def client() -> ModuleType:
    """The client as a module."""
    spec = importlib.util.spec_from_file_location("preserve_client", CLIENT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["preserve_client"] = module
    spec.loader.exec_module(module)
    return module


def _session(served: Served, account: str) -> str:
    entered = httpx.post(f"{served.address}/api/v1/session", json={"account": account, "password": PASSWORD})
    assert entered.status_code == 200, entered.text
    token: str = entered.json()["token"]
    return token


@pytest.fixture(scope="module")
def program(served: Served) -> str:
    """The token of a program that may hand in and nothing else."""
    security = {"authorization": f"Bearer {_session(served, 'security')}"}
    with httpx.Client(base_url=f"{served.address}/api/v1", headers=security) as door:

        def sure(operation: str) -> dict[str, str]:
            deeds = [{"operation": operation, "about": "platform"}]
            again = door.post("/me/confirmations", json={"deeds": deeds, "password": PASSWORD})
            assert again.status_code == 200, again.text
            return {"preserve-confirmation": again.json()["proofs"][0], "idempotency-key": operation}

        program = {"account": "platform", "person": "办案平台", "roles": ["depositor"]}
        made = door.post("/programs", json=program, headers=sure("user.add_program"))
        assert made.status_code == 201, made.text
        wish = {"name": "办案平台", "scopes": ["hand-in", "see-own"], "days": 90}
        given = door.post("/accounts/platform/tokens", json=wish, headers=sure("token.give"))
        assert given.status_code == 200, given.text
    token: str = given.json()["token"]
    return token


def test_a_case_is_handed_in_and_taken_in(served: Served, client: Any, program: str, tmp_path: Path) -> None:
    place = tmp_path / "2号案"
    place.mkdir()
    case = small_case(place, NUMBER) or place
    platform = client.Archive(f"{served.address}/api/v1", program, "en")
    deposit = platform.hand_in(case)
    assert platform.hand_in(case) == deposit, "again it is the same"
    archivist = client.Archive(f"{served.address}/api/v1", _session(served, "archivist"), "en")
    assert platform.state(deposit)["state"] == "handed-in"
    with pytest.raises(client.Problem) as refused:
        platform.ask("POST", "/ingests", {"deposit": deposit})
    assert refused.value.status == 403
    assert (
        archivist.ask("POST", f"/deposits/{deposit}/return", {"reasons": "笔录有缺页"}).document["state"] == "returned"
    )
    assert platform.wait(deposit)["state"] == "returned" and platform.letter(deposit, 1).startswith(b"%PDF-")
    (case / "笔录.txt").write_text("现场检查笔录\n" * 30, encoding="utf-8")
    platform.hand_in_again(deposit, case)
    assert platform.state(deposit)["state"] == "handed-in"
    head = client.Archive(f"{served.address}/api/v1", _session(served, "head"), "en")
    until = (date.today() + timedelta(days=30)).isoformat()
    deeds = [{"operation": "user.delegate", "about": "archivist"}]
    proofs = head.ask("POST", "/me/confirmations", {"deeds": deeds, "password": PASSWORD}).document["proofs"]
    delegation = {"deputy": "archivist", "until": until, "reason": "出差"}
    head.ask("POST", "/delegations", delegation, headers={"Preserve-Confirmation": proofs[0]})
    archivist.finish(archivist.ask("POST", "/ingests", {"deposit": deposit}), 0.2)
    known = platform.wait(deposit, 0.2, 60)
    assert known["state"] == "taken-in" and known["case_number"] == NUMBER and known["objid"]
    assert platform.receipt(deposit).startswith(b"%PDF-")
    token = tmp_path / "token"
    token.write_text(program, encoding="utf-8")
    said = subprocess.run(
        [sys.executable, CLIENT, "--address", f"{served.address}/api/v1", "--token-file", token, "wait", deposit],
        capture_output=True,
        text=True,
        check=True,
    )
    assert known["objid"] in said.stdout


def test_the_system_is_told_and_knows_by_whom(served: Served, client: Any, there: There) -> None:
    wanted = {"deposit.closed", "deposit.handed-in", "job.done", "deposit.taken-in"}
    until = time.monotonic() + 60
    while not wanted <= {one["event"] for one in there.taken} and time.monotonic() < until:
        threading.Event().wait(0.1)
    assert wanted <= {one["event"] for one in there.taken}
    signature, body = there.signed[0]
    assert client.is_genuine(SECRET, signature, body)
    assert not client.is_genuine(SECRET, signature, body + b" ")
    assert not client.is_genuine("another secret of theirs", signature, body)
    assert not client.is_genuine(SECRET, signature, body, time.time() + 3600)
    for broken in ("", "t=1", "t=x,v1=y", "v1=" + "0" * 64, "t=,v1="):
        assert not client.is_genuine(SECRET, broken, body)
    told = json.dumps(there.taken, ensure_ascii=False)
    assert NUMBER not in told and "platform" not in told


def test_a_program_does_no_more_than_its_scopes(served: Served, client: Any, program: str) -> None:
    platform = client.Archive(f"{served.address}/api/v1", program)
    for verb, path in (("GET", "/cases"), ("GET", "/media"), ("GET", "/accounts"), ("GET", "/ledger/export")):
        with pytest.raises(client.Problem) as refused:
            platform.ask(verb, path)
        assert refused.value.status == 403, path
    with pytest.raises(client.Problem) as nobody:
        client.Archive(f"{served.address}/api/v1", "prs_wrong").ask("GET", "/me")
    assert nobody.value.status == 401


def test_monitors_learn_that_it_answers_and_no_more(served: Served) -> None:
    with httpx.Client(base_url=f"{served.address}/api/v1") as door:
        assert door.get("/health").json() == {"state": "ready"}
        assert door.get("/version").status_code == 401
        assert httpx.get(f"{served.address}/api", follow_redirects=True).url.path == "/api/v1/reference"
        assert door.get("/openapi.json").json()["openapi"] == "3.1.0"


def test_after_a_killed_server_it_is_still_one_deed(served: Served, client: Any) -> None:
    token = _session(served, "archivist")
    archivist = client.Archive(f"{served.address}/api/v1", token, "en")
    objid = archivist.ask("GET", "/cases").document["cases"][0]["objid"]
    wish = {"cases": [objid], "kind": "litigation", "reason": "诉讼"}
    first = archivist.ask("POST", "/holds", wish, headers={"Idempotency-Key": "hold"})
    served.process.kill()
    served.process.wait(30)
    again = start(served.home)
    try:
        archivist = client.Archive(f"{again.address}/api/v1", token, "en")
        second = archivist.ask("POST", "/holds", wish, headers={"Idempotency-Key": "hold"})
        assert second.document == first.document and second.headers["idempotent-replayed"] == "true"
        assert len(archivist.ask("GET", "/holds").document["holds"]) == 1
    finally:
        again.stop()
