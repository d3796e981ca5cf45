"""Runs a module of ours over one hostile file in a process with bounds, and yields what it finds as it comes.

The process takes one request and gives JSON lines, the last of which says that it is at its end. It has bounds on
address space, processor time and what it writes, may not reach a network, runs at low priority, and is killed with all
that it started when it says nothing for too long or when nobody listens any more.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from storage_adapters.programs import kill_group, start_serving

CRASHED, TOO_LONG, TOO_LARGE = "reading.crashed", "reading.too-long", "reading.too-large"
_NETWORK = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo")
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET
_LOW = 10
_MOST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a process: `memory` bytes of address space, `seconds` until it must have said a line (and the next),
    `written` bytes of the largest file that it may write, `longest` bytes of a line, and how many `threads` it has."""

    memory: int = 4 << 30
    seconds: float = 300.0
    written: int = 0
    longest: int = 16 << 20
    threads: int = 1


class Broken(Exception):
    """The process did not come to its end. `code` is one of the codes above or the child's own; `words` say more."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(code, words)
        self.code, self.words = code, words


def run_bounded(
    module: str, request: dict[str, Any], limits: Limits | None = None, pulse: Callable[[], None] | None = None
) -> Iterator[dict[str, Any]]:
    """Start `module`, which calls `serve`, hand it the request, and yield its lines.

    `pulse` is called about once a second and may raise to stop. Whoever closes the iterator ends the process. Raises
    Broken after the last line that came.
    """
    bounds = limits or Limits()
    line = json.dumps({"limits": asdict(bounds), "request": request}).encode() + b"\n"
    try:
        process = start_serving(module, _settings(bounds.threads))
    except OSError as error:
        raise Broken(CRASHED, str(error)) from error
    try:
        yield from _lines(process, line, bounds, pulse)
    finally:
        _end(process)


def _settings(threads: int) -> dict[str, str]:
    """As many threads as it may have, also of the libraries below, whose stacks would fill its address space."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return {name: str(threads) for name in names} | {"MALLOC_ARENA_MAX": "2"}


def _lines(
    process: subprocess.Popen[bytes], request: bytes, limits: Limits, pulse: Callable[[], None] | None
) -> Iterator[dict[str, Any]]:
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None
    assert stdout is not None
    with suppress(OSError):  # one that is gone has said nothing, which is told below
        stdin.write(request)
        stdin.close()
    answers = select.poll()  # `select` takes no numbers above 1,023, which a service that is asked by many reaches
    answers.register(stdout, select.POLLIN | select.POLLHUP)
    said = b""
    ends = time.monotonic() + limits.seconds
    while True:
        while b"\n" not in said:
            if pulse is not None:
                pulse()
            left = ends - time.monotonic()
            if left <= 0:
                raise Broken(TOO_LONG, f"nothing for {limits.seconds:g} s")
            if not answers.poll(1000 * min(1.0, left)):
                continue
            if not (piece := os.read(stdout.fileno(), 1 << 16)):
                raise _gone(process)
            said += piece
            if len(said) > limits.longest:
                raise Broken(TOO_LARGE, f"a line of more than {limits.longest} bytes")
        line, _, said = said.partition(b"\n")
        try:
            answer = json.loads(line)
        except ValueError as error:
            raise Broken(CRASHED, "its answer is no JSON") from error
        if "broken" in answer:
            raise Broken(str(answer["broken"]), str(answer.get("words", "")))
        if "end" in answer:
            return
        yield answer
        ends = time.monotonic() + limits.seconds


def _gone(process: subprocess.Popen[bytes]) -> Broken:
    try:
        status = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return Broken(CRASHED, "it closed its answers")
    return Broken(TOO_LONG if status == -signal.SIGXCPU else CRASHED, f"it ended ({status})")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill it and what it started, whatever they do."""
    kill_group(process)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    with suppress(OSError, subprocess.SubprocessError):
        process.wait(timeout=30)


def serve(work: Callable[[dict[str, Any]], Iterator[dict[str, Any]]]) -> None:
    """As the process that `run_bounded` starts: answer its one request with the lines that `work` yields."""
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_WRONLY)
    for standard in (1, 2):  # what a library prints must not be taken for an answer
        os.dup2(nothing, standard)
    asked = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**asked["limits"])
    _bind(limits)

    def say(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()

    try:
        for answer in work(asked["request"]):
            say(answer)
            _renew(limits)
        say({"end": True})
    except BrokenPipeError:
        os._exit(1)  # nobody listens any more
    except MemoryError:
        say({"broken": TOO_LARGE})
    except Broken as error:
        say({"broken": error.code, "words": error.words[:_MOST_WORDS]})
    except Exception as error:  # noqa: BLE001  # libraries raise anything on hostile bytes
        say({"broken": CRASHED, "words": f"{type(error).__name__}: {error}"[:_MOST_WORDS]})


def _bind(limits: Limits) -> None:
    os.nice(_LOW)
    _leave_the_network()
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.written, limits.written))
    _renew(limits)
    sys.addaudithook(_refuse)


def _leave_the_network() -> None:
    """Into a network of its own that has nothing in it, where the system lets a process do so; source: unshare(2)."""
    library = ctypes.CDLL(None, use_errno=True)
    for flags in (_NEW_NETWORK, _NEW_NETWORK | _NEW_USER):
        if library.unshare(flags) == 0:
            return


def _renew(limits: Limits) -> None:
    """Also where nobody is left to kill it, it ends."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    bound = int(used.ru_utime + used.ru_stime + limits.seconds * (limits.threads + 1)) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (bound, resource.RLIM_INFINITY))


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    """A hook of Python's own that stays once it is there: no library asks the network for anything."""
    if event in _NETWORK:
        raise PermissionError(f"{event}: machine reading is off-line")
