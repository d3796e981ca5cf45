"""Measures what a case costs on this code: processor seconds, turns at the catalogue's lock and how long each is held.

On a quiet machine the middle of what was measured is taken: the least of it foresaw 7 to 18 % less than real runs took.
Each command is bound to one processor, as a worker of the model is. What it takes besides its processor's time, it
waits: for a disc, or for whatever else. Two commands at once, each with its own home and processor, tell by how much
processors that are busy together slow each other down.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import describe, keeping_home, scratch
from benchmarks.simulation.model import Costs
from benchmarks.small_files import make_files

MEASURED = Path(__file__).parent / "measured.json"
ROOT = Path(__file__).parents[2]
MANY, ROUNDS = 20, 3
FILES, MORE, LARGE = 20, 420, 256 << 20
"""Files of a small case and of one with more of them; bytes of the one file of a large case."""


@dataclass(frozen=True, slots=True)
class Run:
    """One command over `cases` deposits: what the driver told of it, and the `whole` time until its end. Seconds."""

    cases: int
    wall: float
    processor: float
    waited: float
    held: Sequence[float]
    worked: Sequence[float]
    synced: Sequence[float]
    whole: float = 0.0

    @property
    def idle(self) -> float:
        """What it waited; bound to one processor, it cannot have worked longer than it took."""
        return max(0.0, self.whole - self.processor)


def drive(home: Path, deposits: Sequence[str], *, processor: int = 0) -> Run:
    """Take deposits in with one command, bound to a processor. Raises RuntimeError where it fails."""
    return finish(begin(home, deposits, processor=processor))


@dataclass(frozen=True, slots=True)
class Begun:
    """A command at work over so many cases, since a moment, and where it will tell of itself."""

    process: subprocess.Popen[bytes]
    out: Path
    cases: int
    since: float


def begin(home: Path, deposits: Sequence[str], *, processor: int) -> Begun:
    """Start the command."""
    out = Path(deposits[0]).with_suffix(".told.json")
    environment = {**os.environ, "PRESERVE_HOME": str(home), "LC_ALL": "C.UTF-8"}
    command = ["taskset", "-c", str(processor), sys.executable, "-m", "benchmarks.simulation.driver", str(out)]
    arguments = [*command, "ingest", *deposits]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    since = time.perf_counter()
    process = subprocess.Popen(arguments, cwd=ROOT, env=environment, **quiet)  # type: ignore[call-overload]
    return Begun(process, out, len(deposits), since)


def finish(begun: Begun) -> Run:
    """Wait for its end, and read what it told. Raises RuntimeError where it failed."""
    _, status, used = os.wait4(begun.process.pid, 0)  # with its children, and with what it did after it told
    whole = time.perf_counter() - begun.since
    begun.process.returncode = os.waitstatus_to_exitcode(status)
    told: dict[str, Any] = (
        json.loads(begun.out.read_text(encoding="utf-8")) if begun.out.exists() else {"status": status}
    )
    if told["status"] not in (0, 5):
        raise RuntimeError(f"the ingest ended with {told['status']}")
    processor, waited = used.ru_utime + used.ru_stime, sum(told["waited"])
    return Run(begun.cases, told["wall"], processor, waited, told["held"], told["worked"], told["synced"], whole)


class Deposits:
    """Cases of one shape, each with a number of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._next = folder, 10

    def small(self, cases: int, files: int = FILES) -> list[str]:
        """So many cases of so many small texts."""
        return [self._made(lambda case: make_files(case, files, 1_000, 3_000)) for _ in range(cases)]

    def large(self, size: int = LARGE) -> list[str]:
        """One case of one file of so many bytes, which no identifier knows."""

        def one(case: Path) -> list[str]:
            with (case / "a.bin").open("wb") as stream:
                for _ in range(size >> 20):
                    stream.write(os.urandom(1 << 20))
            return ["a.bin"]

        return [self._made(one)]

    def _made(self, fill: Any) -> str:
        case = self._folder / f"case-{self._next:05}"
        case.mkdir(parents=True)
        describe(case, f"基准{self._next}号", fill(case))
        self._next += 1
        return str(case)


def measure() -> dict[str, Any]:
    """The costs, and what they were reckoned from."""
    with scratch() as folder:
        deposits = Deposits(folder / "cases")
        first: list[Run] = []
        many: list[Run] = []
        more: list[Run] = []
        large: list[Run] = []
        both: list[Run] = []
        for number in range(ROUNDS):
            home = keeping_home(folder / f"home-{number}")
            first.append(drive(home, deposits.small(1)))
            many.append(drive(home, deposits.small(MANY)))
            more.append(drive(home, deposits.small(1, MORE)))
            large.append(drive(home, deposits.large()))
            both += _together(folder / f"homes-{number}", deposits)
    costs = reckon(first, many, more, large, both)
    return {
        "costs": asdict(costs),
        "load": [round(one, 1) for one in os.getloadavg()],
        "runs": {
            name: [asdict(one) for one in runs]
            for name, runs in (("one", first), ("many", many), ("more", more), ("together", both))
        },
    }


def _together(place: Path, deposits: Deposits) -> list[Run]:
    """Two commands at once, each with a home and a processor of its own; none where there is one processor."""
    processors = sorted(os.sched_getaffinity(0))[:2]
    if len(processors) < 2:
        return []
    homes = [keeping_home(place / str(number)) for number in processors]
    cases = [deposits.small(MANY) for _ in processors]
    running = [begin(*each[:2], processor=each[2]) for each in zip(homes, cases, processors, strict=True)]
    return [finish(one) for one in running]


def reckon(
    first: Sequence[Run], many: Sequence[Run], more: Sequence[Run], large: Sequence[Run], both: Sequence[Run] = ()
) -> Costs:
    """The costs by which these runs differ: by cases, by files, by bytes, by others at work."""
    one, some = _middle(first), _middle(many)
    idle_one, idle_many, idle_more = (median(run.idle for run in runs) for runs in (first, many, more))
    idle = max(0.0, idle_many - idle_one) / (MANY - 1)
    case = (some - one) / (MANY - 1)
    file = (_middle(more) - one) / (MORE - FILES)
    turns = len(many[0].held) // many[0].cases
    working, waiting = _under_lock(many, turns)
    working_more, _ = _under_lock(more, turns)
    held = working + waiting
    return Costs(
        start=one - case,
        case=case,
        file=max(0.0, file),
        byte=max(0.0, _middle(large) - one + FILES * file) / LARGE,
        turns=turns,
        held=held,
        held_file=max(0.0, working_more - working) / (MORE - FILES),  # files add work to a turn, and no commit
        held_working=working / held,
        disc=max(0.0, idle - waiting),
        disc_file=max(0.0, idle_more - idle_one) / (MORE - FILES),
        base_files=FILES,
        start_disc=max(0.0, idle_one - idle),
        beside=max(1.0, median(run.whole for run in both) / median(run.whole for run in many)) if both else 1.0,
    )


def _middle(runs: Sequence[Run]) -> float:
    return median(one.processor for one in runs)


def _under_lock(runs: Sequence[Run], turns: int) -> tuple[float, float]:
    """The processor seconds of a case under the lock, and the seconds it waits there: a commit for its disc."""
    worked = [chunk for one in runs for chunk in _of_cases(one.worked, one.cases, turns)]
    held = [chunk for one in runs for chunk in _of_cases(one.held, one.cases, turns)]
    waits = [[whole - busy for whole, busy in zip(*pair, strict=True)] for pair in zip(held, worked, strict=True)]
    return median(map(sum, worked)), sum(max(0.0, median(turn)) for turn in zip(*waits, strict=True))


def _of_cases(times: Sequence[float], cases: int, turns: int) -> list[Sequence[float]]:
    """The turns of each case; what the command did before its first case is left out."""
    before = len(times) - cases * turns
    return [times[before + number * turns :][:turns] for number in range(cases)]


def read() -> dict[str, Any]:
    """What was measured last, and is kept."""
    kept: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return kept


def keep(found: dict[str, Any]) -> None:
    """Keep what was measured: each run on a line, times to a hundredth of a millisecond."""
    for runs in found["runs"].values():
        for run in runs:
            run.update({name: [round(one, 5) for one in run[name]] for name in ("held", "worked", "synced")})
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.items()]
    MEASURED.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


def costs() -> Costs:
    """The costs that are kept."""
    return Costs(**read()["costs"])
