"""Restore drills: each month some packages are really restored from one copy alone and verified in full, on record.

Which, and from which medium, is drawn from a seed that the ledger fixes (see `schedule`): a copy that nobody has ever
read back into a whole package is not called a copy.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from metadata.independent import second_opinion
from metadata.verify import verify_package
from preserve.archival_storage import schedule
from preserve.archival_storage.assembling import Holder, assemble, proven
from preserve.archival_storage.copies import TRANSITIONS, change_copy
from preserve.archival_storage.opening import Opened, open_media
from preserve.data_management import holdings, ledger
from preserve.data_management.database import Catalogue
from preserve.data_management.holdings import CopyRow, MediumRow
from preserve.data_management.proof import anchors
from preserve.errors import NotIntact
from preserve.home import Home
from preserve.work import require_space
from storage_adapters.contract import CopyRef, StorageAdapter
from storage_adapters.durable import sync_file_system
from storage_adapters.errors import StorageError

DRAWN = "drill.drawn"
DONE = "drill.done"


@dataclass(frozen=True, slots=True)
class Drill:
    """One package restored from one medium: whether it came back whole, bytes, seconds, and what was wrong."""

    name: str
    medium: str
    whole: bool
    size: int
    seconds: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Drills:
    """The drills of a month: those done now, those done before, and those that wait for a medium (package, label)."""

    month: str
    done: tuple[Drill, ...]
    before: int
    waiting: tuple[tuple[str, str], ...]


def run_drills(
    home: Home,
    catalogue: Catalogue,
    count: int,
    *,
    inserted: Mapping[str, Path] | None = None,
    actor: str,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda moved: None,
) -> Drills:
    """Do the month's drills that can be done now; `given` are discs by label. Each result is an entry of the ledger.

    A copy that does not come back whole is suspect from then on.
    """
    month = f"{now():%Y-%m}"
    with catalogue.begin() as connection:
        drawn = _drawn(connection, month, count, actor, now())
    with catalogue.read() as connection:
        done_before = {(result["name"], result["medium"]) for result in _results(connection, month)}
        media = {row.id: row for row in holdings.all_media(connection)}
    opened = open_media(home, list(media.values()), inserted)
    done, waiting = [], []
    for name, medium in drawn:
        if (name, medium) in done_before or medium not in media:
            continue
        there = opened.get(medium)
        if not isinstance(there, Opened):
            waiting.append((name, media[medium].label))
            continue
        drill = _restore(home, catalogue, name, media[medium], there.adapter, progress)
        with catalogue.begin() as connection:
            details = {
                "name": name,
                "medium": medium,
                "whole": drill.whole,
                "bytes": drill.size,
                "seconds": drill.seconds,
                "reason": drill.reason,
            }
            ledger.append(connection, action=DONE, subject=f"drill/{month}", actor=actor, details=details, moment=now())
            known = holdings.read_copy(connection, name, medium)
            if not drill.whole and known is not None and "suspect" in TRANSITIONS[known.state]:
                change_copy(connection, name, medium, "suspect", actor=actor, moment=now())
        done.append(drill)
    return Drills(month, tuple(done), len(done_before), tuple(waiting))


def _drawn(connection: Connection, month: str, count: int, actor: str, moment: datetime) -> list[tuple[str, str]]:
    """The month's packages and media: as drawn before, or drawn now, a medium first and then one of its copies."""
    for entry in ledger.about(connection, f"drill/{month}"):
        if entry.action == DRAWN:
            return [(name, medium) for name, medium in entry.details["chosen"]]
    by_medium: dict[str, list[CopyRow]] = {}
    for copy in holdings.copies_of(connection, ""):
        if copy.state in ("verified", "due") and copy.parts == 1:
            by_medium.setdefault(copy.medium, []).append(copy)
    usable = {row.id for row in holdings.all_media(connection) if row.state == "in use"}
    size = ledger.size(connection)
    seed = schedule.seed_at(connection, size, f"drill/{month}")
    chosen: list[tuple[str, str]] = []
    media = sorted(usable & by_medium.keys(), key=lambda medium: hashlib.sha256(f"{seed}\0{medium}".encode()).digest())
    for number in range(count if media else 0):
        medium = media[number % len(media)]
        names = sorted({copy.name for copy in by_medium[medium]} - {name for name, _ in chosen})
        if names:
            chosen.append((schedule.chosen(seed, names, 0)[0], medium))
    if chosen:
        details = {"entries": size, "seed": seed, "chosen": [list(pair) for pair in chosen]}
        ledger.append(connection, action=DRAWN, subject=f"drill/{month}", actor=actor, details=details, moment=moment)
    return chosen


def _results(connection: Connection, month: str) -> list[dict[str, object]]:
    entries = ledger.about(connection, f"drill/{month}")
    return [entry.details for entry in entries if entry.action == DONE]


def results(connection: Connection, months: int, moment: datetime) -> list[tuple[str, dict[str, object]]]:
    """What the drills of the last months came to, newest month first."""
    drills = []
    year, month = moment.year, moment.month
    for _ in range(months):
        name = f"{year:04d}-{month:02d}"
        drills += [(name, result) for result in _results(connection, name)]
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return drills


def _restore(
    home: Home,
    catalogue: Catalogue,
    name: str,
    medium: MediumRow,
    adapter: StorageAdapter,
    progress: Callable[[int], None],
) -> Drill:
    began = time.monotonic()
    size = 0

    def result(reason: str = "") -> Drill:
        return Drill(name, medium.label, not reason, size, round(time.monotonic() - began), reason)

    def moved(count: int) -> None:
        nonlocal size
        size += count
        progress(count)

    with tempfile.TemporaryDirectory(dir=home.work, prefix="drill-") as scratch:
        target = Path(scratch) / name
        try:
            with catalogue.read() as connection:
                anchor = anchors.read_anchor(connection, name)
            place = Holder(medium.label, adapter)
            contents = proven([place], anchor)
            if contents is None:
                return result("its manifests are not those of the ledger")
            require_space(Path(scratch), 0, 1 << 20)
            _, lost = assemble(target, contents.expected, [place], CopyRef(name), moved)
            if lost:
                return result(f"{len(lost)}: {lost[0]}")
            sync_file_system(target)
            report = verify_package(target, from_medium=True)
        except (NotIntact, StorageError) as error:
            return result(str(error))
        bad = [finding for finding in report.findings if finding.severity in ("refuse", "error")]
        if bad:
            return result(f"{bad[0].code} {bad[0].where}")
        # A restored package that only our own reader can read would not be one.
        opinion = second_opinion(target)
        return result("" if opinion.valid else f"{opinion.program}: {opinion.words}")
