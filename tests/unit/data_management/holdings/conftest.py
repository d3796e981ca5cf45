"""A drive with one copy that was read back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from preserve.data_management import holdings
from preserve.data_management.holdings import CopyRow

OBJID = "aip-01hzzzzzzzzzzzzzzzzzzzzzzz"
NAME = f"{OBJID}_v0001"
MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def held(connection: Connection) -> Connection:
    more = {"place": "A楼/1架", "capacity": 10, "serial": "S1"}
    holdings.add_medium(connection, "m1", kind="drive", label="甲", location="", actor="z", moment=MOMENT, **more)
    for state in ("planned", "written", "verified"):
        holdings.set_copy(connection, CopyRow(NAME, "m1", OBJID, 1, state, None, None), actor="z", moment=MOMENT)
    return connection
