"""Runs a program of which little is known on a hostile file: within bounds, and unable to write outside of one folder.

A renderer that somebody names may be careless with folders: one was seen that clears away what its own path begins
with. So the kernel is asked to refuse every write elsewhere (Landlock, Linux 5.13), and the network is taken away,
where the system lets a process do that. Reading is not confined.
"""

from __future__ import annotations

import ctypes
import os
import resource
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from storage_adapters.programs import Ended, kill_group, start_at_home

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS, without which Landlock confines nobody
# Of linux/landlock.h: numbers of the calls, and rights by the release of the interface that has them.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_WRITE_FILE = 1 << 1
_WRITES = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))  # remove and make: folders, files, sockets, links …
_REFER, _TRUNCATE = 1 << 13, 1 << 14  # releases 2 and 3
_SCOPES = 0b11  # release 6: no abstract sockets and no signals to whoever is outside
_SAID = 1 << 16


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a program may take: seconds by the clock and of each processor, bytes of memory and of one written file."""

    seconds: float
    memory: int
    written: int


def run_confined(arguments: Sequence[str], room: Path, bounds: Bounds, also: Sequence[Path] = ()) -> Ended:
    """Run a program to its end in the folder `room`, where it has a home and a folder to work in.

    `also` are folders outside in which it may write. What it says on standard error comes back, cut at 64 KiB. Raises
    OSError, subprocess.TimeoutExpired; then it and all that it started in its group are gone.
    """
    home, work = room / "home", room / "work"
    for folder in (home, work):
        folder.mkdir(mode=0o700)
    library = ctypes.CDLL(None)  # found before the fork: the child of a process with threads may not look for it
    rules = _rules(library, (room, *also))

    def bind() -> None:
        os.nice(10)
        if library.unshare(_NEW_NETWORK) != 0:
            library.unshare(_NEW_NETWORK | _NEW_USER)
        if rules >= 0:
            library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
            library.syscall(_RESTRICT, rules, 0)
        resource.setrlimit(resource.RLIMIT_AS, (bounds.memory, bounds.memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (bounds.written, bounds.written))
        most = int(bounds.seconds * (os.cpu_count() or 1)) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))

    try:
        with tempfile.TemporaryFile() as said:
            process = start_at_home(arguments, home, work, said, bind)
            try:
                process.wait(bounds.seconds)
            finally:
                kill_group(process)  # also what it started and left behind
                process.wait()
            said.seek(0)
            return Ended(process.returncode, b"", said.read(_SAID))
    finally:
        if rules >= 0:
            os.close(rules)


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("access", ctypes.c_uint64), ("parent", ctypes.c_int32))


def _rules(library: ctypes.CDLL, rooms: Sequence[Path]) -> int:
    """A set of rules of Landlock by its descriptor: to write in these folders alone; below zero where there is none."""
    release = int(library.syscall(_CREATE, None, ctypes.c_size_t(0), 1))
    if release < 1:
        return -1
    writes = _WRITES | (_REFER if release >= 2 else 0) | (_TRUNCATE if release >= 3 else 0)
    asked = _Ruleset(writes, 0, _SCOPES if release >= 6 else 0)
    size = 24 if release >= 6 else 16 if release >= 4 else 8
    rules = int(library.syscall(_CREATE, ctypes.byref(asked), ctypes.c_size_t(size), 0))
    if rules < 0:
        return -1
    null = (Path("/dev/null"), _WRITE_FILE | (writes & _TRUNCATE))
    for place, rights in (null, *((folder, writes) for folder in rooms)):
        with suppress(OSError):
            handle = os.open(place, os.O_PATH | os.O_CLOEXEC)
            try:
                beneath = _Beneath(rights if stat.S_ISDIR(os.fstat(handle).st_mode) else rights & ~_REFER, handle)
                library.syscall(_ADD, rules, 1, ctypes.byref(beneath), 0)
            finally:
                os.close(handle)
    return rules
