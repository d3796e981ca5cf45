"""Tables of a house: its fonds by counts, and what came of anchoring."""

from __future__ import annotations

from preserve.messages import bytes_for_people, say
from preserve.services.house import FondsAnchored, FondsSeen, HouseAnchored, HouseSeen
from preserve.services.tables import NOTHING, Table, cells, table


def overview(seen: HouseSeen) -> Table:
    """A line each: code, body, cases, bytes, quota, entries of its ledger and how many of them are anchored."""
    rows = (_row(one) for one in seen.fonds)
    return table("fonds fonds-number fonds-name cases size quota entries anchored anchored-when", rows)


def _row(one: FondsSeen) -> tuple[str, ...]:
    counts = one.counts
    quota = bytes_for_people(one.quota) if one.quota else NOTHING
    name = f"{one.name} · {say('fonds.state-closed', until=one.until)}" if one.until else one.name
    if counts is None:
        said = (say("house.not-read"), NOTHING, quota, NOTHING)
    else:
        said = (str(counts.cases), bytes_for_people(counts.bytes), quota, str(counts.entries))
    return (*cells(one.code, one.number, name), *said, *cells(one.anchored, one.anchored_when))


def anchored(done: HouseAnchored) -> Table:
    """A line each: how many entries of a fonds the house's ledger covers, and whether that is new or did not come."""
    failed = {
        finding.where: "house.anchored-contradicts" if finding.severity == "error" else "house.not-read"
        for finding in done.findings
    }
    rows = (
        (one.code, NOTHING if one.code in failed else str(one.size), say(failed.get(one.code) or _came(one)))
        for one in done.fonds
    )
    return table("fonds anchored state", rows)


def _came(one: FondsAnchored) -> str:
    return "house.anchored-new" if one.new else "house.anchored-before"
