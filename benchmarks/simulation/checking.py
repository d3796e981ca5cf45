"""Holds the model against real workers: 1, 2 and 4 of them, each bound to a processor, in one home and in their own.

Where others use the machine, how much of a processor somebody gets is asked before and after each trial; the model gets
as many foreign processes. Trials take turns, so that what changes meanwhile hits all of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import keeping_home, middle, scratch
from benchmarks.simulation.measuring import Deposits, begin, finish
from benchmarks.simulation.model import Costs, Site, take_in
from benchmarks.simulation.scenarios import SMALL

WORKERS, EACH, ROUNDS = (1, 2, 4), 6, 3
_SPIN = (
    "import time; began, used = time.perf_counter(), time.process_time()\n"
    "while time.perf_counter() - began < 1.0: sum(range(1000))\n"
    "print((time.process_time() - used) / (time.perf_counter() - began))"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """So many workers took in `cases` cases in `seconds`; the model said `foreseen`; `share` of a processor was free.

    `waited`: the seconds that all of them waited for the lock.
    """

    workers: int
    shared: bool
    cases: int
    seconds: float
    foreseen: float
    share: float
    waited: float

    @property
    def error(self) -> float:
        """How much longer the model said that it takes: 0.1 is a tenth."""
        return self.foreseen / self.seconds - 1


def shares(processors: Sequence[int]) -> float:
    """Which share of each of these processors one more process gets now, on the average."""
    spinning = [
        subprocess.Popen(["taskset", "-c", str(one), sys.executable, "-IS", "-c", _SPIN], stdout=subprocess.PIPE)
        for one in processors
    ]
    return sum(float(one.communicate()[0]) for one in spinning) / len(spinning)


def check(costs: Costs, *, rounds: int = ROUNDS) -> list[Trial]:
    """The middle of some rounds for each number of workers, in one home and in their own."""
    found: dict[tuple[int, bool], list[Trial]] = {}
    with scratch() as folder:
        deposits = Deposits(folder / "cases")
        for number in range(rounds):
            for workers in WORKERS:
                for shared in (True, False) if workers > 1 else (True,):
                    place = folder / f"homes-{number}-{workers}-{shared}"
                    found.setdefault((workers, shared), []).append(_trial(costs, deposits, place, workers, shared))
                    shutil.rmtree(place)
    return [_middle(trials) for trials in found.values()]


def _trial(costs: Costs, deposits: Deposits, place: Path, workers: int, shared: bool) -> Trial:
    processors = sorted(os.sched_getaffinity(0))[:workers]
    homes = [keeping_home(place / f"home-{number}") for number in range(1 if shared else workers)]
    cases = [deposits.small(EACH) for _ in range(workers)]
    before = shares(processors)
    began = time.perf_counter()
    running = [
        begin(homes[number % len(homes)], cases[number], processor=processors[number % len(processors)])
        for number in range(workers)
    ]
    runs = [finish(process, out, EACH) for process, out in running]
    seconds = time.perf_counter() - began
    share = (before + shares(processors)) / 2
    site = Site(
        workers=workers, processors=len(processors), foreign=max(0.0, 1 / share - 1), processes=EACH, shared_home=shared
    )
    foreseen = take_in(site, costs, SMALL, each=EACH).seconds
    waited = sum(one.waited for one in runs)
    return Trial(workers, shared, workers * EACH, seconds, foreseen, share, waited)


def _middle(trials: Sequence[Trial]) -> Trial:
    """The middle of each figure."""
    one = trials[0]
    seconds, foreseen = (middle([getattr(trial, name) for trial in trials]) for name in ("seconds", "foreseen"))
    share, waited = (middle([getattr(trial, name) for trial in trials]) for name in ("share", "waited"))
    return Trial(one.workers, one.shared, one.cases, seconds, foreseen, share, waited)
