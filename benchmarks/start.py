"""How long `preserve --help` takes, against importing click alone."""

from __future__ import annotations

import sys

from benchmarks.measure import PROGRAM, row, timed


def main() -> list[str]:
    """The ratio of the medians of nine runs each, in turn."""
    ours, floor = [], []
    for _ in range(9):
        floor.append(timed([sys.executable, "-c", "import click"]).seconds)
        ours.append(timed([PROGRAM, "--help"]).seconds)
    mine, other = sorted(ours)[4], sorted(floor)[4]
    return [
        row(
            "preserve --help",
            f"{mine * 1000:.0f} ms",
            f"python -c 'import click': {other * 1000:.0f} ms",
            f"{mine / other:.1f}",
            "≤ 3",
            mine / other <= 3,
        )
    ]
