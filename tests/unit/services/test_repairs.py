"""Repairs by their operations: what cannot be mended stops no other, and nothing is let go without a reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.clock import now
from preserve.data_management import holdings
from preserve.data_management.archive import Archive
from preserve.data_management.holdings import CopyRow
from preserve.errors import Refused, UsageError
from preserve.services import repairs
from preserve.services.documents import as_document
from tests.support.sessions import founded, founder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def test_nothing_is_damaged(archive: Archive) -> None:
    assert as_document(repairs.run(founder(archive))) == {"ok": True, "status": 0, "repairs": []}


def test_each_copy_that_cannot_be_mended_is_named_with_its_reason(archive: Archive) -> None:
    store = f"store-{archive.home.settings.archive_id}"
    with archive.catalogue.begin() as connection:
        for number in range(2):
            objid = f"aip-{number:026d}"
            row = CopyRow(f"{objid}_v0001", store, objid, 1, "suspect", None, None)
            holdings.set_copy(connection, row, actor="li", moment=now())
    document = as_document(repairs.run(founder(archive)))
    assert (document["ok"], document["status"]) == (False, 4)
    assert [repair["done"] for repair in document["repairs"]] == [False, False]
    for repair in document["repairs"]:
        assert repair["medium"] == "临江市文化和旅游局" and repair["error"]
        assert repair["failure"]["code"] and repair["failure"]["message"]


def test_old_bytes_are_let_go_by_a_person_with_a_reason(archive: Archive) -> None:
    with pytest.raises(UsageError):
        repairs.release(founder(archive), "", reason="已核对")
    with pytest.raises(UsageError):
        repairs.release(founder(archive), "x", reason="")
    with pytest.raises(Refused):
        repairs.release(founder(archive), "无此案", reason="已核对")
