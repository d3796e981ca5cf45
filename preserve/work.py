"""Processes, progress and stopping: the only room that knows there is more than one process, or that time passes.

A long piece of work calls its `Watcher` with the bytes it moved. That shows progress and is also the checkpoint at
which a wish to stop (Ctrl-C, SIGTERM) becomes `Stopped`, so that work ends between two durable states, not inside.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Literal, Self, TextIO, TypeVar

from preserve.errors import MediumProblem, PreserveError, Stopped
from preserve.home import forget_secrets
from preserve.messages import bytes_for_people, say
from preserve.terminal import console
from preserve.visible_text import one_line

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

Item = TypeVar("Item")
Result = TypeVar("Result")
Show = Literal["bars", "lines", "nothing"]

_PR_SET_PDEATHSIG = 1  # prctl(2)
_LINE_EVERY = 10.0  # seconds between two lines on a pipe
_LOOK_AGAIN = 0.02  # seconds between two looks at a lock that another holds

_stop = threading.Event()


def check_stop() -> None:
    """Raise Stopped when somebody asked to stop."""
    if _stop.is_set():
        raise Stopped("work.stopped")


def ask_to_stop() -> None:
    """Ask the work under way to stop at its next checkpoint."""
    _stop.set()


@contextmanager
def stoppable() -> Iterator[None]:
    """Within it SIGINT and SIGTERM ask to stop; a second one of them acts as if this were not here."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def asked(number: int, frame: FrameType | None) -> None:
        ask_to_stop()
        signal.signal(number, before[signal.Signals(number)] or signal.SIG_DFL)

    for number in before:
        signal.signal(number, asked)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        _stop.clear()


def _die_with_parent(parent: int) -> None:
    """Make the kernel end this worker when the process that started it ends, even by SIGKILL; leave signals to it."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def executor(jobs: int = 0) -> Executor:
    """Worker processes, `jobs` of them (0: one for each processor).

    They are spawned, not forked: a fork of a process with threads or an open database may hang or share its locks.
    PR_SET_PDEATHSIG is bound to the thread that starts a worker, so submit from a thread that lives as long as the
    work; `map_batches` does.
    """
    return ProcessPoolExecutor(
        jobs or processors(),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin_work,
        initargs=(os.getpid(),),
    )


def _begin_work(parent: int) -> None:
    """A worker reads hostile files: it ends with who started it, and knows no token and no password."""
    _die_with_parent(parent)
    forget_secrets()


def map_batches(
    pool: Executor, work: Callable[[Item], Result], items: Iterable[Item], ahead: int = 0
) -> Iterator[Result]:
    """`work(item)` for each item, in their order, with at most `ahead` under way (0: two for each processor).

    `items` is drawn only as results are taken, so memory does not grow with their number. Raises Stopped between
    two results, PreserveError when a worker died, and whatever `work` raises.
    """
    ahead = ahead or 2 * processors()
    waiting: deque[Future[Result]] = deque()
    drawn = iter(items)
    try:
        for item in drawn:
            check_stop()
            waiting.append(pool.submit(work, item))
            if len(waiting) >= ahead:
                yield _result(waiting.popleft())
        while waiting:
            check_stop()
            yield _result(waiting.popleft())
    finally:
        for future in waiting:
            future.cancel()


def _result(future: Future[Result]) -> Result:
    while True:
        try:
            return future.result(timeout=0.2)
        except BrokenProcessPool as error:
            raise PreserveError("work.worker-died", detail=str(error)) from error
        except TimeoutError:
            if future.done():  # raised by the work itself
                raise
            check_stop()


def free_space(path: Path) -> int:
    """Bytes that this user may still write where `path` lies, or would lie: the nearest folder that exists counts."""
    place = path.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free


def require_space(path: Path, needed: int, reserve: int = 0) -> None:
    """Raise MediumProblem unless `needed` bytes fit at `path` with `reserve` bytes left over."""
    free = free_space(path)
    if needed + reserve > free:
        raise MediumProblem("work.no-space", str(path), needed=needed, reserve=reserve, free=free)


@contextmanager
def hold(file: Path, busy: PreserveError, wait: float = 0) -> Iterator[None]:
    """Hold a lock file; it is let go with the process that holds it, however that ends.

    Raises `busy` while another holds it, after so many seconds of waiting.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise MediumProblem("ingest.work-unwritable", str(file), reason=error.strerror or str(error)) from error
    try:
        _lock(handle, busy, time.monotonic() + wait)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, busy: PreserveError, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if time.monotonic() >= until:
                raise busy from error
        check_stop()
        time.sleep(_LOOK_AGAIN)


def how_to_show(stream: TextIO, *, as_json: bool) -> Show:
    """Bars on a terminal, plain lines on a pipe, nothing where a program listens."""
    if as_json:
        return "nothing"
    return "bars" if stream.isatty() else "lines"


class Watcher:
    """Shows how far the work is, in bytes and files with the time left, and is its checkpoint for stopping.

    Call it with the bytes done since the last call. Use as a context; on stderr, for stdout belongs to results.
    """

    def __init__(self, show: Show = "nothing", stream: TextIO | None = None) -> None:
        self._show = show
        self._stream = stream or sys.stderr
        self._bars: Bars | None = None
        self._task: TaskID | None = None
        self._title = ""
        self._total: int | None = None
        self._files = 0
        self._said, self._said_of = 0.0, 0
        self.done = 0
        self.files_done = 0

    def __enter__(self) -> Self:
        if self._show == "bars":
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

            self._bars = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                DownloadColumn(),
                TextColumn("{task.fields[files]}", markup=False),
                TimeRemainingColumn(),
                console=console(self._stream),
                transient=True,
            )
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def begin(self, title: str, total: int | None = None, files: int = 0) -> None:
        """A new stretch of work: its name, and its bytes and files as far as they are known."""
        check_stop()
        title = one_line(title)
        self._title, self._total, self._files = title, total, files
        self.done = self.files_done = self._said_of = 0
        self._said = time.monotonic()
        if self._bars is not None:
            if self._task is not None:
                self._bars.remove_task(self._task)
            self._task = self._bars.add_task(title, total=total, files="")
        elif self._show == "lines":
            self._say(title)

    def __call__(self, moved: int, files: int = 0) -> None:
        """`moved` bytes and `files` files more are done. Raises Stopped when somebody asked to stop."""
        check_stop()
        self.done += moved
        self.files_done += files
        if self._bars is not None and self._task is not None:
            counted = f"{self.files_done}/{self._files}" if self._files else ""
            self._bars.update(self._task, completed=self.done, files=counted)
        elif (
            self._show == "lines"
            and self.done > self._said_of
            and (now := time.monotonic()) - self._said >= _LINE_EVERY
        ):
            self._said, self._said_of = now, self.done
            self._say(self._line())

    def _line(self) -> str:
        part = f"{100 * self.done // self._total}%" if self._total else bytes_for_people(self.done)
        values: dict[str, str | int | float] = {
            "title": self._title,
            "part": part,
            "done": self.files_done,
            "files": self._files,
        }
        return say("work.progress-files" if self._files else "work.progress", **values)

    def _say(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._stream.write(text + "\n")
            self._stream.flush()
