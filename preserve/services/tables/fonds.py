"""Tables of the register of fonds and of the archival numbers in it."""

from __future__ import annotations

from preserve.messages import listed, say
from preserve.services.fonds import FiledCases, FondsList, FondsNumbers, FondsShown
from preserve.services.tables import NOTHING, Table, cells, facts, table

_MOST = 20


def fonds(listing: FondsList) -> Table:
    """A line each: code, number, body, days, cases."""
    rows = ((*cells(row.code, row.number, row.name), state(row), *cells(row.cases)) for row in listing.fonds)
    return table("fonds fonds-number fonds-name state cases", rows)


def state(row: FondsShown) -> str:
    """Open since a day, or closed on one."""
    if row.until:
        return say("fonds.state-closed", until=row.until)
    return say("fonds.state-since", since=row.since) if row.since else say("fonds.state-open")


def one(shown: FondsNumbers) -> tuple[Table, Table]:
    """What is known of a fonds, and its series of numbers."""
    row = shown.fonds
    known = facts(
        [
            (say("words.heading-fonds"), row.code),
            (say("words.heading-fonds-number"), row.number or NOTHING),
            (say("words.heading-fonds-name"), row.name),
            (say("words.heading-state"), state(row)),
            (say("words.heading-cases"), str(row.cases)),
        ]
    )
    rows = (
        cells(one.series, one.count, one.highest, _numbers(one.empty), _numbers(one.skipped)) for one in shown.series
    )
    return known, table("series numbers highest empty-numbers skipped-numbers", rows)


def _numbers(sequences: tuple[int, ...]) -> str:
    more = "…" if len(sequences) > _MOST else ""
    return listed(map(str, sequences[:_MOST])) + more


def filed(result: FiledCases) -> Table:
    """A line each: the case, and the number that it has now."""
    rows = (cells(case.case_number, case.archival_number) for case in result.cases)
    return table("number archival-number", rows)
