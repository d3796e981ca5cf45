"""`python -m benchmarks.simulation measure | check | run | all`; `all` does the three in this order."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict

from benchmarks.simulation import checking, measuring, report
from preserve.clock import now, stamp


def main(wish: str) -> int:
    """Do it."""
    if wish == "all":
        return main("measure") or main("check") or main("run")
    if wish == "measure":
        found = {"when": stamp(now()), **measuring.measure()}
        measuring.keep(found)
        print(json.dumps(found["costs"], indent=1))
        return 0
    if wish == "check":
        load = os.getloadavg()[0]
        trials = checking.check()
        kept = measuring.read()
        kept["check"] = {"when": stamp(now()), "load": round(load, 1), "trials": [asdict(one) for one in trials]}
        measuring.keep(kept)
        print(report.checked(kept))
        return 0
    if wish == "run":
        report.write()
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
