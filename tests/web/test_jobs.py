"""Jobs on pages: what runs, how it goes on while nobody looks, stop and go on, files fetched by number."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from preserve.data_management import jobs as rows
from preserve.data_management.archive import open_archive
from preserve.errors import Refused
from preserve.services import job_folders, jobs
from preserve.services.session import Session, Token
from tests.support.people import entries
from tests.support.small_case import small_case
from tests.support.web import Served, person, send, serving

PATIENCE = 60.0
NUMBER = "临文执〔2026〕7号"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        place = running.home / "inbox" / "<script>alert(1)</script>"
        place.mkdir(parents=True)
        small_case(place, NUMBER)
        yield running


def ask(served: Served, role: str, operation: str, arguments: dict[str, object], key: str = "") -> str:
    """As a page of another subject asks, with the session of this person's browser."""
    token = next(iter(served.client(role).cookies.jar)).value or ""
    cookies = {one.name: one.value or "" for one in served.client(role).cookies.jar}
    token = next((value for name, value in cookies.items() if "session" in name), token)
    archive = open_archive(served.home)
    try:
        session = Session(Token(token), "zh", opened=archive, opened_home=archive.home)
        return jobs.ask(session, operation, arguments, key=key).id
    finally:
        archive.close()


def rows_of(served: Served, job: str) -> rows.JobRow:
    archive = open_archive(served.home)
    try:
        with archive.catalogue.read() as connection:
            return rows.read(connection, job)
    finally:
        archive.close()


def wait_for(served: Served, role: str, job: str, wanted: Callable[[str], bool]) -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        state = str(served.client(role).get(f"/jobs/{job}/state").json()["state"])
        if wanted(state):
            return state
        time.sleep(0.1)
    raise AssertionError(state)


def ended(state: str) -> bool:
    return state not in ("queued", "running", "stopping")


@pytest.fixture(scope="module")
def taken(served: Served) -> str:
    (place,) = (served.home / "inbox" / "<script>alert(1)<").parent.iterdir()
    sip = next(one.parent for one in place.rglob("case.json"))
    # Errors that somebody answers for: only the head may let the case in, also by a job.
    job = ask(served, "head", "deposits.ingest", {"sip": str(sip)}, key="k1")
    assert ask(served, "head", "deposits.ingest", {"sip": str(sip)}, key="k1") == job
    with served.client("archivist").stream("GET", f"/jobs/{job}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        said = "".join(answer.iter_text())
    assert "event: progress" in said and said.rstrip().splitlines()[-2] == "event: state"
    assert json.loads(said.rstrip().splitlines()[-1].removeprefix("data: "))["state"] == "done"
    return job


def test_a_deposit_is_taken_in_while_somebody_looks_on(served: Served, taken: str) -> None:
    shown = served.client("archivist").get(f"/jobs/{taken}").text
    assert NUMBER in shown and "已完成" in shown and "接收入库" in shown
    english = served.client("archivist", "en").get(f"/jobs/{taken}").text
    assert "Take a deposit in" in english and "done" in english
    with served.client("archivist").stream("GET", f"/jobs/{taken}/events") as answer:
        assert '"state": "done"' in "".join(answer.iter_text())
    with served.client("archivist").stream("GET", f"/jobs/{taken}/events", headers={"last-event-id": "1"}) as answer:
        assert answer.status_code == 200


def test_everybody_sees_what_is_theirs_to_see(served: Served, taken: str) -> None:
    assert served.client("depositor").get(f"/jobs/{taken}").status_code == 404
    assert served.client("depositor").get(f"/jobs/{taken}/events").status_code == 404
    assert taken not in served.client("depositor").get("/jobs").text
    listed, shown = served.client("system").get("/jobs").text, served.client("system").get(f"/jobs/{taken}").text
    assert taken in listed and "接收入库" in shown
    assert NUMBER not in listed + shown and "script" not in shown.replace("<script src", "").replace("</script>", "")
    refused = send(served.client("depositor"), "/jobs", f"/jobs/{taken}/stop")
    assert refused.status_code in (403, 404)


def test_what_is_done_neither_stops_nor_goes_on(served: Served, taken: str) -> None:
    client = served.client("archivist")
    assert send(client, f"/jobs/{taken}", f"/jobs/{taken}/stop").status_code == 409
    assert send(client, f"/jobs/{taken}", f"/jobs/{taken}/resume").status_code == 409
    assert client.get("/jobs/01J0000000000000000000000/").status_code in (404, 307)
    assert client.get("/jobs/..%2f..%2fkeys").status_code == 404


def test_files_are_fetched_by_number_and_each_fetch_is_recorded(served: Served, taken: str) -> None:
    archive = open_archive(served.home)
    try:
        out = job_folders.outbox(archive.home, taken)
        out.mkdir(parents=True)
        (out / "<img>结果.pdf").write_bytes(b"%PDF-1.7\n")
        shown = served.client("archivist").get(f"/jobs/{taken}").text
        assert "&lt;img&gt;结果.pdf" in shown
        assert served.client("archivist").get(f"/jobs/{taken}/files/1").status_code == 403
        got = served.client("head").get(f"/jobs/{taken}/files/1")
        assert (got.content, got.headers["content-type"]) == (b"%PDF-1.7\n", "application/octet-stream")
        assert got.headers["content-disposition"].startswith("attachment")
        (look,) = entries(archive, "job.file-fetched")
        assert (look["actor"], look["subject"], look["details"]["file"]) == ("head", taken, "<img>结果.pdf")
        assert served.client("head").get(f"/jobs/{taken}/files/2").status_code == 404
        assert served.client("system").get(f"/jobs/{taken}/files/1").status_code == 403
        assert served.client("depositor").get(f"/jobs/{taken}/files/1").status_code == 404
        assert len(entries(archive, "job.file-fetched")) == 1
    finally:
        archive.close()


def test_what_a_job_wrote_is_fetched_and_nothing_else_of_the_home(served: Served, taken: str) -> None:
    objid = str(json.loads(rows_of(served, taken).result or "{}")["zh"]["objid"])
    job = ask(served, "archivist", "history.write", {"case": objid})
    assert wait_for(served, "archivist", job, ended) == "done"
    shown = served.client("archivist").get(f"/jobs/{job}").text
    numbers = re.findall(rf"/jobs/{job}/files/(\d+)", shown)
    assert len(numbers) >= 1
    first = served.client("archivist").get(f"/jobs/{job}/files/{numbers[0]}")
    assert first.status_code == 200 and len(first.content) > 100
    for path in (served.home / "keys", served.home, Path("/etc"), served.home / "store" / "packages"):
        with pytest.raises(Refused, match=r"job\.place-not-open"):
            ask(served, "archivist", "deposits.ingest", {"sip": str(path)})


def test_a_refused_job_says_why_in_the_language_of_who_reads(served: Served) -> None:
    (served.home / "inbox" / "nothing").mkdir(exist_ok=True)
    job = ask(served, "archivist", "deposits.ingest", {"sip": str(served.home / "inbox" / "nothing")})
    assert wait_for(served, "archivist", job, ended) in ("refused", "failed")
    shown = served.client("archivist").get(f"/jobs/{job}").text
    assert 'role="alert"' in shown and "继续" in shown
    assert "Why it ended" in served.client("archivist", "en").get(f"/jobs/{job}").text


def test_the_page_follows_by_itself(served: Served) -> None:
    with person(served, "archivist") as page:
        job = ask(served, "archivist", "audit.run", {"wish": {"everything": True}})
        page.goto(f"/jobs/{job}")
        page.wait_for_selector(".job-done", timeout=PATIENCE * 1000)
        assert page.inner_text("h1") == "副本检查"


def test_the_door_stops_at_once_though_pages_follow_jobs(tmp_path: Path) -> None:
    with serving(tmp_path, options=("--no-worker",)) as running:
        job = ask(running, "archivist", "audit.run", {"wish": {"everything": True}})
        with running.client("archivist").stream("GET", f"/jobs/{job}/events") as answer:
            news = answer.iter_text()
            assert "retry" in next(news)
            running.process.terminate()
            assert running.process.wait(20) is not None
