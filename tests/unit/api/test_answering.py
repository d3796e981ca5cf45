"""Rows as callers meet them: the documents of the command line, keys, pages, files, and who may."""

from __future__ import annotations

import io
import json
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import preserve
from preserve.api.table import OFFERS
from preserve.cli.main import run
from tests.support.bureau import Bureau
from tests.support.callers import Caller, confirmed
from tests.support.office import PASSWORD

ROOT = Path(preserve.__file__).parent.parent

pytestmark = pytest.mark.xdist_group("api")

SAME = {
    "/cases": ["list"],
    "/cases/{case}": ["show", "{case}"],
    "/cases/{case}/files": ["look", "{case}"],
    "/cases/{case}/copies": ["copies", "{case}"],
    "/cases/{case}/retention": ["retention", "explain", "{case}"],
    "/copies": ["copies"],
    "/search?q=演出": ["search", "演出"],
    "/media": ["media", "list"],
    "/requests": ["request", "list"],
    "/requests/{request}": ["request", "show", "{request}"],
    "/retention": ["retention", "list"],
    "/retention/changes": ["retention", "changes"],
    "/holds": ["hold", "list"],
    "/disposals": ["disposal", "list"],
    "/transfers": ["transfer", "list"],
    "/exports": ["export", "list"],
    "/public": ["public", "list"],
    "/audits/plan": ["audit", "plan"],
    "/plans/risks": ["plan", "formats"],
    "/statistics/use": ["request", "statistics"],
    "/accounts": ["user", "list"],
    "/profiles": ["profiles", "list"],
}
"""Addresses, and the command that shows the same."""

_MOVING = ("ledger", "next")
"""What grows by being looked at, and the cursors, which are this door's own."""


@pytest.mark.parametrize("address", SAME)
def test_a_document_is_that_of_the_command_line(
    address: str, caller: Caller, bureau: Bureau, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"case": bureau.objid, "request": bureau.request}
    answer = caller("archivist" if address != "/accounts" else "auditor").get(address.format(**places))
    assert answer.status_code == 200, answer.text
    home = str(bureau.archive.home.path)
    status = run(["--home", home, "--lang", "en", "--json", *(part.format(**places) for part in SAME[address])])
    said = capsys.readouterr().out.replace(f"{home}/", "").replace(f"{ROOT}/", "")  # where things lie is the host's own
    told = json.loads(said)
    assert told.pop("ok") == (status == 0)
    told.pop("status", None)
    shown = answer.json()
    assert list(shown) == list(told)
    for gone in _MOVING:
        told.pop(gone, None), shown.pop(gone, None)
    assert shown == told


@pytest.mark.parametrize("address", ["/profiles", "/profile-checks", "/profiles/roles"])
def test_where_the_archive_lies_is_not_told(address: str, caller: Caller, bureau: Bureau) -> None:
    answer = caller("archivist").get(address)
    for folder in (str(bureau.archive.home.path), str(ROOT)):
        assert folder not in answer.text


def test_nobody_gets_anything_but_the_way_in(caller: Caller, api: Any, bureau: Bureau) -> None:
    described = caller().get("/openapi.json").json()
    for path, verbs in described["paths"].items():
        for verb, row in verbs.items():
            if row["security"]:
                answer = caller().request(
                    verb, path.replace("{", "").replace("}", ""), headers={"idempotency-key": "k"}
                )
                assert answer.status_code == 401, (verb, path, answer.text)
                assert answer.headers["content-type"] == "application/problem+json"
            else:
                assert path in ("/session", "/me/password", "/health", "/oai"), path


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic YTpi", "bearer  ", "Bearer a b", "Bearer " + "x" * 600]
)
def test_what_is_no_token_is_nobody(header: str, caller: Caller) -> None:
    answer = caller().get("/me", headers={"authorization": header})
    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")


def test_a_cookie_is_no_token(caller: Caller, bureau: Bureau) -> None:
    token = bureau.askers["archivist"].credentials.text  # type: ignore[union-attr]
    for name in ("session", "__Host-session", "__Secure-session"):
        answer = caller().get("/me", headers={"cookie": f"{name}={token}"})
        assert answer.status_code == 401


def test_who_may_not_is_refused_and_recorded(caller: Caller, bureau: Bureau) -> None:
    before = bureau.size()
    answer = caller("auditor").get(f"/cases/{bureau.objid}")
    assert answer.status_code == 403 and answer.json()["type"] == "urn:preserve:people.may-not"
    assert bureau.entries(before)[-1]["action"] == "access.denied"
    assert bureau.case not in answer.text


def test_a_look_is_recorded(caller: Caller, bureau: Bureau) -> None:
    before = bureau.size()
    assert caller("archivist").get("/cases").status_code == 200
    assert bureau.entries(before)[-1]["action"] == "catalogue.listed"


def test_a_language_is_asked_for(caller: Caller) -> None:
    for wanted, spoken in {"zh": "zh", "en-GB, zh;q=0.4": "en", "en;q=0.1,zh-CN;q=0.9": "zh", "fr": "zh"}.items():
        answer = caller("archivist", wanted).get("/cases/nothing")
        assert answer.status_code == 404 and answer.headers["content-language"] == spoken


def test_a_hint_names_no_command(caller: Caller) -> None:
    assert "preserve " not in caller("archivist", "en").get("/cases/nothing").json()["hint"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=zzz", "offset=3", "limit=1&limit=2x"])
def test_a_wrong_page_is_refused(query: str, caller: Caller) -> None:
    answer = caller("archivist").get(f"/cases?{query}")
    assert answer.status_code in (400, 422), answer.text


def test_a_page_leads_to_the_next(caller: Caller, bureau: Bureau) -> None:
    first = caller("archivist").get("/cases?limit=1").json()
    assert first["next"] == "" and len(first["cases"]) == 1
    empty = caller("archivist").get("/retention?limit=1").json()
    rows = empty["rows"]
    while empty["next"]:
        empty = caller("archivist").get("/retention", params={"limit": 1, "after": empty["next"]}).json()
        rows += empty["rows"]
    assert rows == caller("archivist").get("/retention").json()["rows"]


def test_a_document_has_a_tag(caller: Caller) -> None:
    first = caller("archivist").get("/media")
    again = caller("archivist").get("/media", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and not again.content


def _held(bureau: Bureau) -> dict[str, Any]:
    return {"cases": [bureau.objid], "kind": "litigation", "reason": "诉讼"}


def test_a_deed_that_is_sent_twice_is_one(caller: Caller, bureau: Bureau) -> None:
    archivist = caller("archivist")
    assert archivist.post("/holds", json=_held(bureau)).status_code == 422
    first = archivist.post("/holds", json=_held(bureau), headers={"idempotency-key": "one"})
    assert first.status_code == 201, first.text
    again = archivist.post("/holds", json=_held(bureau), headers={"idempotency-key": "one"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"] == f"/holds/{first.json()['hold']['number']}"
    assert again.headers["idempotent-replayed"] == "true" and "idempotent-replayed" not in first.headers
    other = archivist.post("/holds", json=_held(bureau) | {"reason": "别的"}, headers={"idempotency-key": "one"})
    assert other.status_code == 422 and other.json()["type"].endswith("api.key-of-another")
    another = caller("head").post("/holds", json=_held(bureau), headers={"idempotency-key": "one"})
    assert another.json()["hold"]["number"] != first.json()["hold"]["number"], "a key is its account's own"


def test_a_deed_that_was_refused_leaves_its_key_free(caller: Caller, bureau: Bureau) -> None:
    archivist, key = caller("archivist"), {"idempotency-key": "two"}
    refused = archivist.post("/holds", json=_held(bureau) | {"cases": ["nothing"]}, headers=key)
    assert refused.status_code == 404
    assert archivist.post("/holds", json=_held(bureau), headers=key).status_code == 201


def test_a_secret_is_given_once_and_not_kept(caller: Caller, bureau: Bureau) -> None:
    security, key = caller("security-administrator"), {"idempotency-key": "three"}
    account = {"account": "fresh", "person": "新人", "roles": ["examiner"]}
    key |= confirmed(security, PASSWORD, "user.add", "fresh")
    first = security.post("/accounts", json=account, headers=key)
    assert first.status_code == 201, first.text
    again = security.post("/accounts", json=account, headers=key)
    assert again.status_code == 409 and first.json()["password"] not in again.text
    with bureau.archive.catalogue.read() as connection:
        kept = repr(connection.execute(text("SELECT * FROM answers")).all())
    assert first.json()["password"] not in kept


def test_a_request_comes_with_its_papers(caller: Caller, bureau: Bureau) -> None:
    wish = {"consumer": {"name": "张法官", "capacity": "court"}, "cases": [bureau.case], "purpose": "举证"}
    paper = ("../../调取证据通知书\r\nX: y.pdf", b"%PDF-1.4\n", "application/pdf")

    def sent(**form: Any) -> Any:
        return caller("archivist").post(
            "/requests",
            data={"arguments": json.dumps(wish), **form},
            files={"papers": paper},
            headers={"idempotency-key": f"papers{len(form)}"},
        )

    assert sent().status_code == 422, "a paper of no kind"
    opened = sent(kinds="调取证据通知书")
    assert opened.status_code == 201, opened.text
    shown = caller("examiner").get(opened.headers["location"])
    assert shown.json()["request"]["number"] == opened.json()["number"]


def test_what_an_operation_writes_is_the_answer(caller: Caller, bureau: Bureau) -> None:
    report = caller("archivist").post("/plans/report")
    assert report.status_code == 200 and report.headers["content-type"] == "application/zip", report.text
    names = zipfile.ZipFile(io.BytesIO(report.content)).namelist()
    assert {name.rpartition(".")[2] for name in names} == {"html", "pdf"}
    log = caller("auditor").get("/ledger/export")
    assert [json.loads(line)["number"] for line in log.text.splitlines()][:2] == [1, 2]


def test_a_body_has_an_end(caller: Caller) -> None:
    answer = caller("archivist").post("/holds", content=b" " * (2 << 20), headers={"content-type": "application/json"})
    assert answer.status_code == 413 and answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"cases":"x"}', b"\xff", b'{"cases":[],"kind":"x","reason":""}'])
def test_a_broken_body_is_no_defect(body: bytes, caller: Caller) -> None:
    headers = {"content-type": "application/json", "idempotency-key": "b"}
    answer = caller("archivist").post("/holds", content=body, headers=headers)
    assert answer.status_code in (400, 422), answer.text


def test_a_job_is_asked_for_once_and_followed(caller: Caller, bureau: Bureau) -> None:
    archivist, key = caller("archivist"), {"idempotency-key": "replicate"}
    first = archivist.post("/replications", json={"case": bureau.objid}, headers=key)
    again = archivist.post("/replications", json={"case": bureau.objid}, headers=key)
    assert first.status_code == again.status_code == 202 and first.json()["id"] == again.json()["id"]
    address = first.headers["location"]
    assert address == f"/jobs/{first.json()['id']}"
    assert archivist.get(address).json()["state"] == "queued"
    assert caller("depositor").get(address).status_code == 404, "it is not theirs to see"
    assert caller("auditor").post("/replications", json={}, headers=key).status_code == 403
    assert archivist.post(f"{address}/stop").json()["state"] == "stopped"
    with archivist.stream("GET", f"{address}/events") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        told = events.read().decode()
    assert "event: state" in told and '"state": "stopped"' in told
    assert caller().get(f"{address}/events").status_code == 401


def test_a_decision_is_about_the_record_that_was_seen(caller: Caller, bureau: Bureau) -> None:
    address = f"/requests/{bureau.request}"
    shown = caller("head").get(address)
    assert shown.headers["etag"] == f'"{shown.json()["seen"]}"'
    key = {"idempotency-key": "decide"}
    refusal = {"article": "21", "reason": "不符合规定"}
    assert caller("head").post(f"{address}/refusal", json=refusal, headers=key).status_code == 428
    unconfirmed = caller("head").post(
        f"{address}/refusal", json=refusal, headers=key | {"if-match": shown.headers["etag"]}
    )
    assert unconfirmed.status_code == 403 and unconfirmed.headers["www-authenticate"] == "Confirm"
    deeds = [{"operation": "request.refuse", "about": bureau.request, "seen": shown.headers["etag"].strip('"')}]
    wrong = caller("head").post("/me/confirmations", json={"deeds": deeds, "password": "wrong"})
    assert wrong.status_code == 403
    proof = caller("head").post("/me/confirmations", json={"deeds": deeds, "password": PASSWORD}).json()["proofs"][0]
    sent = key | {"preserve-confirmation": proof}
    old = {"if-match": '"' + "0" * 64 + '"'}
    assert caller("head").post(f"{address}/refusal", json=refusal, headers=sent | old).status_code == 403, (
        "a proof is for one record"
    )
    of_old = confirmed(caller("head"), PASSWORD, "request.refuse", bureau.request, "0" * 64)
    stale = caller("head").post(f"{address}/refusal", json=refusal, headers=key | old | of_old)
    assert stale.status_code == 412, stale.text
    other = caller("head").post(f"{address}/approval", json={}, headers=sent | {"if-match": shown.headers["etag"]})
    assert other.status_code == 403, "a proof is for one deed"


GOT = [offer for offer in OFFERS if offer.verb == "GET" and not offer.open]
ROLES = ["archivist", "examiner", "head", "auditor", "depositor", "system-administrator", "security-administrator"]


@pytest.mark.parametrize("who", [*ROLES, "deputy of the head"])
def test_who_may_see_what_is_what_the_operations_say(who: str, caller: Caller, bureau: Bureau) -> None:
    """Each address that shows something, as each role: refused are those without a duty, and nobody else."""
    places = {
        "case": bureau.objid,
        "number": bureau.request,
        "subject": bureau.objid,
        "account": "head",
        "name": "calendar",
    }
    for offer in GOT:
        wanted = offer.asks.duties
        if callable(wanted):
            continue
        duties = wanted if isinstance(wanted, tuple) else (wanted,)
        path = re.sub(r"\{(\w+)\}", lambda found: places.get(found[1], "1"), offer.path)
        answer = caller(who).get(path)
        refused = answer.status_code == 403 and answer.json()["type"] == "urn:preserve:people.may-not"
        if answer.status_code != 422:  # without a field that must be given nobody is asked who they are
            assert refused != bureau.askers[who].may(duties), (offer, answer.status_code, answer.text)


def test_a_recording_is_played_in_ranges_and_looked_at_once(caller: Caller, bureau: Bureau) -> None:
    files = caller("archivist").get(f"/cases/{bureau.objid}/files").json()["files"]
    recording = next(file for file in files if file["recording"])
    address = f"/cases/{bureau.objid}/files/{recording['identifier']}"
    before = bureau.size()
    part = caller("archivist").get(address, headers={"range": "bytes=0-99"})
    assert part.status_code == 206 and len(part.content) == 100, part.text
    assert part.headers["content-type"] == "video/mp4" and part.headers["etag"] == f'"{recording["sha256"]}"'
    for begin in (100, 200, 300):
        assert caller("archivist").get(address, headers={"range": f"bytes={begin}-{begin + 9}"}).status_code == 206
    assert caller("archivist").head(address).headers["content-length"] == str(recording["size"])
    looks = [entry for entry in bureau.entries(before) if entry["action"] == "object.viewed"]
    assert len(looks) == 1 and looks[0]["actor"] == "archivist"
    assert caller("auditor").get(address, headers={"range": "bytes=0-9"}).status_code == 403


def test_a_deed_that_is_asked_for_twice_at_once_is_one(caller: Caller, bureau: Bureau) -> None:
    with bureau.archive.catalogue.read() as connection:
        before = connection.execute(text("SELECT count(*) FROM proceedings WHERE kind = 'hold'")).scalar_one()
    key = {"idempotency-key": "at once"}
    clients = [caller("archivist") for _ in range(6)]
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(lambda client: client.post("/holds", json=_held(bureau), headers=key), clients))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["hold"]["number"] for answer in answers if answer.status_code == 201}) == 1
    with bureau.archive.catalogue.read() as connection:
        after = connection.execute(text("SELECT count(*) FROM proceedings WHERE kind = 'hold'")).scalar_one()
    assert after == before + 1


def test_the_log_names_the_route_and_nobody(caller: Caller, bureau: Bureau, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "preserve.api")
    answer = caller("archivist").get(f"/cases/{bureau.case}?limit=7")
    assert answer.headers["x-request-id"] in caplog.text and "GET /cases/{case} 200" in caplog.text
    assert bureau.case not in caplog.text and "limit" not in caplog.text and "Bearer" not in caplog.text
    refused = caller("archivist").get("/cases/nothing")
    assert refused.headers["x-request-id"] == refused.json()["request_id"]


def test_a_medium_is_seen_by_its_code_and_by_no_place(caller: Caller, bureau: Bureau, tmp_path: Path) -> None:
    for number, seen in enumerate(("/etc", str(tmp_path), "../x", "", "file:///etc")):
        headers = {"idempotency-key": f"seen{number}"}
        answer = caller("archivist").post("/media/check-ins", json={"seen": seen}, headers=headers)
        assert answer.status_code == 422 and answer.json()["errors"], answer.text
    unknown = caller("archivist").post(
        "/media/check-ins", json={"seen": "preserve:nothing"}, headers={"idempotency-key": "seen"}
    )
    assert unknown.status_code in (404, 422)
