"""Holds the model against real workers: 1, 2 and 4 of them, each bound to a processor, in one home and in their own.

Where others use the machine, how much of a processor as many processes as there are workers get is asked before and
after each trial; the model's processors are as fast. Trials take turns, so that what changes hits all of them.
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

WORKERS, EACH, ROUNDS = (1, 2, 4), 20, 3
_SPIN = (
    "import time; began, used = time.perf_counter(), time.process_time()\n"
    "while time.perf_counter() - began < 1.0: sum(range(1000))\n"
    "print((time.process_time() - used) / (time.perf_counter() - began))"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """So many workers took `EACH` cases in each, in `seconds`; which `share` of a processor was left to them.

    `waited`: the seconds that all of them waited for the lock. `shared`: they had one home.
    """

    workers: int
    shared: bool
    seconds: float
    share: float
    waited: float
    processors: int = 2


def left(processors: Sequence[int], workers: int) -> float:
    """Which share of a processor so many processes, bound to these in turn, get together now, on the average."""
    spinning = [
        subprocess.Popen(
            ["taskset", "-c", str(processors[number % len(processors)]), sys.executable, "-IS", "-c", _SPIN],
            stdout=subprocess.PIPE,
        )
        for number in range(workers)
    ]
    return sum(float(one.communicate()[0]) for one in spinning) / len(processors)


def check(*, rounds: int = ROUNDS) -> list[Trial]:
    """The middle of some rounds for each number of workers, in one home and in their own."""
    found: dict[tuple[int, bool], list[Trial]] = {}
    with scratch() as folder:
        deposits = Deposits(folder / "cases")
        for number in range(rounds):
            for workers in WORKERS:
                for shared in (True, False) if workers > 1 else (True,):
                    place = folder / f"homes-{number}-{workers}-{shared}"
                    found.setdefault((workers, shared), []).append(_trial(deposits, place, workers, shared))
                    shutil.rmtree(place)
    return [_middle(trials) for trials in found.values()]


def _trial(deposits: Deposits, place: Path, workers: int, shared: bool) -> Trial:
    processors = sorted(os.sched_getaffinity(0))[:workers]
    homes = [keeping_home(place / f"home-{number}") for number in range(1 if shared else workers)]
    cases = [deposits.small(EACH) for _ in range(workers)]
    before = left(processors, workers)
    began = time.perf_counter()
    running = [
        begin(homes[number % len(homes)], cases[number], processor=processors[number % len(processors)])
        for number in range(workers)
    ]
    runs = [finish(one) for one in running]
    seconds = time.perf_counter() - began
    share = (before + left(processors, workers)) / 2
    waited = sum(one.waited for one in runs)
    return Trial(workers, shared, seconds, share, waited, len(processors))


def foresee(costs: Costs, trial: Trial) -> float:
    """How long the model says that a trial takes, where so much of a processor was free."""
    site = Site(
        workers=trial.workers,
        processors=min(trial.workers, trial.processors),
        speed=trial.share,
        processes=EACH,
        shared_home=trial.shared,
        polled=True,
    )
    return take_in(site, costs, SMALL, each=EACH).seconds


def _middle(trials: Sequence[Trial]) -> Trial:
    """The middle of each figure."""
    one = trials[0]
    seconds, share, waited = (
        middle([getattr(trial, name) for trial in trials]) for name in ("seconds", "share", "waited")
    )
    return Trial(one.workers, one.shared, seconds, share, waited, one.processors)
