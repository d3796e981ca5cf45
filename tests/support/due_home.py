"""A staffed home of fifty days ago with cases that have fallen due: what appraisals and disposals by the web are tried on.

Two cases are real ones that were taken in, and their disposal is decided: its pause is over. The many others are little
packages that were registered and stored like real ones.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from metadata.entities import Event
from preserve.administration.actor import Actor
from preserve.administration.appraisal import steps as appraisal
from preserve.administration.appraisal.model import Opinion
from preserve.administration.disposal import steps as disposal
from preserve.administration.people import Person
from preserve.administration.retention import rules_in_force
from preserve.archival_storage.copies import change_copy
from preserve.archival_storage.media import store_identity
from preserve.clock import now, running_on
from preserve.data_management import case_digests, ledger, sealing
from preserve.data_management.archive import Archive, open_archive
from preserve.data_management.package_index import index_package
from preserve.data_management.proof import anchors
from preserve.home import given_catalogue
from tests.support.little_packages import object_of, write_package
from tests.support.small_case import ingest
from tests.support.tiny_case import write_case
from tests.support.web import ACCOUNTS, Served, send, staffed_home, start

AGO = timedelta(days=50)


def person(account: str) -> Person:
    """One of the accounts, as the domain knows it."""
    return Person(account, f"某{account}", frozenset({ACCOUNTS[account]}))


def due_home(folder: Path, many: int) -> tuple[Path, str, list[str]]:
    """The home, the number of the disposal that may be carried out, and the objids of the many cases."""
    with running_on(lambda: datetime.now(UTC) - AGO):
        home = staffed_home(folder, cases=0)
        archive = open_archive(home)
        try:
            for number in (1, 2):
                case = write_case(
                    folder / f"due-{number}",
                    case_number=f"临文综罚〔2013〕{number}号",
                    title=f"无证经营案{number}",
                    start="2013-03-01",
                    closed="2013-05-20",
                    retention="10-years",
                )
                ingest(archive, case)
            decided = _decide(archive)
            return home, decided, _register(archive, many)
        finally:
            archive.close()


def _decide(archive: Archive) -> str:
    """A disposal of everything that is due, with every signature."""
    review = appraisal.draw(Actor(archive, person("archivist")), archive.today())
    opinions = {item.row: Opinion(action="destroy", why="期满无继续保存价值") for item in review.items}
    for who in ("archivist", "examiner"):
        appraisal.appraise(Actor(archive, person(who)), review.number, opinions)
    appraisal.approve(Actor(archive, person("head")), review.number)
    number = disposal.propose(Actor(archive, person("archivist")), review.number)[0].number
    for who in ("archivist2", "examiner"):
        disposal.supervise(Actor(archive, person(who)), number)
    disposal.approve(Actor(archive, person("head")), number)
    return number


def _register(archive: Archive, many: int) -> list[str]:
    """So many little cases that were closed in 2014 and kept for ten years."""
    home, moment = archive.home, now()
    store = store_identity(home)
    objids = [f"aip-01hzzzzzzzzzzzzzzzzzzz{number:04}" for number in range(1, many + 1)]
    with archive.catalogue.begin() as connection:
        for number, objid in enumerate(objids, 1):
            root = write_package(
                home.store / "packages",
                objid=objid,
                originals=[object_of(f"f-{number}", "data/a.txt", name="甲.txt")],
                events=[Event(f"e-{number}", "ingestion start", "2026-11-01T08:00:00Z")],
                case_number=f"临文综罚〔2014〕{number}号",
                title="<script>alert(1)</script>擅自举办演出" if number == 7 else f"擅自举办演出案{number}",
                closed=date(2014, 1 + number % 12, 10).isoformat(),
                start="2014-01-02",
                retention="10-years",
                note="当事人曾申请行政复议" if number % 50 == 0 else "",
            )
            index_package(connection, root)
            for state in ("written", "verified"):
                change_copy(connection, root.name, store, state, actor="archivist", moment=moment)
            details = {"name": root.name, **anchors.details(root), **case_digests.of_version(connection, objid, 1)}
            ledger.append(
                connection, action=anchors.REGISTERED, subject=objid, actor="archivist", details=details, moment=moment
            )
            rules_in_force.enter_case(home, connection, objid, actor="archivist", moment=moment)
    sealing.close_segment(home, archive.catalogue)
    return objids


@cache
def _template(many: int) -> tuple[Path, str, list[str]]:
    """The home that is copied, made once in a process."""
    folder = Path(tempfile.mkdtemp(prefix="preserve-due-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return due_home(folder, many)


@dataclass(frozen=True)
class DueDoor:
    """A running door over such a home; `decided` is the disposal whose pause is over, `many` are the little cases."""

    served: Served
    decided: str
    many: list[str]

    def get(self, who: str, address: str, language: str = "zh") -> httpx.Response:
        """A page as somebody sees it."""
        return self.served.client(who, language).get(address)

    def post(self, who: str, page: str, address: str, **form: Any) -> httpx.Response:
        """Open a page, and send a form of it."""
        return send(self.served.client(who), page, address, **form)


@contextmanager
def due_door(folder: Path, many: int = 300) -> Iterator[DueDoor]:
    """A door over a copy of the home, in this folder; ended in the end. A catalogue on a server is made anew."""
    if given_catalogue():
        _, decided, objids = due_home(folder, many)
    else:
        home, decided, objids = _template(many)
        shutil.copytree(home, folder / "home", symlinks=True)
    served = start(folder / "home")
    try:
        yield DueDoor(served, decided, objids)
    finally:
        served.stop()


def job_ended(door: DueDoor, who: str, answer: httpx.Response, patience: float = 120.0) -> str:
    """The state in which a job ended that a form asked for."""
    assert answer.status_code == 303, answer.text[-600:]
    address = answer.headers["location"].partition("?")[0]
    assert address.startswith("/jobs/"), address
    until = time.monotonic() + patience
    while time.monotonic() < until:
        state = str(door.get(who, f"{address}/state").json()["state"])
        if state not in ("queued", "running", "stopping"):
            return state
        threading.Event().wait(0.1)
    raise AssertionError(f"{address} did not end")
