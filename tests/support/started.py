"""A command that runs beside the test: forked from the warm process (see warm.py), used like `subprocess.Popen`."""

from __future__ import annotations

import array
import contextlib
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

# What the interpreter, the loader and the allocator read at their own start, and a fork inherits.
AT_THE_START = ("PYTHON", "LD_", "MALLOC_", "GLIBC_", "LC_", "LANG")
LATER = frozenset({"LANGUAGE"})  # gettext reads it whenever it looks for a catalogue
LIMITS = (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CPU)

LARGEST = 100_000  # bytes of a request, well below what a socket's buffer takes at once


class Started:
    """A running command. `communicate` and `wait` raise subprocess.TimeoutExpired, and may then be called again."""

    def __init__(self, arguments: Sequence[str], status: int, out: int, error: int) -> None:
        self.args = list(arguments)
        self.returncode: int | None = None
        self._status = status
        self._said = {out: bytearray(), error: bytearray()}
        self._open = [out, error]
        self._out, self._error = out, error
        self.pid = int(self._line(None))

    def poll(self) -> int | None:
        """The exit status, or None while it runs; negative: the signal that ended it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        if self.returncode is None:
            self.returncode = int(self._line(timeout))
            os.close(self._status)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All it says, once it ended."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._open:
            for stream in self._ready(self._open, deadline):
                if data := os.read(stream, 1 << 16):
                    self._said[stream] += data
                else:
                    self._open.remove(stream)
                    os.close(stream)
        self.wait(None if deadline is None else max(0.0, deadline - time.monotonic()))
        return self._text(self._out), self._text(self._error)

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it ended already."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def _ready(self, descriptors: list[int], deadline: float | None) -> list[int]:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select(descriptors, [], [], left)
        if not ready:
            raise subprocess.TimeoutExpired(self.args, left or 0)
        return ready

    def _line(self, timeout: float | None) -> bytes:
        self._ready([self._status], None if timeout is None else time.monotonic() + timeout)
        line = b""
        while not line.endswith(b"\n"):
            byte = os.read(self._status, 1)
            assert byte, "the warm process ended"
            line += byte
        return line

    def _text(self, stream: int) -> str:
        return self._said[stream].decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def start(
    program: Path, arguments: Sequence[str], environment: Mapping[str, str], stdin: Path | None = None
) -> Started | subprocess.Popen[str]:
    """Start the program, by a fork where that is the same: not where the environment speaks to the interpreter itself."""
    request = {"arguments": list(arguments), "environment": dict(environment), "folder": os.getcwd(), "umask": _umask()}
    message = json.dumps(request).encode()
    if _at_the_start(environment) != _OF_THE_WARM_PROCESS or len(message) > LARGEST:
        return _executed(program, arguments, environment, stdin)
    server, _ = _warm(program)
    out, out_end = os.pipe()
    error, error_end = os.pipe()
    status, status_end = os.pipe()
    source = os.open(stdin or os.devnull, os.O_RDONLY)
    passed = [source, out_end, error_end, status_end]
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", passed))]
    server.sendmsg([message], rights)
    for descriptor in passed:
        os.close(descriptor)
    return Started([str(program), *arguments], status, out, error)


def _executed(
    program: Path, arguments: Sequence[str], environment: Mapping[str, str], stdin: Path | None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(program), *arguments],
        env=environment,
        stdin=stdin.open() if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _umask() -> str:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("Umask:"):
            return line.split()[1]
    raise AssertionError("the kernel does not tell the umask")


def _at_the_start(environment: Mapping[str, str]) -> object:
    named = {name: value for name, value in environment.items() if name.startswith(AT_THE_START) and name not in LATER}
    return named, [resource.getrlimit(limit) for limit in LIMITS]


_ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8"}
_OF_THE_WARM_PROCESS = _at_the_start(_ENVIRONMENT)


@cache
def _warm(program: Path) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The warm process of this test process; it ends when the socket closes."""
    mine, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with other:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("warm.py")), str(program), str(other.fileno())],
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[other.fileno()],
            start_new_session=True,
        )
    return mine, process
