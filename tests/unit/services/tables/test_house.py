"""What the house is told of anchoring, a line a fonds."""

from __future__ import annotations

from metadata.findings import Finding
from preserve.messages import speaking
from preserve.services.house import FondsAnchored, HouseAnchored
from preserve.services.tables.house import anchored


def test_what_did_not_come_is_not_said_to_be_there() -> None:
    rows = tuple(FondsAnchored(*row) for row in (("a", 3, True), ("b", 3, False), ("c", 0, False), ("d", 0, False)))
    findings = (Finding("umbrella.other-key", "c"), Finding("catalogue.unreachable", "d", "warning"))
    with speaking("zh"):
        shown = anchored(HouseAnchored(4, rows, findings))
    assert [row[0] for row in shown.rows] == ["a", "b", "c", "d"]
    assert [row[2] for row in shown.rows] == ["新近记入", "已在其中", "与已记入的对不上", "无法读取"]
    assert [row[1] for row in shown.rows][:2] == ["3", "3"] and "0" not in (shown.rows[2][1], shown.rows[3][1])
