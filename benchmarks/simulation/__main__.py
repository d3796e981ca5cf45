"""`python -m benchmarks.simulation measure | check | run`."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict

from benchmarks.simulation import checking, measuring
from preserve.clock import now, stamp


def main(wish: str) -> int:
    """Do it."""
    if wish == "measure":
        found = {"when": stamp(now()), **measuring.measure()}
        measuring.MEASURED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(found["costs"], indent=1))
        return 0
    if wish == "check":
        load = os.getloadavg()[0]
        trials = checking.check(measuring.costs())
        kept = measuring.read()
        kept["check"] = {"when": stamp(now()), "load": round(load, 1), "trials": [asdict(one) for one in trials]}
        measuring.MEASURED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        for one in trials:
            where = "one home" if one.shared else "own homes"
            print(
                f"{one.workers} {where}: {one.seconds:.1f} s, foreseen {one.foreseen:.1f} s ({one.error:+.0%}), "
                f"share {one.share:.2f}, waited {one.waited:.2f} s"
            )
        return 0
    if wish == "run":
        from benchmarks.simulation import report

        report.write()
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
