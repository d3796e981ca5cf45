"""How fast and how long an audit may read: seconds, bytes, a share of the disk's time, hours of the day."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from datetime import time as day_time
from typing import TypeVar
from zoneinfo import ZoneInfo

from preserve.errors import UsageError
from preserve.progress import check_stop
from preserve.work import threads
from storage_adapters.programs import ask

_UNITS = {"": 1, "k": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
Result = TypeVar("Result")

_LOWER = 10  # steps of niceness
_NAP = 0.25  # seconds asleep at most before a wish to stop is heard


class OutOfBudget(Exception):
    """The budget is used up; what was read so far counts."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use: seconds and bytes (0: no bound), share of the time (1: all of it), hours of the day."""

    seconds: float = 0
    size: int = 0
    share: float = 1.0
    hours: tuple[day_time, day_time] | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def open_at(self, moment: datetime) -> bool:
        """Whether a run may read at this moment."""
        if self.hours is None:
            return True
        here = moment.astimezone(self.zone).time()
        begin, end = self.hours
        return begin <= here < end if begin <= end else here >= begin or here < end


def parse_hours(text: str) -> tuple[day_time, day_time] | None:
    """`22:00-06:00`; empty: None. Raises UsageError."""
    if not text:
        return None
    try:
        begin, end = (day_time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError as error:
        raise UsageError("audit.hours-wrong", text) from error
    return begin, end


def parse_span(text: str) -> float:
    """Seconds of `90s`, `30m`, `6h`. Raises UsageError."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh])", text.strip())
    if not match:
        raise UsageError("audit.span-wrong", text)
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def parse_size(text: str) -> int:
    """Bytes of `500MB`, `20GB`, `1TB` (decimal units, as drives are sold). Raises UsageError."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kMGT]?B?)", text.strip())
    if not match:
        raise UsageError("audit.size-wrong", text)
    return int(float(match[1]) * _UNITS[match[2].removesuffix("B")])


class Pace:
    """Called with the bytes read since the last call: counts, rests, and passes the count on.

    Only the time between two calls counts as busy. `check` is for the places where stopping loses nothing: before a
    file is begun. Several are read at once, so what is begun counts against the budget, not only what was read.
    """

    def __init__(
        self,
        budget: Budget,
        progress: Callable[[int], None],
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
        nap: Callable[[float], None] = time.sleep,
    ) -> None:
        self.budget, self._progress, self._now, self._clock, self._nap = budget, progress, now, clock, nap
        self.began = self._resumed = clock()
        self.size = 0
        self._begun = 0

    def __call__(self, moved: int) -> None:
        self.size += moved
        self._progress(moved)
        self._rest()

    def check(self, size: int = 0) -> None:
        """Before a file of `size` bytes (0: not known) is begun: raise OutOfBudget where no more may be read."""
        budget = self.budget
        if budget.seconds and self._clock() - self.began >= budget.seconds:
            raise OutOfBudget("seconds")
        if budget.size and max(self.size, self._begun) >= budget.size:
            raise OutOfBudget("bytes")
        if not budget.open_at(self._now()):
            raise OutOfBudget("hours")
        self._begun += size

    def _rest(self) -> None:
        busy = self._clock() - self._resumed
        left = busy * (1 - self.budget.share) / self.budget.share
        while left > 0:
            check_stop()
            self._nap(min(left, _NAP))
            left -= _NAP
        self._resumed = self._clock()


def step_back() -> None:
    """Let everything else on this machine go first: idle class of the disk scheduler, lowest priority of the processor.

    It counts for the calling thread until that ends, and for the threads and programs that it starts from here on;
    what else this process does is not slowed down. Where the system does not know how, the pace is kept all the same.
    """
    thread = threading.get_native_id()
    try:
        os.setpriority(os.PRIO_PROCESS, thread, _LOWER + os.getpriority(os.PRIO_PROCESS, thread))
        ask(["ionice", "-c", "3", "-p", str(thread)])
    except OSError:
        return


def stepped_back(work: Callable[[], Result]) -> Result:
    """Do this work in a thread that steps back, and return what it returns. Raises what it raises.

    An unprivileged thread cannot take its own priority back, so it gets one that ends with the work.
    """
    with threads(1) as pool:
        return pool.submit(_after_stepping_back, work).result()


def _after_stepping_back(work: Callable[[], Result]) -> Result:
    step_back()
    return work()
