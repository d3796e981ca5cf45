"""Passwords hashed and verified, in a service by processes of their own: it takes memory and time by intention.

In the process that answers pages each would take 64 MiB of it and, by its four threads, every processor. A service has
them made by children that stand behind the pages: at a lower priority, on half of the processors, one for each of
these. A command hashes once and ends; it does so itself.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import select
import subprocess
import threading
from contextlib import suppress

from storage_adapters.programs import start_serving

_PATIENCE = 30.0  # seconds; behind other work it may take some
_BEHIND = 5  # steps of priority that these stand behind the pages


def processors() -> list[int]:
    """Those that hashing may take: half of those that there are, at least one."""
    known = sorted(os.sched_getaffinity(0))
    return known[len(known) // 2 :] if len(known) > 1 else known


def at_once() -> int:
    """How many passwords are hashed or verified at once; each takes 64 MiB."""
    return min(4, len(processors()))


def hash_here(password: bytes) -> str:
    """A password as it is stored: argon2id with the second recommended parameters (RFC 9106 §4)."""
    from argon2 import PasswordHasher
    from argon2.profiles import RFC_9106_LOW_MEMORY

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY).hash(password)


def verify_here(stored: str, password: bytes) -> bool:
    """Whether it is the password of this hash."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


class _Child:
    """One process that hashes."""

    def __init__(self) -> None:
        self.process = start_serving("preserve.administration.hashing_child")
        with suppress(OSError):  # where that is not permitted it competes with the pages, and is right all the same
            os.setpriority(os.PRIO_PROCESS, self.process.pid, os.getpriority(os.PRIO_PROCESS, 0) + _BEHIND)
            os.sched_setaffinity(self.process.pid, processors())

    def ask(self, request: dict[str, str]) -> str:
        """Its answer. Raises OSError, ValueError: then the process is of no more use."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(request).encode() + b"\n")
        stdin.flush()
        if not select.select([stdout], [], [], _PATIENCE)[0]:
            raise TimeoutError("no answer in time")
        answer = stdout.readline()
        if not answer.endswith(b"\n"):
            raise ConnectionError("the process ended")
        return str(json.loads(answer)["answer"])

    def end(self) -> None:
        """Kill it, whatever it does."""
        with suppress(OSError):
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        with suppress(OSError, subprocess.SubprocessError):
            self.process.wait()


class Hashing:
    """Where passwords are hashed: here, or beside this process. For any number of threads; the gate lets few come."""

    def __init__(self) -> None:
        self._beside = False
        self._lock = threading.Lock()
        self._idle: list[_Child] = []

    def beside(self) -> None:
        """From here on by children, until `close`."""
        self._beside = True

    def close(self) -> None:
        """End the children; from here on in this process."""
        self._beside = False
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def hash(self, password: bytes) -> str:
        """As `hash_here`."""
        return self._asked({"do": "hash", "password": _sent(password)}) or hash_here(password)

    def verify(self, stored: str, password: bytes) -> bool:
        """As `verify_here`."""
        answer = self._asked({"do": "verify", "stored": stored, "password": _sent(password)})
        return answer == "right" if answer in ("right", "wrong") else verify_here(stored, password)

    def _asked(self, request: dict[str, str]) -> str:
        """The answer of a child; empty where none gives any: one that was killed is no reason to keep people out."""
        for _ in range(2 if self._beside else 0):
            child = None
            try:
                with self._lock:
                    child = self._idle.pop() if self._idle else None
                child = child or _Child()
                answer = child.ask(request)
            except (OSError, ValueError, KeyError):
                if child is not None:
                    child.end()
                continue
            except BaseException:
                if child is not None:
                    child.end()
                raise
            with self._lock:
                self._idle.append(child)
            return answer
        return ""


def _sent(password: bytes) -> str:
    return base64.b64encode(password).decode("ascii")


HASHING = Hashing()
"""The one of this process."""
atexit.register(HASHING.close)
