"""For pages of keeping: a policy by which the small case lacks copies, and media that nobody has to connect."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from preserve.archival_storage.media import MediumWish, add_medium
from preserve.clock import now
from preserve.data_management import holdings, jobs
from preserve.data_management.jobs import JobRow
from tests.support.web import opened

POLICY = """
share = "hardlink"
[[ordinary]]
kind = "directory"
count = 2
[[ordinary]]
kind = "optical"
count = 1
[[long_term]]
kind = "directory"
count = 1
[audit.directory]
days = 0
share = 1.0
[audit.optical]
days = 1460
share = 0.1
"""
DIGEST = "ab" * 32


def demand_copies(home: Path) -> None:
    """From now on each case needs a second copy in a folder, and one on a disc."""
    (home / "profiles").mkdir(exist_ok=True)
    (home / "profiles" / "storage.toml").write_text(POLICY, encoding="utf-8")


def add_folder(home: Path, label: str) -> str:
    """A second folder as a medium, which can be written at any time; its identity."""
    archive = opened(home)
    place = home.parent / label
    place.mkdir()
    try:
        row = add_medium(
            archive.home, archive.catalogue, MediumWish("directory", str(place), label), actor="li", moment=now()
        )
        return row.id
    finally:
        archive.close()


def add_disc(home: Path, letter: str, label: str, **facts: str) -> str:
    """A disc in the inventory that is overdue and failing; its identity."""
    archive = opened(home)
    identity = f"disc-x-{letter}"
    try:
        with archive.catalogue.begin() as connection:
            holdings.add_medium(
                connection,
                identity,
                kind="optical",
                label=label,
                location="",
                actor="li",
                moment=now(),
                **{
                    "place": "一号楼/A架",
                    "health": "failing",
                    "checked": "2020-01-01T00:00:00Z",
                    "image": identity,
                    "image_sha256": DIGEST,
                    "set": "DA26_0001",
                    **facts,
                },
            )
    finally:
        archive.close()
    return identity


def ended(home: Path, address: str, patience: float = 60) -> JobRow:
    """The job of the page `/jobs/<id>`, when it ended."""
    until = time.monotonic() + patience
    archive = opened(home)
    try:
        while time.monotonic() < until:
            with archive.catalogue.read() as connection:
                row = jobs.read(connection, address.rpartition("/")[2])
            if row.state not in ("queued", "running", "stopping"):
                return row
            threading.Event().wait(0.1)
        raise AssertionError(f"still {row.state} after {patience} s")
    finally:
        archive.close()
