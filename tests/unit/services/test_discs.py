"""Discs by their operations: what anybody may check anywhere, and where nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management.archive import Archive
from preserve.errors import Refused, UsageError
from preserve.services import discs
from preserve.services.documents import as_document
from preserve.services.session import Session
from storage_adapters.errors import MediumAbsent
from tests.support.sessions import founded, founder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def test_anybody_may_check_a_disc_with_no_archive(tmp_path: Path) -> None:
    image = tmp_path / "no-disc.iso"
    image.write_bytes(b"\0" * (1 << 20))
    document = as_document(discs.verify(Session(None), image))
    assert (document["ok"], document["status"], document["marker"], document["repairable"]) == (False, 4, {}, False)
    assert document["findings"][0]["message"]
    assert {"files", "bytes", "sha256", "unreadable_bytes"} < set(document)
    with pytest.raises(MediumAbsent):
        discs.verify(Session(None), tmp_path / "nothing.iso")


def test_packages_are_never_taken_out_into_the_archive(archive: Archive) -> None:
    with pytest.raises(Refused):
        discs.read(Session(None), [], archive.home.store / "out", place=archive.home.path)


def test_a_folder_without_packages_gives_none(tmp_path: Path) -> None:
    (tmp_path / "medium").mkdir()
    result = discs.read(Session(None), [tmp_path / "medium"], tmp_path / "out", place=tmp_path / "no-home")
    assert as_document(result) == {"ok": True, "status": 0, "packages": [], "failed": [], "bytes": {}}


def test_nothing_waits_for_a_disc_in_an_empty_archive(archive: Archive) -> None:
    document = as_document(discs.compose(founder(archive)))
    assert (document["waiting"], document["discs"], document["waiting_bytes"]) == (0, [], 0)
    with pytest.raises(UsageError):
        discs.compose(founder(archive), "wax cylinder")
