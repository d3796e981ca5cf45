"""`python -m benchmarks [--once] [name …]`: runs them, prints the table, keeps the last results in results.md."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import re
import time
from pathlib import Path

from benchmarks import measure
from preserve.clock import now, stamp

NAMES = (
    "start",
    "identification",
    "small_files",
    "keep",
    "many",
    "many_cases",
    "transcode",
    "media",
    "stores",
    "audits",
    "audit_history",
    "history",
    "rules",
    "search",
    "retention",
    "looks",
    "planning",
    "ledger",
    "growth",
    "web",
    "web_uploads",
    "web_recordings",
    "web_jobs",
    "reading",
    "scale",
    "scale_search",
)
RESULTS = Path(__file__).parent / "results.md"
_HEAD = "| what | measured | floor or peer in the same run | ratio | target | |\n|---|---|---|---|---|---|\n"


def main() -> None:
    """Run the named benchmarks, or all; rows of others stay as they were.

    A benchmark's rows are kept as soon as it has ended, so that a run that is broken off loses none of them.
    """
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("--once", action="store_true", help="one run each in place of the median of three")
    asked.add_argument("name", nargs="*", choices=[*NAMES, []], metavar="name", help=", ".join(NAMES))
    given = asked.parse_args()
    if given.once:
        measure.RUNS = 1
    chosen = given.name or list(NAMES)
    kept: dict[str, str] = {}
    if RESULTS.exists():
        for found in re.finditer(r"<!-- (\w+) -->\n(.*?)<!-- end -->", RESULTS.read_text(encoding="utf-8"), re.DOTALL):
            kept[found[1]] = found[2]
    for name in chosen:
        load = _quiet()
        rows = importlib.import_module(f"benchmarks.{name}").main()
        if load > 1:  # figures of a machine that was busy say so themselves
            rows = [f"{row.removesuffix(' |')} (load {load:.1f} before the start) |" for row in rows]
        when = f"{stamp(now())}, load {load:.2f} before the start, runs: {measure.RUNS}"
        kept[name] = f"### {name} ({when})\n\n{_HEAD}" + "\n".join(rows) + "\n"
        print(kept[name], flush=True)
        _keep(kept)


def _keep(kept: dict[str, str]) -> None:
    """The tables of all benchmarks, in their order, as the last results."""
    text = (
        "# Last results\n\nRatios against a floor or peer measured in the same run; seconds are this machine's.\n\n"
        f"Machine: {platform.system()} {platform.machine()}, Python {platform.python_version()}. "
        "`make bench` runs all.\n\n"
    )
    for name in NAMES:
        if name in kept:
            text += f"<!-- {name} -->\n{kept[name]}<!-- end -->\n\n"
    RESULTS.write_text(text, encoding="utf-8")


def _quiet() -> float:
    """Load before the start. What the benchmark before left behind is waited for, three minutes at most."""
    until = time.monotonic() + 180
    while os.getloadavg()[0] > 0.9 and time.monotonic() < until:
        time.sleep(5)
    return os.getloadavg()[0]


if __name__ == "__main__":
    main()
