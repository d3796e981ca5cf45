"""Preservation planning: what it says of an archive, and who may ask for it and have it done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted, Refused
from preserve.services.deposits import ingest
from preserve.services.documents import as_document
from preserve.services.migration import Migration, identify, run
from preserve.services.planning import preview, risks
from tests.support.people import session, staffed
from tests.support.tiny_case import write_whole_case


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    place = tmp_path_factory.mktemp("planning")
    opened = staffed(place / "home", song=Role.AUDITOR, zhou=Role.DEPOSITOR)
    ingest(session(opened, "zhou"), write_whole_case(place / "case"), jobs=1)
    yield opened
    opened.close()


def test_what_is_growing_old(archive: Archive) -> None:
    document = as_document(risks(session(archive, "song")))
    assert {row["representation"] for row in document["formats"]} >= {"original"}
    assert [medium["state"] for medium in document["media"]] == ["young"]
    assert set(document["signatures"]) == {"installed", "outdated"}
    assert "sections" not in document


def test_what_a_policy_would_change(archive: Archive) -> None:
    wanted = preview(session(archive, "song"), policy="compact")
    document = as_document(wanted)
    assert (document["policy"], document["cases"]) == ("compact", wanted.cases)
    assert all("described" not in row for row in document["formats"])


def test_a_run_tells_of_each_case_as_it_ends(archive: Archive) -> None:
    ended: list[Migration] = []
    done = run(session(archive), ended=ended.append)
    assert done.cases == tuple(ended)
    assert (done.status, done.policy) == (0, "lossless")
    with pytest.raises(Refused, match=r"cli\.case-unknown"):
        run(session(archive), ["no such case"])


def test_newer_signatures_are_asked_about_one_case(archive: Archive) -> None:
    done = identify(session(archive), ["临文综罚〔2026〕77号"])
    assert (done.status, done.cases, done.files, done.changes) == (0, 1, 5, ())


def test_who_may_not(archive: Archive) -> None:
    for operation in (run, identify):
        with pytest.raises(NotPermitted):
            operation(session(archive, "song"))
    for query in (risks, preview):
        with pytest.raises(NotPermitted):
            query(session(archive, "zhou"))
