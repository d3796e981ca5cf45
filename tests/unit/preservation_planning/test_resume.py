"""How a new version begins, goes on under the same policy, and is given up under another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from preserve.archival_storage.aip_versions import PreviousVersion, previous_version
from preserve.data_management import journal, migrations_journal
from preserve.data_management.archive import Archive
from preserve.preservation_planning import resume
from preserve.preservation_planning.policy import Policy, read_policy
from tests.support.small_case import ingest, small_archive, small_case


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive for all cases."""
    return small_archive(tmp_path_factory.mktemp("resume") / "archive")


@pytest.fixture
def old(archive: Archive, tmp_path: Path) -> PreviousVersion:
    """The first version of a case of the test's own."""
    objid = ingest(archive, small_case(tmp_path, f"续〔2026〕{tmp_path.name}号")).objid
    with archive.catalogue.read() as connection:
        return previous_version(archive.home, connection, objid)


@pytest.fixture
def policy(archive: Archive) -> Policy:
    """The policy of the home."""
    return read_policy(archive.home)


def test_under_the_same_policy_it_goes_on(archive: Archive, old: PreviousVersion, policy: Policy) -> None:
    first = resume.begin(archive.home, archive.catalogue, old, policy, "zhou")
    second = resume.begin(archive.home, archive.catalogue, old, policy, "zhou")
    assert (first.resumed, second.resumed) == (False, True) and first.row == second.row
    assert (first.row.version, first.row.policy) == (2, policy.key)
    with archive.catalogue.read() as connection:
        names = {row.path.decode() for row in journal.files_after(connection, first.row.id, 0, 10)}
    assert names == {"case.json", "旧笔录.txt", "笔录.txt"}


def test_under_another_policy_it_begins_anew(archive: Archive, old: PreviousVersion, policy: Policy) -> None:
    first = resume.begin(archive.home, archive.catalogue, old, replace(policy, key="of before"), "zhou")
    second = resume.begin(archive.home, archive.catalogue, old, policy, "zhou")
    assert not second.resumed and second.row.id != first.row.id
    with archive.catalogue.read() as connection:
        assert journal.totals(connection, first.row.id) == (0, 0)


def test_what_was_begun_under_a_policy_that_counts_no_more_is_given_up(
    archive: Archive, old: PreviousVersion, policy: Policy
) -> None:
    resume.begin(archive.home, archive.catalogue, old, replace(policy, key="of before"), "zhou")
    resume.give_up_others(archive.home, archive.catalogue, policy)
    with archive.catalogue.read() as connection:
        assert migrations_journal.running(connection, old.objid) is None
