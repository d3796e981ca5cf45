"""What stands on a medium's label, from the inventory."""

from __future__ import annotations

from sqlalchemy import Connection

from preserve.archival_storage.labels import Label
from preserve.data_management import cases, holdings
from preserve.data_management.holdings import MediumRow
from preserve.errors import Refused
from preserve.home import Home


def label_of(home: Home, connection: Connection, row: MediumRow) -> Label:
    """The label of a drive or disc. Raises Refused for a medium that no label can be stuck on."""
    if row.kind not in ("drive", "optical"):
        raise Refused("storage.no-label", row.label)
    objids = [copy.objid for copy in holdings.copies_on(connection, row.id) if copy.state not in ("retired", "lost")]
    on_it = sorted(cases.read_many(connection, objids).values(), key=lambda case: case.archival_number)
    numbers = tuple(case.archival_number or case.case_number for case in on_it)
    details = row.details
    return Label(
        identity=row.id,
        kind="drive" if row.kind == "drive" else "optical",
        name=row.label,
        title=on_it[0].title if len(on_it) == 1 else (str(details.get("set", "")) or row.label),
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
