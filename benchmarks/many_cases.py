"""Many small cases in one call of `ingest`: what each costs of its own, in a new archive and in an old one."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

from benchmarks import measure
from benchmarks.imitated_home import build
from benchmarks.measure import PROGRAM, describe, keeping_home, middle, row, scratch, settle, timed
from benchmarks.small_files import make_files

CASES, FILES, MOST = 1_000, 20, 0.4
OLD, FEWER, GROWS = 100_000, 100, 1.1
"""Cases of an old archive, how many are taken in beside them, and how much longer that may take than in a new one."""


def main() -> list[str]:
    """A row for the seconds a case, and one for what an old archive adds to them."""
    with scratch() as folder:
        deposits = _deposits(folder, CASES)
        seconds = []
        for number in range(measure.RUNS):
            home = keeping_home(folder / f"home{number}")
            settle()
            seconds.append(timed([PROGRAM, "ingest", *deposits], home=home).seconds)
            shutil.rmtree(home)
        each = middle(seconds) / CASES
        first = row(
            f"{CASES:,} cases of {FILES} small files in one call, a case",
            f"{each:.2f} s",
            "—",
            "—",
            f"≤ {MOST:g} s",
            each <= MOST,
        )
        return [first, beside_many(folder, deposits[:FEWER])]


def _deposits(folder: Path, cases: int) -> list[str]:
    deposits = []
    for number in range(cases):
        case = folder / "cases" / f"{number:04}"
        case.mkdir(parents=True)
        describe(case, f"基准{number + 10}号", make_files(case, FILES, 1_000, 3_000))
        deposits.append(str(case))
    return deposits


def beside_many(folder: Path, deposits: list[str]) -> str:
    """A row: the same deposits into a new archive and into a copy of an old one, in turn."""
    kept = Path(os.environ["BENCHMARK_HOMES"]) if "BENCHMARK_HOMES" in os.environ else folder / "homes"
    kept.mkdir(parents=True, exist_ok=True)
    old = build(kept, OLD)
    timed([PROGRAM, "user", "list"], home=old)  # whatever a newer schema adds is not what an ingest costs
    with sqlite3.connect(old / "catalogue.sqlite") as raw:
        entries = raw.execute("SELECT max(number) FROM ledger").fetchone()[0]
    young_times, old_times = [], []
    for number in range(measure.RUNS):
        young, copy = keeping_home(folder / f"young{number}"), folder / f"old{number}"
        shutil.copytree(old, copy)
        for home, times in ((young, young_times), (copy, old_times)):
            settle()
            times.append(timed([PROGRAM, "ingest", *deposits], home=home).seconds)
            shutil.rmtree(home)
    young_time, old_time = middle(young_times) / len(deposits), middle(old_times) / len(deposits)
    return row(
        f"a case beside {OLD:,} cases and {entries:,} entries ({len(deposits)} in one call)",
        f"{old_time:.2f} s",
        f"in a new archive {young_time:.2f} s",
        f"{old_time / young_time:.2f}",
        f"≤ {GROWS:g}",
        old_time <= GROWS * young_time,
    )
