"""Writes what the model says into docs/scale.md, between its marks, and the picture beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from benchmarks.simulation import measuring, plots, scenarios
from benchmarks.simulation.checking import EACH, Trial, foresee
from benchmarks.simulation.model import Costs, Outcome

DOCS = Path(__file__).parents[2] / "docs"
PAGE, PICTURE = DOCS / "scale.md", DOCS / "scale.svg"


def write() -> None:
    """Run every scenario, and write tables and picture."""
    costs = measuring.costs()
    grown = {
        (name, way.name, workers): scenarios.grow(costs, case, way, workers)
        for name, case in scenarios.CASES.items()
        for way in scenarios.ways(costs, case)
        if way.name == "today" or not case.transcoding  # a lock that is nearly free is not in anybody's way
        for workers in scenarios.WORKERS
    }
    text = PAGE.read_text(encoding="utf-8")
    for mark, rows in (
        ("costs", costs_of(measuring.read())),
        ("check", checked(measuring.read())),
        ("growth", growth(grown)),
        ("audits", audits(costs)),
    ):
        text = put(text, mark, rows)
    PAGE.write_text(text, encoding="utf-8")
    PICTURE.write_text(picture(grown), encoding="utf-8")


def put(text: str, mark: str, rows: str) -> str:
    """The page with a table in its place. Raises ValueError where it has no such place."""
    pattern = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"docs/scale.md has no place for {mark}")
    return pattern.sub(lambda found: found[1] + rows + "\n" + found[2], text)


def _table(heads: str, rows: list[tuple[object, ...]]) -> str:
    names = heads.split("|")
    lines = [names, ["---"] * len(names), *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(cell.strip() for cell in line) + " |" for line in lines)


def costs_of(kept: dict[str, Any]) -> str:
    """What was measured."""
    costs = Costs(**kept["costs"])
    rows: list[tuple[object, ...]] = [
        ("a process starts", f"{costs.start:.2f} s of processor"),
        ("a case of 20 small files", f"{costs.case:.3f} s of processor"),
        ("each file more", f"{costs.file * 1000:.2f} ms of processor"),
        ("each GB", f"{costs.byte * 1e9:.2f} s of processor"),
        ("write transactions of a case", costs.turns),
        ("the lock is held by a case", f"{costs.held * 1000:.0f} ms, {costs.held_working:.0%} of it processor"),
        ("each file more holds it", f"{costs.held_file * 1000:.2f} ms"),
        ("a disc or whatever else is waited for outside the lock", f"{costs.disc * 1000:.1f} ms a case"),
    ]
    if "beside" in kept["costs"]:  # not in what was measured before this was
        rows.append(("the same when a process starts", f"{costs.start_disc * 1000:.0f} ms"))
        rows.append(("longer while a second processor of the machine works", f"{costs.beside - 1:.1%}"))
    head = f"Measured {kept['when']}, load {kept['load'][0]} on two processors.\n\n"
    return head + _table("step | cost", rows)


def checked(kept: dict[str, Any]) -> str:
    """The model against real workers."""
    told = kept.get("check")
    if not told:
        return "Not run yet."
    costs, trials = Costs(**kept["costs"]), [Trial(**one) for one in told["trials"]]
    alone = trials[0]
    rows: list[tuple[object, ...]] = []
    off: list[float] = []
    for one in trials:
        foreseen = foresee(costs, one)
        off.append(foreseen / one.seconds - 1)
        rows.append(
            (
                one.workers,
                "one" if one.shared else "their own",
                f"{one.seconds:.1f} s",
                f"{foreseen:.1f} s",
                f"{off[-1]:+.0%}",
                f"{one.workers * alone.seconds / one.seconds:.2f}",
                f"{one.workers * foresee(costs, alone) / foreseen:.2f}",
                f"{one.share:.2f}",
                f"{one.waited:.2f} s",
            )
        )
    head = f"{told['when']}, load {told['load']} before the start. {EACH} cases a worker, the middle of 3 rounds.\n\n"
    heads = "workers | homes | measured | foreseen | error | speed-up | foreseen | processor left | waited for the lock"
    worst = max(off, key=abs)
    said = "All are within a tenth" if abs(worst) <= 0.1 else "**Not all are within a tenth**"
    return f"{head}{_table(heads, rows)}\n\n{said}: the furthest is off by {worst:+.0%}."


def growth(grown: dict[tuple[str, str, int], Outcome]) -> str:
    """Throughput, and what is full."""
    rows: list[tuple[object, ...]] = []
    for (case, way, workers), one in grown.items():
        full = ", ".join(f"{name} {share:.0%}" for name, share in sorted(one.full.items(), key=lambda pair: -pair[1]))
        a_day = f"{one.bytes / one.seconds * 86_400 / 1e12:,.1f}" if one.cases else "0"
        rows.append((case, way, workers, f"{one.a_day:,.0f}", a_day, f"{one.longest_wait:.1f} s", full))
    return _table("cases | lock | workers | cases a day | TB a day | longest wait for the lock | how full", rows)


def audits(costs: Costs) -> str:
    """Whether audits are kept beside what is taken in."""
    rows: list[tuple[object, ...]] = []
    for petabytes, workers in scenarios.HELD.items():
        site, one = scenarios.audited(costs, petabytes, workers)
        rows.append(
            (
                f"{petabytes} PB",
                workers,
                site.nodes,
                f"{site.audited / 1e9:.2f} GB/s",
                f"{site.audited / site.nodes / 1e6:.0f} MB/s",
                f"{one.full['store']:.0%}",
                f"{one.audited:.0%}",
                f"{one.bytes / one.seconds * 86_400 / 1e12:,.0f}",
                f"{site.audited * costs.byte:.0f}",
            )
        )
    heads = "held | nodes | audits read | a node | store full | audited in time | TB taken in a day | processors"
    return _table(heads, rows)


def picture(grown: dict[tuple[str, str, int], Outcome]) -> str:
    """Terabytes a day over workers."""
    lines: dict[tuple[str, str], dict[int, float]] = {}
    for (case, way, workers), one in grown.items():
        lines.setdefault((case, way), {})[workers] = one.bytes / one.seconds * 86_400 / 1e12
    return plots.draw(lines)
