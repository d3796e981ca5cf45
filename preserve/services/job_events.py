"""What becomes of a job, as it happens: for pages that stay open, and for programs.

Only the job's own file is looked at, so that a hundred open pages ask the catalogue nothing. Who may see the job was
asked when the following began; it ends after some minutes, and whoever follows on is asked again.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from preserve.data_management import jobs
from preserve.home import Home
from preserve.messages import Language, speaking
from preserve.services import job_folders
from preserve.services.job_folders import JobProgress, say_progress
from preserve.services.job_views import JobShown, state_label
from preserve.services.jobs import show
from preserve.services.session import Session

_LOOK = 0.3  # seconds between two looks at a file
_PULSE = 15.0  # seconds without news after which one is told that there are none
LONGEST = 300.0
"""Seconds after which following ends, and begins anew with who may see the job."""

_OPEN = (*jobs.WAITING, *jobs.AT_WORK)


_ENDING = threading.Event()


def end_following() -> None:
    """Let all that is followed in this process end at once, for it is about to stop; whoever follows asks again."""
    _ENDING.set()


@dataclass(frozen=True, slots=True)
class JobEvent:
    """`progress` with what is done and its line in words, `state` with the new one, `pulse` where nothing happened.

    `number` is what following goes on after. `percent` is None where nobody knows how much it is.
    """

    number: int
    kind: Literal["progress", "state", "pulse"]
    text: str = ""
    state: str = ""
    percent: int | None = None


def follow(session: Session, job: str, after: int = 0, longest: float = LONGEST) -> AsyncIterator[JobEvent]:
    """What becomes of a job after event number `after`, until it has ended. Raises NotFound before the first event."""
    return _follow(session.home, show(session, job), session.language, after, longest)


async def _follow(
    home: Home, shown: JobShown, language: Language, after: int, longest: float
) -> AsyncIterator[JobEvent]:
    path = job_folders.folder(home, shown.id) / job_folders.PROGRESS
    begun = heard = time.monotonic()
    looked: tuple[int, int] | None = None
    if shown.state not in _OPEN:
        with speaking(language):
            yield JobEvent(after, "state", state_label(shown.state), shown.state)
        return
    while (now := time.monotonic()) - begun < longest and not _ENDING.is_set():
        try:
            status = path.stat()
            seen = (status.st_size, status.st_mtime_ns)
        except OSError:
            seen = (0, 0)
        events = []
        if seen != looked:
            looked = seen
            with speaking(language):
                events = list(_events(home, shown, after))
        for event in events:
            after, heard = event.number, now
            yield event
            if event.kind == "state" and event.state not in _OPEN:
                return
        if now - heard >= _PULSE:
            heard = now
            yield JobEvent(after, "pulse")
        await asyncio.sleep(_LOOK)


def _events(home: Home, shown: JobShown, after: int) -> list[JobEvent]:
    """The news since an event; of several lines of progress only the newest, for it tells all."""
    found: list[JobEvent] = []
    for line in job_folders.lines(home, shown.id, after):
        number = int(line["number"])
        if "state" in line:
            state = str(line["state"])
            found.append(JobEvent(number, "state", state_label(state), state))
        elif shown.whole and (known := job_folders.progress_in(line)) is not None:
            if found and found[-1].kind == "progress":
                found.pop()
            found.append(JobEvent(number, "progress", say_progress(known), percent=percent_of(known)))
    return found


def percent_of(progress: JobProgress) -> int | None:
    """How much is done of what is known to be done, in hundredths."""
    if progress.total:
        return min(100, 100 * progress.done // progress.total)
    if progress.files:
        return min(100, 100 * progress.files_done // progress.files)
    return None
