"""What a superior archive sees of each fonds: counts, proofs and what is due; no case, no number, no name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from preserve.administration.house.anchoring import newest
from preserve.administration.house.founding import house_of, housed, opened
from preserve.administration.people import OF_HOUSE, Person
from preserve.data_management import fonds
from preserve.data_management.archive import Archive
from preserve.data_management.fonds import FondsRow
from preserve.data_management.house_counts import Counts, counts_of
from preserve.data_management.look_groups import Seen
from preserve.errors import PreserveError

OVERSEEN = "fonds.overseen"
"""Look in the fonds' own log: that somebody of the house saw its counts."""


@dataclass(frozen=True, slots=True)
class FondsOverview:
    """One fonds: its row in the register, what its archive counts, and how far the house's ledger covers its own.

    `failed` is the code of what kept its archive from being read; then there are no counts.
    """

    fonds: FondsRow
    counts: Counts | None
    anchored: int
    anchored_when: str
    failed: str = ""


def overview(archive: Archive, actor: Person) -> Iterator[FondsOverview]:
    """Every fonds in the order of entering. Each fonds' own log says that it was looked at, before it is shown."""
    house = house_of(archive.home)
    with archive.catalogue.read() as connection:
        rows = fonds.all_fonds(connection)
        signed = {row.code: newest(connection, row.code) for row in rows}
        there = {row.code for row in rows if housed(connection, row.code)}
    for row in rows:
        mark = signed[row.code]
        counts, failed = None, "" if row.code in there else "house.no-fonds"
        if not failed:
            try:
                with opened(house, row.code) as own:
                    moment = own.now()
                    own.record_look(
                        Seen(OVERSEEN, own.home.settings.archive_id, f"{OF_HOUSE}{actor.account}", {}, moment)
                    )
                    with own.catalogue.read() as connection:
                        counts = counts_of(connection)
            except PreserveError as error:
                failed = error.code
        yield FondsOverview(row, counts, mark.size if mark else 0, mark.made if mark else "", failed)
