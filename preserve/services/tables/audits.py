"""Audits as tables: what is due, and every check of a package or a medium."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from preserve.archival_storage.opening import kind_word
from preserve.messages import say
from preserve.services.audit_reports import AuditHistory
from preserve.services.audits import AuditPlan
from preserve.services.tables import Table, cells, table


def plan(result: AuditPlan) -> Table:
    """What is due on each medium."""
    return table(
        "label kind place due-copies last-read next-read how",
        (
            cells(
                due.label,
                kind_word(due.kind),
                due.place,
                f"{due.due}/{due.copies}",
                due.last[:10],
                say("words.read-continuously") if due.continuous else due.next[:10],
                say(f"cli.due-{due.how}"),
            )
            for due in result.media
        ),
    )


def history(result: AuditHistory) -> Table:
    """Checks by the bureau's clock, oldest first."""
    bureau = ZoneInfo(result.time_zone)
    return table(
        "when package medium file outcome why",
        (
            cells(
                f"{record.when.astimezone(bureau):%Y-%m-%d %H:%M}",
                record.copy or "*",
                result.labels.get(record.medium, record.medium),
                record.path,
                say(f"words.outcome-{record.outcome}"),
                record.reason and say(f"words.reason-{record.reason}"),
            )
            for record in result.records
        ),
    )
