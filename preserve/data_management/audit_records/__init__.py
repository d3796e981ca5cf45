"""What audits found, for ever: Parquet files by month below `audits/` in the server store, anchored in the ledger.

One row is one copy that was read back whole, or one file of it that was not as it should be, or one copy that could
not be checked. Each run writes one file `<month>/<run>.parquet`; when a month is over its runs become one file sorted
by package (`<month>.parquet`) with what was not intact once more in `<month>.failures.parquet`; and when years have
passed a year becomes one, in which of each copy's intact checks the first and the last remain, with their number.
The digest of every file stands in the ledger. Columns: see `schema` and docs/audits.md.
"""

from __future__ import annotations

from preserve.data_management.audit_records.anchoring import COMPACTED, anchored, check_anchors, compact, replay, sweep
from preserve.data_management.audit_records.rows import (
    FOLDER,
    Kept,
    Month,
    Outcome,
    Record,
    by_month,
    failures,
    files_of,
    of_package,
    schema,
    since,
    write_run,
    write_table,
)

__all__ = [
    "COMPACTED",
    "FOLDER",
    "Kept",
    "Month",
    "Outcome",
    "Record",
    "anchored",
    "by_month",
    "check_anchors",
    "compact",
    "failures",
    "files_of",
    "of_package",
    "replay",
    "schema",
    "since",
    "sweep",
    "write_run",
    "write_table",
]
