"""Who sees what of a job: whole whoever asked and who may find cases; the system administrator that it is there."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from preserve.administration.duties import Role
from preserve.clock import now
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive
from preserve.errors import NotFound, NotPermitted, Refused
from preserve.messages import speaking
from preserve.services import jobs
from preserve.services.documents import as_document
from preserve.services.failures import known_failure
from preserve.services.job_views import failure_document
from tests.support.people import session, staffed


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    people = {"wu": Role.ARCHIVIST, "shi": Role.SYSTEM_ADMINISTRATOR, "zhou": Role.DEPOSITOR, "ye": Role.DEPOSITOR}
    opened = staffed(tmp_path_factory.mktemp("views") / "home", **people)
    yield opened
    opened.close()


def asked_of(archive: Archive, user: str) -> str:
    sip = archive.home.path / "inbox" / "临文综罚〔2026〕77号"
    sip.mkdir(parents=True, exist_ok=True)
    return jobs.ask(session(archive, user), "deposits.ingest", {"sip": str(sip)}).id


def test_the_system_administrator_sees_no_case_number(archive: Archive) -> None:
    job = asked_of(archive, "zhou")
    with archive.catalogue.begin() as connection:
        attempt = rows.start(connection, job, pid=1, boot="b", moment=now())
        assert attempt == 1
        failure = failure_document(known_failure(Refused("ingest.under-way", "临文综罚〔2026〕77号")))
        rows.end(connection, job, attempt, "refused", now(), failure=failure)
    seen = as_document(jobs.show(session(archive, "shi"), job))
    assert "77号" not in json.dumps(seen, ensure_ascii=False)
    assert (seen["whole"], seen["account"], seen["state"]) == (False, "zhou", "refused")
    whole = as_document(jobs.show(session(archive, "wu"), job))
    assert whole["failure"]["where"] == "临文综罚〔2026〕77号" and "77号" in whole["arguments"]["sip"]
    for language in ("zh", "en"):
        with speaking("zh" if language == "zh" else "en"):
            said = as_document(jobs.show(session(archive, "zhou"), job))["failure"]["message"]
        assert said.isascii() == (language == "en")


def test_a_depositor_sees_their_own_alone(archive: Archive) -> None:
    job = asked_of(archive, "zhou")
    for deed in (jobs.show, jobs.stop, jobs.resume):
        with pytest.raises(NotFound):
            deed(session(archive, "ye"), job)
    assert job not in [one.id for one in jobs.list_jobs(session(archive, "ye")).jobs]
    assert job in [one.id for one in jobs.list_jobs(session(archive, "zhou")).jobs]
    assert job in [one.id for one in jobs.list_jobs(session(archive, "shi")).jobs]
    assert jobs.list_jobs(session(archive, "zhou")).states == {}


def test_what_one_may_not_do_is_not_asked_for_as_a_job(archive: Archive) -> None:
    with pytest.raises(NotPermitted):
        jobs.ask(session(archive, "zhou"), "copies.replicate", {})
    with pytest.raises(NotPermitted):
        jobs.ask(session(archive, "shi"), "deposits.ingest", {"sip": str(archive.home.path / "inbox" / "x")})
