"""Use of the archive by year: 利用人次、卷次、件次, what was approved, refused, late."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from preserve.access.requests.procedure import OPEN, REQUESTS
from preserve.clock import parse, zone
from preserve.data_management import proceedings
from preserve.home import Home


@dataclass(frozen=True, slots=True)
class Use:
    """One year by the day requests came in. `cases` counts a case each time it was given (卷次), `files` likewise."""

    year: int
    requests: int
    persons: int
    approved: int
    refused: int
    withdrawn: int
    late: int
    open: int
    cases: int
    files: int
    size: int
    capacities: dict[str, int]
    purposes: dict[str, int]


def count_use(connection: Connection, home: Home, year: int | None = None) -> list[Use]:
    """Every year, or one. Raises NotIntact where a record is not the one in the ledger."""
    by_year: dict[int, Counter[str]] = {}
    capacities: dict[int, Counter[str]] = {}
    purposes: dict[int, Counter[str]] = {}
    people: dict[int, set[str]] = {}
    here = zone(home.settings.time_zone)
    # What was opened before a year cannot have come in during it, and is not read.
    rows = proceedings.rows(connection, "request")
    numbers = [row.number for row in rows if year is None or int(row.opened[:4]) >= year - 1]
    for request in (REQUESTS.read(connection, home, number) for number in numbers):
        when = request.received.year
        if year is not None and when != year:
            continue
        count = by_year.setdefault(when, Counter())
        capacities.setdefault(when, Counter())[request.consumer.capacity] += 1
        purposes.setdefault(when, Counter())[request.purpose] += 1
        people.setdefault(when, set()).add(f"{request.consumer.name}/{request.consumer.organisation}")
        count["requests"] += 1
        count["refused"] += request.state == "refused"
        count["withdrawn"] += request.state == "withdrawn"
        count["open"] += request.state in OPEN
        count["approved"] += request.decision is not None and request.decision.outcome == "approved"
        if request.delivery is not None and request.examination is not None:
            chosen = request.examination.selection
            count["late"] += parse(request.delivery.when).astimezone(here).date() > request.due
            count["cases"] += len({one.objid for one in chosen})
            count["files"] += len(chosen)
            count["size"] += sum(one.size for one in chosen)
    return [
        Use(
            when,
            count["requests"],
            len(people[when]),
            count["approved"],
            count["refused"],
            count["withdrawn"],
            count["late"],
            count["open"],
            count["cases"],
            count["files"],
            count["size"],
            dict(capacities[when].most_common()),
            dict(purposes[when].most_common(20)),
        )
        for when, count in sorted(by_year.items())
    ]
