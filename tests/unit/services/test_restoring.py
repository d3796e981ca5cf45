"""Packages from media by their operations: what never goes without approval, and who may take an archive back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management.archive import Archive
from preserve.errors import NotPermitted
from preserve.services import restoring
from preserve.services.session import Session
from tests.support.one_case import OBJID, with_one_case
from tests.support.sessions import entries, founder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with with_one_case(tmp_path) as opened:
        yield opened


def test_a_whole_package_leaves_for_an_approved_request_only(archive: Archive, tmp_path: Path) -> None:
    medium = tmp_path / "medium"
    medium.mkdir()
    with pytest.raises(NotPermitted) as missing:
        restoring.hand_out(founder(archive), OBJID, [medium], tmp_path / "out", request="")
    assert missing.value.code == "request.approval-missing"
    assert [entry["action"] for entry in entries(archive)][-1] == "access.denied"
    assert not (tmp_path / "out").exists()


def test_an_archive_is_restored_by_who_starts_the_process_and_by_nobody_from_outside(tmp_path: Path) -> None:
    with pytest.raises(NotPermitted):
        restoring.restore_archive(Session(None), [tmp_path], tmp_path / "home")
    assert not (tmp_path / "home").exists()
