"""`python -m benchmarks [name …]`: runs them, prints the table, keeps the last results in results.md."""

from __future__ import annotations

import importlib
import platform
import re
import sys
from pathlib import Path

from preserve.clock import now, stamp

NAMES = (
    "start",
    "identification",
    "small_files",
    "keep",
    "many",
    "transcode",
    "media",
    "audits",
    "audit_history",
    "history",
    "rules",
    "search",
    "retention",
    "looks",
    "planning",
)
RESULTS = Path(__file__).parent / "results.md"
_HEAD = "| what | measured | floor or peer in the same run | ratio | target | |\n|---|---|---|---|---|---|\n"


def main() -> None:
    """Run the named benchmarks, or all; rows of others stay as they were."""
    chosen = [name for name in sys.argv[1:] if name in NAMES] or list(NAMES)
    kept: dict[str, str] = {}
    if RESULTS.exists():
        for found in re.finditer(r"<!-- (\w+) -->\n(.*?)<!-- end -->", RESULTS.read_text(encoding="utf-8"), re.DOTALL):
            kept[found[1]] = found[2]
    for name in chosen:
        rows = importlib.import_module(f"benchmarks.{name}").main()
        kept[name] = f"### {name} ({stamp(now())})\n\n{_HEAD}" + "\n".join(rows) + "\n"
        print(kept[name], flush=True)
    text = (
        "# Last results\n\nRatios against a floor or peer measured in the same run; seconds are this machine's.\n\n"
        f"Machine: {platform.system()} {platform.machine()}, Python {platform.python_version()}. "
        "`make bench` runs all.\n\n"
    )
    for name in NAMES:
        if name in kept:
            text += f"<!-- {name} -->\n{kept[name]}<!-- end -->\n\n"
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
