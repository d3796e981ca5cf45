"""Which version a disposal made without a part: what the ledger says of this disposal and this part, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from preserve.administration.disposal.reducing import reduced_version
from preserve.clock import now
from preserve.data_management import ledger
from preserve.data_management.proof.anchors import REDUCED
from tests.support.catalogues import new_catalogue


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    catalogue = new_catalogue(tmp_path / "c.sqlite")
    with catalogue.begin() as connection:
        yield connection
    catalogue.close()


def reduce(connection: Connection, objid: str, disposal: str, item: str, version: int) -> None:
    details = {"disposal": disposal, "item": item, "version": version}
    ledger.append(connection, action=REDUCED, subject=objid, actor="chen", details=details, moment=now())


def test_the_version_is_that_of_this_disposal_and_this_part(connection: Connection) -> None:
    reduce(connection, "aip-1", "D2026-0001", "object-1", 2)
    reduce(connection, "aip-1", "D2026-0002", "object-2", 3)
    reduce(connection, "aip-2", "D2026-0001", "object-1", 7)
    assert reduced_version(connection, "aip-1", "D2026-0001", "object-1") == 2
    assert reduced_version(connection, "aip-1", "D2026-0002", "object-2") == 3
    assert reduced_version(connection, "aip-1", "D2026-0001", "object-2") == 0
    assert reduced_version(connection, "aip-3", "D2026-0001", "object-1") == 0


def test_of_several_attempts_the_last_counts(connection: Connection) -> None:
    reduce(connection, "aip-1", "D2026-0001", "object-1", 2)
    reduce(connection, "aip-1", "D2026-0001", "object-1", 3)
    assert reduced_version(connection, "aip-1", "D2026-0001", "object-1") == 3
