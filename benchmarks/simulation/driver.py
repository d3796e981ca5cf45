"""One command of the program with a clock at the lock of its catalogue: `python -m benchmarks.simulation.driver OUT …`.

OUT gets JSON: wall and processor seconds of the command, and of each write transaction how long it waited for its turn,
how long it held the lock, and how much of that was processor time of its thread; and how long each fsync outside of one
took. Times are seconds.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from preserve.cli.main import run
from preserve.data_management.database import Catalogue

_HELD: list[tuple[float, float, float]] = []
_SYNCED: list[float] = []
_WITHIN = threading.local()
_begin = Catalogue.begin


def _timed(call: Callable[[int], None]) -> Callable[[int], None]:
    """A call that waits for a disc, with a clock at it."""

    def timed(handle: int) -> None:
        began = time.perf_counter()
        call(handle)
        if not getattr(_WITHIN, "lock", False):
            _SYNCED.append(time.perf_counter() - began)

    return timed


@contextmanager
def _clocked(self: Catalogue) -> Iterator[Any]:
    asked, stack = time.perf_counter(), ExitStack()
    with stack:
        connection = stack.enter_context(_begin(self))
        got, worked = time.perf_counter(), time.thread_time()
        _WITHIN.lock = True
        try:
            yield connection
        except BaseException:
            _HELD.append((got - asked, time.perf_counter() - got, time.thread_time() - worked))
            _WITHIN.lock = False
            raise
        _WITHIN.lock = False
        mark = len(_HELD)
        _HELD.append((got - asked, 0.0, 0.0))
    _HELD[mark] = (got - asked, time.perf_counter() - got, time.thread_time() - worked)


def main(out: Path, arguments: list[str]) -> int:
    """Run the command; its exit status."""
    Catalogue.begin = _clocked  # type: ignore[method-assign]
    os.fsync, os.fdatasync = _timed(os.fsync), _timed(os.fdatasync)  # type: ignore[assignment]
    began = time.perf_counter()
    status = run(arguments)
    wall = time.perf_counter() - began
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    told = {
        "status": status,
        "wall": wall,
        "processor": sum(one.ru_utime + one.ru_stime for one in used),
        "waited": [one[0] for one in _HELD],
        "held": [one[1] for one in _HELD],
        "worked": [one[2] for one in _HELD],
        "synced": _SYNCED,
    }
    out.write_text(json.dumps(told), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
