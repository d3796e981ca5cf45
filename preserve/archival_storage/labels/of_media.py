"""What stands on a medium's label, from the inventory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from preserve.archival_storage.labels import Form, Label
from preserve.data_management import cases, holdings, retention_index
from preserve.data_management.cases import Case
from preserve.data_management.holdings import MediumRow
from preserve.description.fixed_values import Classification, Retention
from preserve.description.labels import chinese_of
from preserve.errors import Refused
from preserve.home import Home
from storage_adapters.registry import traits_of


def label_of(home: Home, connection: Connection, row: MediumRow) -> Label:
    """The label of a medium that can be carried. Raises Refused for one that no label can be stuck on."""
    if not traits_of(row.kind).removable:
        raise Refused("storage.no-label", row.label)
    objids = [copy.objid for copy in holdings.copies_on(connection, row.id) if copy.state not in ("retired", "lost")]
    rows = sorted(cases.read_many(connection, objids).values(), key=lambda case: case.archival_number)
    archival = bool(rows) and all(case.archival_number for case in rows)
    numbers = tuple(case.archival_number if archival else case.case_number for case in rows)
    details = row.details
    strictest = max((case.description.strictest for case in rows), key=list(Classification).index, default=None)
    return Label(
        identity=row.id,
        kind=row.kind,
        name=row.label,
        title=_title(rows, strictest) or str(details.get("set", "")) or row.label,
        institution=home.settings.institution,
        archival_numbers=numbers,
        volume=int(details.get("volume", 1)),
        volumes=int(details.get("volumes", 1)),
        date=str(details.get("burned") or row.added)[:10],
        digest=str(details.get("image_sha256", "")),
        size=int(details.get("image_size", row.capacity)),
        place=row.place,
        copy=str(details.get("letter", "")),
        numbers_are="archival" if archival else "case",
        kept=_kept(connection, objids),
        restricted=chinese_of(strictest) if strictest else "",
    )


def _title(rows: Sequence[Case], strictest: Classification | None) -> str:
    """The title of the one case on it; not where it names people of a case that is not open to everybody."""
    return rows[0].title if len(rows) == 1 and strictest is Classification.INTERNAL else ""


def usual_form(labels: Sequence[Label]) -> Form:
    """The form for these labels where none is asked for: that of the first, an inlay for what lies in a case."""
    return "inlay" if traits_of(labels[0].kind).composed else "drive"


def _kept(connection: Connection, objids: Sequence[str]) -> str:
    """Until when the case that is kept longest is kept, as every other paper says; nothing where nobody knows."""
    rows = [row for objid in dict.fromkeys(objids) for row in retention_index.rows_of(connection, objid)]
    whole = [row for row in rows if not row.item]
    if any("permanent" in (row.computed, row.decided) for row in whole):
        return chinese_of(Retention.PERMANENT)
    if not whole or any(row.due is None for row in whole):
        return ""
    return f"至{date.fromisoformat(max(row.due or '' for row in whole)) - timedelta(days=1)}"
