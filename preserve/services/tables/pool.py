"""Tables of the pool: recordings that no case names yet, one of them, and those that fit a case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo

from preserve.data_management.pool import PoolRow
from preserve.messages import bytes_for_people, say
from preserve.services.pool import PoolShown
from preserve.services.pool_claims import Proposed
from preserve.services.tables import Table, cells, facts, table

_LIST = "number taken device officer station size state name"


def recordings(rows: Iterable[PoolRow], clock: tzinfo) -> Table:
    """A line each."""
    return table(_LIST, (_row(row, clock) for row in rows), domain="pool.heading")


def _row(row: PoolRow, clock: tzinfo) -> tuple[str, ...]:
    officer = f"{row.officer_name} {row.officer}".strip()
    size = bytes_for_people(row.size)
    return cells(row.id, when(row.taken, clock), row.device, officer, row.station, size, state(row), row.name)


def state(row: PoolRow) -> str:
    """What became of it."""
    return state_word(row.state)


def state_word(name: str) -> str:
    """A state, or all of them, in words."""
    return say(f"pool.state-{name}")


def when(moment: str, clock: tzinfo) -> str:
    """A moment on the bureau's clock; nothing where it is not known."""
    return f"{datetime.fromisoformat(moment).astimezone(clock):%Y-%m-%d %H:%M:%S}" if moment else ""


def proposed(found: Iterable[Proposed], clock: tzinfo) -> Table:
    """A line each, with the reasons."""
    rows = (
        cells(
            one.recording.id,
            when(one.recording.taken, clock),
            one.recording.device,
            f"{one.recording.officer_name} {one.recording.officer}".strip(),
            say(f"pool.certainty-{one.certainty}"),
            reasons(one),
            one.recording.name,
        )
        for one in found
    )
    return table("number taken device officer certainty reasons name", rows, domain="pool.heading")


def reasons(one: Proposed) -> str:
    """Why it is proposed."""
    return say("pool.between").join(say(f"pool.reason-{reason.code}", value=reason.value) for reason in one.reasons)


def one(shown: PoolShown, clock: tzinfo) -> Iterator[Table]:
    """Everything that is known of a recording."""
    row = shown.recording
    told = [
        ("number", row.id),
        ("name", row.name),
        ("state", state(row)),
        ("taken", when(row.taken, clock)),
        ("taken-from", say(f"pool.from-{row.taken_from}") if row.taken_from else ""),
        ("station-time", when(shown.station_time, clock)),
        ("device", row.device),
        ("officer", f"{row.officer_name} {row.officer}".strip()),
        ("unit", row.unit),
        ("station", row.station),
        ("place", shown.place),
        ("mark", shown.mark),
        ("case-number", row.case_number),
        ("remark", shown.remark),
        ("format", f"{shown.format} {shown.puid}".strip()),
        ("size", bytes_for_people(row.size)),
        ("sha256", row.sha256),
        ("collected", when(row.collected, clock)),
        ("due", row.due),
        ("deposit", row.deposit),
        ("case", row.objid),
    ]
    yield facts([(say(f"pool.heading-{name}"), value) for name, value in told if value])
    places = (cells(place.station, place.path, when(place.seen, clock)) for place in shown.places)
    yield table("station path seen", places, domain="pool.heading", title=say("pool.title-places"))
    for word in shown.words:
        yield facts(list(_said(word.facts, word.rest)), title=say("pool.title-said", source=word.source))


def _said(known: Mapping[str, str], rest: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in known.items():
        yield say(f"pool.fact-{name.replace('_', '-')}"), value
    yield from rest.items()
