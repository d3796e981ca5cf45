"""Processes, locks, memory, room on a disk: the only room that knows of more than one process, or that time passes."""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from preserve.errors import Conflict, MediumProblem, PreserveError
from preserve.home import forget_secrets
from preserve.progress import check_stop
from storage_adapters.programs import start_ours

Item = TypeVar("Item")
Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")

_PR_SET_PDEATHSIG = 1  # prctl(2)
_LOOK_AGAIN = 0.02  # seconds between two looks at a lock that another holds


def _die_with_parent(parent: int) -> None:
    """Make the kernel end this worker when the process that started it ends, even by SIGKILL; leave signals to it."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def end_gently_with_parent(parent: int) -> None:
    """Let the kernel ask this process to stop (SIGTERM) when the one that started it ends, even by SIGKILL."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os.kill(os.getpid(), signal.SIGTERM)


def boot_id() -> str:
    """What this machine calls the time since it was started: a process of another such time does not live any more."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def start_own(arguments: Sequence[str], said: Path) -> subprocess.Popen[bytes]:
    """Start a command of this program beside this process, in a session of its own; what it says goes into a file.

    It is as trusted as we are, but whose token this process was given is not its business.
    """
    said.parent.mkdir(parents=True, exist_ok=True)
    return start_ours("from preserve.cli.main import main; main()", arguments, said, without=("PRESERVE_TOKEN",))


def wait_for_any(children: Sequence[subprocess.Popen[bytes]], seconds: float) -> None:
    """Wait so long, or until one of these has ended. Raises Stopped."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        check_stop()
        if any(child.poll() is not None for child in children):
            return
        time.sleep(_LOOK_AGAIN)


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


class _Threads(ThreadPoolExecutor):
    """A bare pool starts its threads with an empty context: deaf to a wish to stop, and speaking the first language."""

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """As `Executor.submit`, in a copy of the caller's context; `map` submits too."""
        context = copy_context()
        return super().submit(lambda: context.run(fn, *args, **kwargs))


def threads(count: int) -> ThreadPoolExecutor:
    """`count` threads that can be stopped with the work which submits to them, and speak its language."""
    return _Threads(count)


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
                yield result_of(waiting.popleft())
        while waiting:
            check_stop()
            yield result_of(waiting.popleft())
    finally:
        for future in waiting:
            future.cancel()


def answer(
    pool: Executor, work: Callable[Arguments, Result], *arguments: Arguments.args, **named: Arguments.kwargs
) -> Result:
    """What one call comes to in a process of the pool. Raises as `map_batches`."""
    return result_of(pool.submit(work, *arguments, **named))


def result_of(future: Future[Result]) -> Result:
    """What came of a call in another process. Raises as `map_batches`."""
    while True:
        try:
            return future.result(timeout=0.2)
        except BrokenProcessPool as error:
            raise PreserveError("work.worker-died", detail=str(error)) from error
        except TimeoutError:
            if future.done():  # raised by the work itself
                raise
            check_stop()


def give_back() -> None:
    """Give memory that is free in this process back to the system: a large list that went leaves holes, which the
    allocator of C keeps for itself. Takes some milliseconds; where the C library has no such call nothing happens."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


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


class Locks(Protocol):
    """Who keeps locks that several machines must agree on."""

    def hold(self, file: Path, busy: PreserveError, wait: float) -> AbstractContextManager[None]:
        """What holds it within. Raises `busy` while another holds it, after so many seconds of waiting."""


_kept_elsewhere: dict[Path, Locks] = {}


def keep_locks(folder: Path, locks: Locks) -> None:
    """Have the locks below a folder kept by somebody else than the kernel of this machine; the first one stays."""
    _kept_elsewhere.setdefault(folder, locks)


def hold(file: Path, busy: PreserveError, wait: float = 0) -> AbstractContextManager[None]:
    """Hold a lock file; it is let go with the process that holds it, however that ends.

    Raises `busy` while another holds it, after so many seconds of waiting.
    """
    for folder, locks in _kept_elsewhere.items():
        if file.is_relative_to(folder):
            return locks.hold(file, busy, wait)
    return hold_here(file, busy, wait)


@contextmanager
def hold_here(file: Path, busy: PreserveError, wait: float = 0) -> Iterator[None]:
    """As `hold`, between the processes of this machine."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Read only: the door and the worker are two users, and each locks files that the other made.
        handle = os.open(file, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise MediumProblem("ingest.work-unwritable", str(file), reason=error.strerror or str(error)) from error
    try:
        _lock(handle, busy, time.monotonic() + wait)
        yield
    finally:
        os.close(handle)


def is_held(file: Path) -> bool:
    """Whether a process of this machine holds a lock file (`hold`), asked without touching the lock: proc_locks(5)."""
    try:
        number = os.stat(file).st_ino
        locks = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return False
    # By the inode alone: btrfs gives a file another device number than the one that is listed.
    held = (line.split() for line in locks.splitlines())
    return any(words[1] == "FLOCK" and words[5].rpartition(":")[2] == str(number) for words in held if len(words) > 5)


def claim(work: Path, case_number: str, busy: str = "ingest.under-way") -> AbstractContextManager[None]:
    """Hold the case of that number: only one run may work on it at a time.

    Raises Refused with the code `busy` when another run holds it.
    """
    name = hashlib.sha256(case_number.encode()).hexdigest()[:32]
    return hold(work / f"{name}.lock", Conflict(busy, case_number))


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
