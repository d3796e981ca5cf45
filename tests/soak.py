"""Long campaigns: `python -m tests.soak [--minutes M] [NAME...]`; the last results stand in `tests/soak-results.md`.

Every campaign judges from outside and stops with an error at the first round that goes wrong, naming its seed.
"""

from __future__ import annotations

import argparse
import importlib
import re
import tempfile
import time
from pathlib import Path

from preserve.clock import now, stamp

NAMES = (
    "kills",
    "media",
    "damage",
    "faults",
    "deliveries",
    "attack",
    "million",
    "cluster",
    "hearing",
    "read_case",
    "imports",
)
RESULTS = Path(__file__).parent / "soak-results.md"


def results() -> dict[str, str]:
    """What each campaign came to when it last ran."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    return dict(re.findall(r"^## (\w+)\n\n(.*?)(?=\n## |\Z)", text, re.MULTILINE | re.DOTALL))


def main() -> None:
    """Run the campaigns one after the other, each for so many minutes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("names", nargs="*", choices=(*NAMES, []), default=NAMES)
    chosen = parser.parse_args()
    for name in chosen.names or NAMES:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="preserve-soak-") as folder:
            campaign = importlib.import_module(f"tests.campaigns.{name}")
            said = campaign.run(Path(folder), 60 * chosen.minutes, chosen.seed)
        minutes = (time.monotonic() - began) / 60
        found = results() | {name: f"{stamp(now())}, {minutes:.1f} minutes, seed {chosen.seed}: {said}\n"}
        sections = "\n".join(f"## {one}\n\n{found[one].strip()}\n" for one in NAMES if one in found)
        RESULTS.write_text(f"# Last soak\n\n{sections}", encoding="utf-8")
        print(f"{name}: {said}", flush=True)


if __name__ == "__main__":
    main()
