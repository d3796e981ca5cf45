"""What stands on a medium's label, from the inventory."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from preserve.archival_storage.labels import Form, Label
from preserve.data_management import cases, holdings
from preserve.data_management.holdings import MediumRow
from preserve.errors import Refused
from preserve.home import Home
from storage_adapters.registry import traits_of


def label_of(home: Home, connection: Connection, row: MediumRow) -> Label:
    """The label of a medium that can be carried. Raises Refused for one that no label can be stuck on."""
    if not traits_of(row.kind).removable:
        raise Refused("storage.no-label", row.label)
    objids = [copy.objid for copy in holdings.copies_on(connection, row.id) if copy.state not in ("retired", "lost")]
    rows = sorted(cases.read_many(connection, objids).values(), key=lambda case: case.archival_number)
    numbers = tuple(case.archival_number or case.case_number for case in rows)
    details = row.details
    return Label(
        identity=row.id,
        kind=row.kind,
        name=row.label,
        title=rows[0].title if len(rows) == 1 else (str(details.get("set", "")) or row.label),
        institution=home.settings.institution,
        archival_numbers=numbers,
        volume=int(details.get("volume", 1)),
        volumes=int(details.get("volumes", 1)),
        date=str(details.get("burned") or row.added)[:10],
        digest=str(details.get("image_sha256", "")),
        size=int(details.get("image_size", row.capacity)),
        place=row.place,
        copy=str(details.get("letter", "")),
    )


def usual_form(labels: Sequence[Label]) -> Form:
    """The form for these labels where none is asked for: that of the first, an inlay for what lies in a case."""
    return "inlay" if traits_of(labels[0].kind).composed else "drive"
