"""An export all the way: proposed by the archivist, approved by the head, written to a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from preserve.access.exporting import steps
from preserve.access.exporting.model import Export, Form
from preserve.progress import Silent
from tests.support.asking import Counter

_FACTORS = ("ffv1", "ffv1_pixel", "rewrap", "flac", "raster", "pdfa", "utf8", "mp4", "m4a", "jpeg")
KEEP = (
    '[[rule]]\nname = "everything is kept"\nlossless = "keep"\ncompact = "keep"\naccess = "none"\n\n[estimate]\n'
    + "".join(f"{name} = 0.0\n" for name in _FACTORS)
)
"""A policy that wants no copies: under it a case has another version."""


def approved(counter: Counter, form: Form, *, whole: bool = False) -> str:
    """An export that the head approved; its number."""
    names = [] if whole else [counter.case]
    made = steps.propose(counter.actor(), names, receiver="临江市档案馆", purpose="系统迁移", form=form, whole=whole)
    steps.decide(counter.actor("head"), made.number, approve=True, reason="")
    return made.number


def written(counter: Counter, form: Form, target: Path, *, whole: bool = False) -> Export:
    """An export that lies below `target`."""
    return steps.write_out(counter.actor(), approved(counter, form, whole=whole), target, progress=Silent())


def package_of(counter: Counter) -> Path:
    """The case's package in the store."""
    return max((counter.archive.home.store / "packages").glob(f"{counter.objid}_v*"))


def digests_below(folder: Path) -> dict[str, str]:
    """SHA-256 of each file below a folder, by its path there."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def originals(counter: Counter) -> dict[str, str]:
    """SHA-256 of each original by its path."""
    return digests_below(package_of(counter) / "data" / counter.objid / "representations" / "original" / "data")
