"""A deposit as it is, or with the description that a case system's export in it makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from preserve.errors import Refused
from preserve.home import Home
from preserve.ingest.handed import Handed, handed
from preserve.ingest.receive import Deposit, DepositProfile


def looked_over(
    home: Home, given: Path | Handed, profile: DepositProfile, look: Callable[[Path | Handed], Deposit]
) -> tuple[Deposit, Handed]:
    """The deposit as `look` sees it; where it has no description, with what the export in it says.

    Raises Refused as `look` does, and where there are several exports.
    """
    try:
        return look(given), handed(given)
    except Refused as refusal:
        if refusal.code != "sip.no-description":
            raise
        from preserve.ingest.case_systems.deposits import described_by_export  # most deposits are described

        found = described_by_export(home, handed(given), profile)
        if found is None:
            raise
    return look(found), found
