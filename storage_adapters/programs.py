"""Starts the programs of others: with a list of arguments, and with nothing of the caller's environment but its path.

Converters read hostile files. What whoever calls us has in the environment (tokens, passwords, settings that load
code into a program) is none of their business, so a child gets an allow-list, a home and a scratch folder of its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import IO, Any

HANDED_ON = ("PATH", "TZ")
"""All that a child is told of the caller's environment: where programs are, and the time zone."""

_FALLBACK = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def environment(scratch: Path | str) -> dict[str, str]:
    """The whole environment of a child whose home and folder for scratch files is `scratch`.

    The locale is C.UTF-8: one that is not installed would keep some programs from opening Chinese names, and what a
    program says must not depend on who calls it.
    """
    known = {name: value for name in HANDED_ON if (value := os.environ.get(name))}
    own = str(scratch)
    return {"PATH": _FALLBACK, **known, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "HOME": own, "TMPDIR": own}


@dataclass(frozen=True, slots=True)
class Started:
    """A program that runs, and the folder that is its home. Use as a context: the folder goes with it."""

    process: subprocess.Popen[Any]
    scratch: Path

    def __enter__(self) -> subprocess.Popen[Any]:
        return self.process

    def __exit__(self, *_: object) -> None:
        # What a program leaves behind in its own home is never worth an error.
        rmtree(self.scratch, ignore_errors=True)


def start(
    arguments: Sequence[str],
    *,
    stdout: int | IO[Any] = subprocess.PIPE,
    stderr: int | IO[Any] = subprocess.PIPE,
    text: bool = False,
    folder: Path | None = None,
    session: bool = True,
    first: Callable[[], None] | None = None,
) -> Started:
    """Start a program that reads nothing from us. `first` runs in the child before it. Raises OSError.

    With `session` it leads a process group of its own, so that it can be killed with its children.
    """
    scratch = Path(tempfile.mkdtemp(prefix="preserve-child-"))
    try:
        process: subprocess.Popen[Any] = subprocess.Popen(
            list(arguments),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            text=text,
            errors="replace" if text else None,
            cwd=folder,
            env=environment(scratch),
            start_new_session=session,
            preexec_fn=first,
        )
    except BaseException:
        rmtree(scratch, ignore_errors=True)
        raise
    return Started(process, scratch)


def start_at_home(
    arguments: Sequence[str], home: Path, folder: Path, said: IO[bytes], first: Callable[[], None]
) -> subprocess.Popen[bytes]:
    """Start a program whose home is there already and stays; it leads a process group of its own. Raises OSError.

    It reads nothing, works in `folder`, and only what it says on standard error is kept, in the file `said`. `first`
    runs in the child before it.
    """
    return subprocess.Popen(
        list(arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=said,
        cwd=folder,
        env=environment(home),
        start_new_session=True,
        preexec_fn=first,
    )


@dataclass(frozen=True, slots=True)
class Ended:
    """What a program said, and its exit status."""

    status: int
    out: bytes
    error: bytes

    @property
    def said(self) -> str:
        """Its standard output as text."""
        return self.out.decode("utf-8", "replace")


def ask(arguments: Sequence[str], *, patience: float = 60) -> Ended:
    """Run a short program to its end. Raises OSError, and subprocess.TimeoutExpired after `patience` seconds."""
    with start(arguments) as process:
        try:
            out, error = process.communicate(timeout=patience)
        except BaseException:
            kill_group(process)  # what it started may hold the pipe
            process.communicate()
            raise
        return Ended(process.returncode, out, error)


def start_serving(module: str, settings: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a module of ours as a process that answers on its pipes, with an empty environment. Raises OSError.

    Isolated (`-I`), it takes no settings of Python from anybody; it makes no scratch files. `settings` are names of
    the environment that its libraries ask for.
    """
    return subprocess.Popen(
        [sys.executable, "-I", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"LC_ALL": "C.UTF-8", **(settings or {})},
    )


def start_piped(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a program of which only the output is read, in this session; for who may write no file. Raises OSError.

    It has no folder of its own, and may write none either.
    """
    return subprocess.Popen(
        list(arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment("/nonexistent"),
    )


def start_ours(code: str, arguments: Sequence[str], said: Path, *, without: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start Python code of ours that is as trusted as its caller, in a session of its own. Raises OSError.

    It has the caller's environment but for the names `without`; isolated (`-I`), it takes no settings of Python from
    it. It reads nothing, and what it says is added to a file.
    """
    with said.open("ab") as stream:
        return subprocess.Popen(
            [sys.executable, "-I", "-c", code, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name not in without},
        )


def kill_group(process: subprocess.Popen[Any]) -> None:
    """Kill a program that was started with `session`, and all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
