"""Only one run may work on a case at a time; a claim ends with the process that holds it, however it ends."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager
from pathlib import Path

from preserve.errors import Refused
from preserve.work import hold


def claim(work: Path, case_number: str) -> AbstractContextManager[None]:
    """Hold the case of that number. Raises Refused when another run holds it."""
    name = hashlib.sha256(case_number.encode()).hexdigest()[:32]
    return hold(work / f"{name}.lock", Refused("ingest.under-way", case_number))
