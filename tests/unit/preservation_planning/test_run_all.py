"""A policy goes over all cases that it touches: nothing where none is touched, no further than its scope, past errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from metadata.findings import Finding
from preserve.data_management.archive import Archive
from preserve.errors import NotIntact, Stopped
from preserve.preservation_planning.policy import read_policy
from preserve.preservation_planning.run_all import Failed, Scope, campaign
from preserve.progress import Silent, ask_to_stop, stoppable
from storage_adapters.errors import CopyUnknown
from tests.support.small_case import ingest, small_archive, small_case


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive for all cases."""
    return small_archive(tmp_path_factory.mktemp("all") / "archive")


def outcomes(archive: Archive, scope: Scope) -> list[object]:
    policy = read_policy(archive.home)
    run = campaign(archive.home, archive.catalogue, policy, scope, actor="li", jobs=1, watcher=Silent())
    return list(run)


def test_an_archive_without_cases_has_nothing_to_do(archive: Archive) -> None:
    assert outcomes(archive, Scope()) == []


def test_a_case_that_fails_is_reported_and_the_next_one_tried(archive: Archive, tmp_path: Path) -> None:
    objid = ingest(archive, small_case(tmp_path, "全〔2026〕1号")).objid
    (manifest,) = archive.home.store.glob("packages/*/manifest-sha256.txt")
    manifest.write_text("", encoding="utf-8")
    scope = Scope(only=("aip-unknown", objid))
    results = outcomes(archive, scope)
    assert [(type(result), getattr(result, "objid", "")) for result in results] == [
        (Failed, name) for name in scope.only
    ]
    assert len(outcomes(archive, Scope(limit=1, only=scope.only))) == 1


def test_a_failure_says_what_was_found(archive: Archive) -> None:
    finding = Finding("bag.no-bagit", "bagit.txt")
    assert Failed("aip-a", NotIntact("audit.damaged", "aip-a", findings=[finding])).findings == (finding,)
    assert Failed("aip-a", CopyUnknown("aip-a")).findings == ()


def test_a_wish_to_stop_comes_before_the_next_case(archive: Archive) -> None:
    with stoppable():
        ask_to_stop()
        with pytest.raises(Stopped):
            outcomes(archive, Scope(only=("aip-a",)))
