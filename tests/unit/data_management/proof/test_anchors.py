"""A package is held to the digests that stand in the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from preserve.data_management import ledger
from preserve.data_management.package_index import index_package
from preserve.data_management.proof import anchors
from preserve.errors import NotIntact
from tests.support.little_packages import NAME, OBJID, write_package

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def registered(connection: Connection, tmp_path: Path) -> Connection:
    root = write_package(tmp_path)
    index_package(connection, root)
    details = {"name": NAME, **anchors.details(root)}
    ledger.append(connection, action=anchors.REGISTERED, subject=OBJID, actor="z", details=details, moment=MOMENT)
    return connection


def test_an_anchor_says_what_was_registered(registered: Connection, tmp_path: Path) -> None:
    anchor = anchors.read_anchor(registered, NAME)
    assert (anchor.name, anchor.objid, anchor.entry) == (NAME, OBJID, 1)
    assert {"manifest_sha256": anchor.manifest, "tagmanifest_sha256": anchor.tagmanifest} == anchors.details(
        tmp_path / NAME
    )


def test_without_an_entry_there_is_none(registered: Connection) -> None:
    with pytest.raises(NotIntact, match=r"ledger\.no-anchor"):
        anchors.read_anchor(registered, f"{OBJID}_v0002")


def test_a_row_with_another_digest_contradicts_it(registered: Connection) -> None:
    registered.execute(text("UPDATE versions SET manifest_sha256 = 'x'"))
    with pytest.raises(NotIntact, match=r"ledger\.contradicts-catalogue"):
        anchors.read_anchor(registered, NAME)


@pytest.mark.parametrize("action", ["case.exported", "copy.changed"])
def test_other_entries_anchor_nothing(action: str) -> None:
    assert anchors.anchor_in({"action": action, "subject": OBJID, "number": 1, "details": {}}) is None
