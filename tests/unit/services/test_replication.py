"""Making copies that are missing: what a person must do is left as tasks, said by whoever may find the case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.data_management.archive import Archive
from preserve.services import replication
from preserve.services.documents import as_document
from tests.support.one_case import OBJID, with_one_case
from tests.support.sessions import founder, staff


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with with_one_case(tmp_path) as opened:
        yield opened


def test_what_needs_a_person_is_left_as_tasks(archive: Archive) -> None:
    result = replication.replicate(founder(archive))
    assert result.status == 0 and result.written == () and result.failed == ()
    assert {task.name for task in result.left} == {f"{OBJID}_v0001"}
    assert as_document(result)["left"][0]["message"]
    assert result.called(f"{OBJID}_v0001") == "临文综罚字〔2026〕1号"


def test_who_keeps_bytes_and_finds_no_case_is_told_of_packages(archive: Archive) -> None:
    result = replication.replicate(staff(archive)[Role.SYSTEM_ADMINISTRATOR])
    assert result.case_numbers == {} and result.called(f"{OBJID}_v0001") == f"{OBJID}_v0001"
