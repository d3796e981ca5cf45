"""How likely is a case to be lost in 30 years, by policy? Writes docs/loss.md and docs/loss.svg.

`python tools/simulate_loss.py [trials]`. A copy goes bad at random (Poisson, so many a year); nobody knows until the
next audit of its medium, whose phase is random; mending takes some days and needs one good copy. A disaster takes every
copy in a building. The case is lost at the first moment at which no copy is good. The rates are assumptions, on the
safe side of what is published for disks; put your own in.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
YEARS = 30.0
DISASTER = 0.001  # a building and all that is in it, a year
DISASTER_DAYS = 180.0  # until its copies are made again elsewhere


@dataclass(frozen=True)
class Copy:
    """A copy: failures a year, days between two audits, days to mend, and its building."""

    kind: str
    rate: float
    audit: float
    mend: float
    building: str

    @property
    def window(self) -> float:
        """The longest time, in years, that it can be bad and counted on."""
        return (self.audit + self.mend) / 365.25


def server(building: str = "A") -> Copy:
    """A server store that is read through every 90 days."""
    return Copy("server", 0.02, 90, 7, building)


def drive(building: str = "A", audit: float = 730) -> Copy:
    """A drive on a shelf, read every two years."""
    return Copy("drive", 0.03, audit, 14, building)


def disc(building: str = "A", audit: float = 1460) -> Copy:
    """A disc on a shelf, read every four years."""
    return Copy("disc", 0.02, audit, 30, building)


POLICIES: dict[str, tuple[Copy, ...]] = {
    "1 copy: server": (server(),),
    "1 copy: disc": (disc(),),
    "2 copies: server + drive, one building": (server(), drive()),
    "2 copies: server + drive, two buildings": (server(), drive("B")),
    "2 copies: two discs, two buildings": (disc(), disc("B")),
    "3 copies: server + drive + disc, one building": (server(), drive(), disc()),
    "3 copies: server + drive + disc, two buildings": (server(), drive("B"), disc("B")),
    "3 copies, never audited, two buildings": (
        Copy("server", 0.02, YEARS * 365.25, 7, "A"),
        Copy("drive", 0.03, YEARS * 365.25, 14, "B"),
        Copy("disc", 0.02, YEARS * 365.25, 30, "B"),
    ),
}


def _times(chance: random.Random, rate: float, years: float) -> list[float]:
    found = []
    moment = chance.expovariate(rate)
    while moment < years:
        found.append(moment)
        moment += chance.expovariate(rate)
    return found


def lost(copies: Sequence[Copy], chance: random.Random, years: float = YEARS, disaster: float = DISASTER) -> bool:
    """One life of a case."""
    bad: list[list[tuple[float, float]]] = []
    struck = {
        building: [(when, when + DISASTER_DAYS / 365.25) for when in _times(chance, disaster, years)]
        for building in sorted({copy.building for copy in copies})
    }
    for copy in copies:
        phase = chance.random() * copy.audit / 365.25
        spans = list(struck[copy.building])
        for when in _times(chance, copy.rate, years):
            if len(copies) == 1:
                return True
            interval = copy.audit / 365.25
            seen = phase + max(0, math.ceil((when - phase) / interval)) * interval
            spans.append((when, seen + copy.mend / 365.25))
        if not spans:
            return False
        bad.append(spans)
    if len(copies) == 1:
        return bool(bad[0])
    # All are bad at once at some moment only if they are at the beginning of one of the spans.
    return any(
        all(any(begin <= moment < end for begin, end in spans) for spans in bad) for each in bad for moment, _ in each
    )


def bound(copies: Sequence[Copy], years: float = YEARS, disaster: float = DISASTER) -> float:
    """An upper bound on the probability of loss: the expected number of moments at which the last good copy goes bad.

    Independent copies: each of them may be the last to go, while each other one is bad, which at any moment has at most
    the probability (rate × longest window); a disaster may be what takes the last ones, or keep others down.
    """
    buildings = sorted({copy.building for copy in copies})

    def down(copy: Copy) -> float:
        return min(1.0, copy.rate * copy.window + disaster * DISASTER_DAYS / 365.25)

    total = 0.0
    for copy in copies:
        others = [down(other) for other in copies if other is not copy]
        total += copy.rate * math.prod(others)
        # Others in the building of a disaster that is under way are down together.
        for building in buildings:
            apart = [down(other) for other in copies if other is not copy and other.building != building]
            if building != copy.building:
                total += copy.rate * disaster * DISASTER_DAYS / 365.25 * math.prod(apart)
    for building in buildings:
        total += disaster * math.prod(down(copy) for copy in copies if copy.building != building)
    if len(copies) == 1:
        return 1 - math.exp(-(copies[0].rate + disaster) * years)
    return min(1.0, total * years)


def simulate(copies: Sequence[Copy], trials: int, seed: int, years: float = YEARS) -> tuple[float, float]:
    """Share of lives in which the case was lost, and its standard error."""
    chance = random.Random(seed)
    count = sum(lost(copies, chance, years) for _ in range(trials))
    share = count / trials
    return share, math.sqrt(max(share * (1 - share), 1 / trials) / trials)


def _plot(rows: Sequence[tuple[str, float, float, float]]) -> str:
    left, width, line, low = 330, 420, 30, -7.0
    height = 40 + line * len(rows) + 30

    def x(value: float) -> float:
        return left + width * (1 - max(math.log10(max(value, 10**low)), low) / low)

    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {left + width + 90} {height}'"
        " font-family='sans-serif' font-size='12'>"
    ]
    for power in range(int(low), 1):
        place = x(10.0**power)
        parts.append(f"<line x1='{place:.0f}' x2='{place:.0f}' y1='24' y2='{height - 26}' stroke='#ddd'/>")
        parts.append(f"<text x='{place:.0f}' y='{height - 10}' text-anchor='middle'>1e{power}</text>")
    for number, (name, share, _, most) in enumerate(rows):
        y = 34 + number * line
        parts.append(f"<text x='{left - 8}' y='{y + 12}' text-anchor='end'>{name}</text>")
        parts.append(f"<rect x='{left}' y='{y}' width='{max(x(share) - left, 0):.1f}' height='16' fill='#1f4e79'/>")
        parts.append(
            f"<line x1='{x(most):.1f}' x2='{x(most):.1f}' y1='{y - 3}' y2='{y + 19}' stroke='#c0392b'"
            " stroke-width='3'/>"
        )
    parts.append(f"<text x='{left}' y='16'>probability of loss in 30 years (bar: simulated, line: bound)</text>")
    return "".join(parts) + "</svg>\n"


def main() -> None:
    """Simulate every policy and write the page and the picture."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rows = []
    for name, copies in POLICIES.items():
        share, error = simulate(copies, trials, 4)
        rows.append((name, share, error, bound(copies)))
        sys.stdout.write(f"{name}: {share:.2e} ± {error:.0e}, bound {rows[-1][3]:.2e}\n")
    table = "".join(
        f"| {name} | {f'{share:.2g} ± {error:.1g}' if share else f'< {3 / trials:.0e}'} | {most:.2g} |\n"
        for name, share, error, most in rows
    )
    kinds = "".join(
        f"| {one.kind} | {one.rate:.0%} | {one.audit:.0f} | {one.mend:.0f} |\n" for one in (server(), drive(), disc())
    )
    (DOCS / "loss.svg").write_text(_plot(rows), encoding="utf-8")
    (DOCS / "loss.md").write_text(
        "# How likely is a case to be lost?\n\n"
        f"Simulated: {trials:,} lives of a case of 30 years for each policy\n"
        f"(`python tools/simulate_loss.py {trials}`). A copy goes bad at random; nobody knows until the next audit\n"
        "of its medium; mending needs one good copy. A disaster takes a whole building"
        f" ({DISASTER:.1%} a year).\n"
        "Copies otherwise fail independently of each other: a fault common to all (the same bug, the same thief) is\n"
        "not in these numbers.\n\n"
        "| kind | goes bad a year | days between audits | days to mend |\n|---|---|---|---|\n"
        + kinds
        + "\nThe rates are assumptions, not measurements; put your own into `tools/simulate_loss.py`.\n\n"
        "| policy | lost in 30 years | bound |\n|---|---|---|\n" + table + "\n![probability of loss](loss.svg)\n\n"
        "The bound is analytical: the expected number of moments at which the last good copy goes bad, each other\n"
        "copy being bad at any moment with at most the probability rate × (interval + days to mend). A test holds\n"
        "simulation and bound against each other.\n\n"
        "What it says: an audited second copy is worth ten times and more; a third one in another building ten times\n"
        "again, in the same building next to nothing, since the disaster decides; and three copies that nobody reads\n"
        "back are worth less than two that are audited.\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
