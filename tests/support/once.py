"""What is expensive to make is made once for a whole run, by whichever worker comes first, and copied for each."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def copy_of(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A new folder with what `make(folder)` makes; `name` names it in this run."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    whole, half = shared / f"once-{name}", shared / f"once-{name}.part"
    with (shared / f"once-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            make(half)
            half.rename(whole)
    folder = factory.mktemp(name) / name
    shutil.copytree(whole, folder, symlinks=True)
    return folder
