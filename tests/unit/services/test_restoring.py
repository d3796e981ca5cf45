"""Packages from media by their operations: what never goes without approval, and who may take an archive back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management.archive import Archive
from preserve.data_management.tables import cases, versions
from preserve.errors import NotPermitted
from preserve.services import restoring
from preserve.services.session import Session
from tests.support.sessions import entries, founded, founder

OBJID = f"aip-{'0' * 26}"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    with opened.catalogue.begin() as connection:
        connection.execute(
            cases.insert(),
            {
                "objid": OBJID,
                "case_number": "临文综罚字〔2026〕1号",
                "archival_number": "",
                "title": "张某某无证经营案",
                "case_type": "general",
                "cause": "",
                "producer": "",
                "classification": "internal",
                "closed": "2026-01-05",
                "long_term": False,
                "started": "2026-01-01",
                "description": "{}",
            },
        )
        connection.execute(
            versions.insert(),
            {
                "objid": OBJID,
                "version": 1,
                "name": f"{OBJID}_v0001",
                "created": "2026-01-06T00:00:00Z",
                "files": 3,
                "size": 1000,
                "manifest_sha256": "ab" * 32,
            },
        )
    yield opened
    opened.close()


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
