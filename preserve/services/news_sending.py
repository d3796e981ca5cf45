"""News of deposits and jobs on their way to the system that handed in: in order, until they arrive, and no content.

What happened stands in the ledger; which entries were sent stands in a small file of the home. So nothing is lost
by a restart or a receiver that is away, and something may come twice: each piece of news has a number of its own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ValidationError

from preserve.administration.webhook import Receiver, read_receiver, send
from preserve.clock import stamp
from preserve.data_management import jobs, ledger
from preserve.data_management.archive import Archive
from preserve.errors import Busy, NotFound, PreserveError
from preserve.work import hold
from storage_adapters.durable import write_file

_log = logging.getLogger("preserve.news")
_FILE, _LOCK = "news.json", "news.lock"
_LOOK = 1.0  # seconds between two looks at the ledger
_LONGEST = 600.0  # seconds between two tries, where the receiver does not answer
_AT_ONCE = 200  # entries that are looked at in one turn
_DEPOSIT, _BEGUN = "deposit.", (jobs.ASKED, jobs.RESUMED)

News = dict[str, object]


class _Sent(BaseModel):
    """How far the news are: the last entry of the ledger that was seen to, and the jobs whose end is waited for."""

    after: int
    open: list[str] = []


class Messenger:
    """Sends what is new of one archive."""

    def __init__(self, archive: Archive) -> None:
        """What happened before the first one is not news."""
        self._archive = archive
        self._file = archive.home.work / _FILE
        self._sent = self._read()

    def _read(self) -> _Sent:
        try:
            return _Sent.model_validate_json(self._file.read_text(encoding="utf-8"))
        except (OSError, ValidationError):
            with self._archive.catalogue.read() as connection:
                first = _Sent(after=ledger.size(connection))
        write_file(self._file, first.model_dump_json().encode())
        return first

    def turn(self, receiver: Receiver) -> bool:
        """Send what there is now; False where the receiver did not take it. Raises Busy, NotIntact."""
        return self._of_ledger(receiver) and self._of_jobs(receiver)

    def _of_ledger(self, receiver: Receiver) -> bool:
        after = self._sent.after
        with self._archive.catalogue.read() as connection:
            entries = list(ledger.entries(connection, after + 1, after + _AT_ONCE))
        for entry in entries:
            if entry.action.startswith(_DEPOSIT):
                news: News = {
                    "id": f"ledger-{entry.number}",
                    "event": entry.action,
                    "subject": entry.subject,
                    "time": entry.time,
                }
                if not self._send(receiver, news):
                    return False
            elif entry.action in _BEGUN and entry.subject not in self._sent.open:
                self._sent.open.append(entry.subject)
            self._sent.after = entry.number
        if entries:
            self._keep()
        return True

    def _of_jobs(self, receiver: Receiver) -> bool:
        for job in list(self._sent.open):
            try:
                with self._archive.catalogue.read() as connection:
                    row = jobs.read(connection, job)
            except NotFound:
                row = None
            if row is not None and row.state in (*jobs.WAITING, *jobs.AT_WORK):
                continue
            if row is not None:
                news: News = {
                    "id": f"{job}-{row.attempt}",
                    "event": f"job.{row.state}",
                    "subject": job,
                    "operation": row.operation,
                    "time": row.ended or "",
                }
                if not self._send(receiver, news):
                    return False
            self._sent.open.remove(job)
            self._keep()
        return True

    def _send(self, receiver: Receiver, news: News) -> bool:
        if send(receiver, news, int(self._archive.now().timestamp())):
            return True
        self._keep()
        return False

    def _keep(self) -> None:
        write_file(self._file, self._sent.model_dump_json().encode())


def _tell(archive: Archive, path: Path, end: threading.Event) -> None:
    pause, another = _LOOK, Busy("catalogue.busy", str(archive.home.work / _LOCK))
    while not end.wait(pause):
        try:
            # Of several machines whichever comes first; what it sent stands in the file that all of them read.
            with hold(archive.home.work / _LOCK, another):
                taken = Messenger(archive).turn(read_receiver(path))
        except PreserveError as error:
            if taken := error is another:
                continue
            _log.warning("%s no news are sent: %s", stamp(archive.now()), error)
        pause = _LOOK if taken else min(max(pause, _LOOK) * 2, _LONGEST)


@contextmanager
def telling(archive: Archive) -> Iterator[None]:
    """Within it news are sent, where the settings name a file that says to whom."""
    named = archive.home.settings.web.webhook
    if not named:
        yield
        return
    end = threading.Event()
    thread = threading.Thread(target=_tell, args=(archive, archive.home.path / named, end), daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join(30)
