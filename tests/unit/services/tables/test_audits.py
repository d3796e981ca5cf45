"""Audits as tables: what is due, and checks by the bureau's clock."""

from __future__ import annotations

from datetime import UTC, datetime

from preserve.data_management.audit_records import Record
from preserve.messages import speaking
from preserve.services.audit_reports import AuditHistory
from preserve.services.audits import AuditPlan, DueMedium
from preserve.services.tables import audits as tables


def test_what_is_due_shows_days_only() -> None:
    due = DueMedium("m1", "DRV-01", "drive", "", "read", 2, 5, "2026-01-31T10:00:00Z", "")
    with speaking("en"):
        shown = tables.plan(AuditPlan((due,)))
    assert shown.rows[0][:6] == ("DRV-01", "drive", "—", "2/5", "2026-01-31", "—")
    assert len(shown.heads) == 7 and not shown.rows[0][6].startswith("cli.")


def test_checks_are_told_by_the_clock_of_the_bureau() -> None:
    moment = datetime(2026, 1, 31, 17, 30, tzinfo=UTC)
    damaged = Record(moment, "r1", "o1_v1", "m1", "data/a", 1, 5, "", "damaged", "altered", "", 1)
    whole = Record(moment, "r1", "", "m2", "", 1, 5, "", "intact", "", "", 1)
    history = AuditHistory((damaged, whole), {"m1": "DRV-01"}, "Asia/Shanghai", None)
    with speaking("en"):
        first, second = tables.history(history).rows
    assert first[:4] == ("2026-02-01 01:30", "o1_v1", "DRV-01", "data/a") and "—" not in first
    assert second[1:4] == ("*", "m2", "—") and second[5] == "—"
    with speaking("zh"):
        assert tables.history(history).rows[0][4:] != first[4:]
