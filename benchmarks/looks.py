"""Looks that are durable before anything is shown: in groups, against a transaction each, by the same threads."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import row, scratch
from preserve.administration.founding import found
from preserve.data_management import look_groups, looks, looks_sealing
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.look_groups import Seen
from preserve.home import Home

THREADS = 8
EACH = 25
MOMENT = datetime(2026, 12, 11, 8, tzinfo=UTC)
TARGET = 4.0


def alone(home: Home, catalogue: Catalogue) -> None:
    """A look in a transaction of its own, and its checkpoint put into the store, as a group has it."""
    with catalogue.begin() as connection:
        looks.append(connection, action="case.viewed", subject="s", actor="li", details={}, moment=MOMENT)
    with catalogue.locked() as connection:
        looks_sealing.write_head(home, connection)


def grouped(home: Home, catalogue: Catalogue) -> None:
    """The same with those of the others."""
    look_groups.record(home, catalogue, Seen("case.viewed", "s", "li", {}, MOMENT))


def run(folder: Path, record: Callable[[Home, Catalogue], None]) -> tuple[float, float]:
    """Looks a second, and the 95th percentile of the time of one in milliseconds."""
    home = found(folder, institution="x", policy="compact", store=None, digests=["sha256"], language="zh").home
    catalogue = open_catalogue(home)
    taken: list[float] = []

    def look(number: int) -> None:
        for _ in range(EACH):
            begun = time.perf_counter()
            record(home, catalogue)
            taken.append(1000 * (time.perf_counter() - begun))

    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(look, range(THREADS)))
    rate = THREADS * EACH / (time.perf_counter() - begun)
    with catalogue.read() as connection:
        assert looks.size(connection) == THREADS * EACH
    catalogue.close()
    return rate, statistics.quantiles(taken, n=20)[-1]


def main() -> list[str]:
    """One row."""
    with scratch() as folder:
        single, slow = run(folder / "alone", alone)
        together, quick = run(folder / "grouped", grouped)
    return [
        row(
            f"durable looks, {THREADS} threads, load {os.getloadavg()[0]:.1f}",
            f"{together:.0f}/s, 95th percentile {quick:.0f} ms",
            f"one transaction each {single:.0f}/s, {slow:.0f} ms",
            f"{together / single:.1f}",
            f"≥ {TARGET:.0f}",
            together >= TARGET * single,
        )
    ]


if __name__ == "__main__":
    print(json.dumps(main(), ensure_ascii=False, indent=1))
