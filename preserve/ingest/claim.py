"""Only one run may work on a case at a time; a claim ends with the process that holds it, however it ends."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preserve.errors import MediumProblem, Refused


@contextmanager
def claim(work: Path, case_number: str) -> Iterator[None]:
    """Hold the case of that number. Raises Refused when another run holds it."""
    name = hashlib.sha256(case_number.encode()).hexdigest()[:32]
    try:
        work.mkdir(parents=True, exist_ok=True)
        handle = os.open(work / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise MediumProblem("ingest.work-unwritable", str(work), reason=error.strerror or str(error)) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refused("ingest.under-way", case_number) from error
        yield
    finally:
        os.close(handle)
