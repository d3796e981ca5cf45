"""Many small cases in one call of `ingest`: what each costs of its own."""

from __future__ import annotations

import shutil

from benchmarks import measure
from benchmarks.measure import PROGRAM, describe, keeping_home, middle, row, scratch, settle, timed
from benchmarks.small_files import make_files

CASES, FILES, MOST = 1_000, 20, 0.4


def main() -> list[str]:
    """A row for the seconds a case."""
    with scratch() as folder:
        for number in range(CASES):
            case = folder / "cases" / f"{number:04}"
            case.mkdir(parents=True)
            describe(case, f"基准{number + 10}号", make_files(case, FILES, 1_000, 3_000))
        deposits = sorted(str(case) for case in (folder / "cases").iterdir())
        seconds = []
        for number in range(measure.RUNS):
            home = keeping_home(folder / f"home{number}")
            settle()
            seconds.append(timed([PROGRAM, "ingest", *deposits], home=home).seconds)
            shutil.rmtree(home)
    each = middle(seconds) / CASES
    return [
        row(
            f"{CASES:,} cases of {FILES} small files in one call, a case",
            f"{each:.2f} s",
            "—",
            "—",
            f"≤ {MOST:g} s",
            each <= MOST,
        )
    ]
