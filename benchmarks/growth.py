"""What each command that reads catalogue or ledger costs in archives of 1,000, 10,000 and 100,000 cases.

`python -m benchmarks.growth --home FOLDER` (or BENCHMARK_HOMES, a variable) keeps the homes that it makes there, which
take a quarter of an hour, and uses those it finds.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import time
from pathlib import Path

from benchmarks import measure
from benchmarks.growth_plot import draw
from benchmarks.imitated_home import build, number_of
from benchmarks.measure import PROGRAM, row, scratch

SIZES = (1_000, 10_000, 100_000)
PLOT = Path(__file__).parent.parent / "docs" / "growth.svg"
GROWS = 1.5
"""So many times the processor time of the smallest archive may be used in the largest."""

COMMANDS: dict[str, tuple[str, ...]] = {
    "list": ("list",),
    "list in the middle": ("list", "--after", "{case}"),
    "search": ("search", "询问"),
    "search by number": ("search", "{case}"),
    "show": ("show", "{case}"),
    "copies": ("copies",),
    "copies of a case": ("copies", "{case}"),
    "media list": ("media", "list"),
    "media show": ("media", "show", "benchmark"),
    "retention list": ("retention", "list"),
    "retention due": ("retention", "due"),
    "retention explain": ("retention", "explain", "{case}"),
    "hold list": ("hold", "list"),
    "request list": ("request", "list"),
    "request statistics": ("request", "statistics"),
    "disposal list": ("disposal", "list"),
    "transfer list": ("transfer", "list"),
    "deposits": ("deposits",),
    "audit plan": ("audit", "plan"),
    "audit history": ("audit", "history", "{case}"),
    "plan formats": ("plan", "formats"),
    "plan preview": ("plan", "preview"),
    "user list": ("user", "list"),
}
LONGER: dict[str, tuple[str, ...]] = {
    "retention changes": ("retention", "changes"),
    "ledger verify": ("ledger", "verify"),
}
"""What looks at every case or entry, because that is what is asked."""

FIRST_PAGES, MORE = ("list", "copies", "retention list", "media list"), 0.1
"""Commands that people wait for, and how many seconds more than `--help` each may take in the largest archive."""

NIGHTLY: tuple[tuple[str, ...], ...] = (("audit", "plan"), ("retention", "due"))
REPORT = 30.0
"""What a night's run asks of an archive beside reading media back; and seconds that its report may take."""


def words_of(name: str, cases: int) -> list[str]:
    """A command as it is typed, about a case in the middle of so many."""
    return [word.format(case=number_of(cases // 2)) for word in {**COMMANDS, **LONGER}[name]]


def seconds(words: list[str], home: Path) -> tuple[float, float]:
    """Wall and processor time of a command as a person starts it, the median of some runs."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PRESERVE_HOME": str(home)}
    # Compiled modules are kept, as they are where the program is installed.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    wall, busy = [], []
    for _ in range(measure.RUNS):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        # What it finds wrong (an imitated home has no packages) is its answer, and no failure.
        subprocess.run([PROGRAM, *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        busy.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(wall), statistics.median(busy)


def table(folder: Path, sizes: tuple[int, ...] = SIZES) -> dict[str, list[tuple[float, float]]]:
    """By command, for each size: wall and processor time."""
    homes = [(cases, build(folder, cases)) for cases in sizes]
    return {name: [seconds(words_of(name, cases), home) for cases, home in homes] for name in {**COMMANDS, **LONGER}}


def rows_of(measured: dict[str, list[tuple[float, float]]], helped: float) -> list[str]:
    """The rows of the results: processor time at each size, and how it grew."""
    rows = []
    for name, times in measured.items():
        growth = times[-1][1] / times[0][1]
        bound = name in COMMANDS
        rows.append(
            row(
                f"`{name}`",
                " → ".join(f"{busy:.2f}" for _, busy in times) + " s of processor",
                f"largest {times[-1][0] - helped:+.2f} s of wall time against `--help`",
                f"{growth:.2f}",
                f"≤ {GROWS}" if bound else "every entry is its answer",
                growth <= GROWS if bound else None,
            )
        )
    return rows


def waits(measured: dict[str, list[tuple[float, float]]], helped: float) -> list[str]:
    """A row for each first page: wall time in the largest archive against `--help`."""
    rows = []
    for name in FIRST_PAGES:
        more = measured[name][-1][0] - helped
        rows.append(
            row(
                f"`{name}`, first page in the largest archive",
                f"{helped + more:.2f} s",
                f"`--help` {helped:.2f} s",
                f"{more:+.2f} s",
                f"≤ +{MORE} s",
                more <= MORE,
            )
        )
    return rows


def nightly(home: Path, folder: Path, cases: int) -> str:
    """A row: what a night's run costs in an archive, beside reading media back."""
    planned = sum(seconds(list(words), home)[0] for words in NIGHTLY)
    reported, _ = seconds(["audit", "report", "--replace", "--output", str(folder / "report")], home)
    return row(
        f"a night in an archive of {cases:,} cases: plan and due list, then the report",
        f"{planned:.1f} s, then {reported:.1f} s",
        f"{REPORT:.0f} s for the report",
        f"{reported / REPORT:.2f}",
        "≤ 1",
        reported <= REPORT,
    )


def main(home: Path | None = None, sizes: tuple[int, ...] = SIZES) -> list[str]:
    """One row for each command; and the picture of those whose answer does not grow, in the documentation."""
    home = home or (Path(os.environ["BENCHMARK_HOMES"]) if "BENCHMARK_HOMES" in os.environ else None)
    with scratch() as folder:
        place = home or folder
        place.mkdir(parents=True, exist_ok=True)
        measured = table(place, sizes)
        helped, _ = seconds(["--help"], place)
        busy = {name: [time for _, time in times] for name, times in measured.items() if name in COMMANDS}
        PLOT.write_text(draw(busy, sizes, "seconds of processor"), encoding="utf-8")
        night = nightly(build(place, sizes[-1]), folder, sizes[-1])
        return [*rows_of(measured, helped), *waits(measured, helped), night]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="keep the homes here, and use those that are there")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), metavar="N,N,…", help="numbers of cases")
    wanted = parser.parse_args()
    print("\n".join(main(wanted.home, tuple(int(size) for size in wanted.sizes.split(",")))))
