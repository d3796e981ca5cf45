"""What the ledger says of media and copies: the only place that reads its entries into rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from preserve.data_management.holdings.rows import CopyRow, MediumRow
from preserve.data_management.ledger import Entry

MEDIUM_ADDED = "medium.added"
MEDIUM_CHANGED = "medium.changed"
COPY_CHANGED = "copy.changed"
_HERE = ("label", "location", "state", "place", "custodian", "capacity", "checked")


def medium_after(before: MediumRow | None, entry: Entry) -> MediumRow:
    """What a medium has become with one more entry."""
    said = entry.details
    columns = {name: value for name, value in said.items() if name in (*_HERE, "kind")}
    details = {name: value for name, value in said.items() if name not in (*_HERE, "kind")}
    if before is None:
        empty: dict[str, Any] = {"state": "in use", "place": "", "custodian": "", "capacity": 0, "checked": None}
        return MediumRow(id=entry.subject, added=entry.time, details=details, **(empty | columns))
    columns.pop("kind", None)  # a medium never becomes another kind of thing
    if "kind" in said:
        details["kind"] = said["kind"]
    return replace(before, details={**before.details, **details}, **columns)


def copy_after(before: CopyRow | None, entry: Entry) -> CopyRow:
    """What a copy has become with one more entry."""
    details = entry.details
    if before is None:
        divided = {name: details[name] for name in ("part", "parts", "set") if name in details}
        identity = (details["name"], details["medium"], entry.subject, details["version"])
        before = CopyRow(*identity, "", None, None, **divided)
    times: dict[str, Any] = {details["state"]: entry.time} if details["state"] in ("written", "verified") else {}
    return replace(before, state=details["state"], **times)
