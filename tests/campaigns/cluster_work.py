"""What several machines of one archive are given to do while they are hurt, and who sees to it that it is done."""

from __future__ import annotations

import errno
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from preserve.access.requests.entering import Asked, Entry, open_request
from preserve.access.requests.model import Consumer
from preserve.access.requests.steps import Opinion, decide, examine
from preserve.administration.actor import Actor
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive
from preserve.data_management.tables import cases as case_table
from preserve.errors import PreserveError
from preserve.services import jobs
from tests.support import office_samples
from tests.support.exported import KEEP
from tests.support.machines import Machines
from tests.support.people import entries, session
from tests.support.tiny_case import write_whole_case

WORKERS = ("a", "b")
PATIENCE = 240.0
AHEAD = 6  # so many jobs wait or are at work when a fault comes
_SLOW = ("附页一.docx", "附页二.docx")
_OTHER: tuple[tuple[str, dict[str, object]], ...] = (
    ("audit.run", {"wish": {"everything": True}}),
    ("planning.run", {"jobs": 1}),
    ("copies.replicate", {}),
)
_GONE = frozenset(
    {
        "catalogue.busy",
        "catalogue.unreachable",
        "catalogue.not-committed",
        "catalogue.in-doubt",
        "catalogue.medium",
        "lease.lost",
        "ledger.sealer-absent",
        "medium.absent",
        "redaction.no-room",
        "storage.absent",
        "storage.medium-full",
        "storage.store-away",
        "storage.unreachable",
        "work.no-space",
    }
)
"""What a job may end with whose servers were away, or found no room."""


@dataclass
class Campaign:
    """One archive at work; `asked` are all jobs, `cases` the folders that were handed in, at most `most` of them."""

    held: Machines
    chance: random.Random
    most: int
    asked: list[str] = field(default_factory=list)
    cases: list[Path] = field(default_factory=list)
    delivered: dict[str, tuple[str, str]] = field(default_factory=dict)  # by request: the case, and the job
    resumed: Counter[str] = field(default_factory=Counter)
    anew: int = -1  # how often new versions were asked for; below zero: it is not their turn

    def ask(self) -> None:
        """Ask for so many that enough waits, or would if none were done meanwhile; every second is no ingest."""
        archive = self.held.archive
        if self.anew >= 0:
            if not self.unfinished():
                self.anew += 1
                for name in WORKERS:  # each of them has something to do, and finds cases that the other is at
                    key = f"anew {self.anew} {name}"
                    self.asked.append(jobs.ask(session(archive, "wu"), "planning.run", {"jobs": 1}, key=key).id)
            return
        for _ in range(AHEAD - self.unfinished()):
            number = len(self.asked) + 1
            if number % 4 == 2 and (case := self._registered()):
                self._ask_for_delivery(case, number)
            elif number % 4 == 0 or len(self.cases) >= self.most:
                operation, given = _OTHER[number // 4 % len(_OTHER)]
                self.asked.append(jobs.ask(session(archive, "wu"), operation, given, key=f"job {number}").id)
            else:
                folder = archive.home.path / "inbox" / f"{number:04}"
                if not folder.exists():
                    _write_case(folder, number)
                asked = {"sip": str(folder), "jobs": 1}
                job = jobs.ask(session(archive, "zhou"), "deposits.ingest", asked, key=f"job {number}").id
                self.asked.append(job)
                self.cases.append(folder)

    def _registered(self) -> str:
        """The number of a case that is in, and was not asked for yet; empty where there is none."""
        with self.held.archive.catalogue.read() as connection:
            there = connection.execute(select(case_table.c.case_number).order_by(case_table.c.case_number)).scalars()
            wanted = {case for case, _ in self.delivered.values()}
            return next((case for case in there if case not in wanted), "")

    def _ask_for_delivery(self, case: str, number: int) -> None:
        """A court asks, and gets an answer: the request is entered, examined and approved, and its delivery is a job."""
        archive = self.held.archive
        entry = Entry(
            Consumer(capacity="court", name="张法官"), [Asked(case)], "举证", [("调取证据通知书", self._notice())]
        )
        request = open_request(_actor(archive, "wu", Role.ARCHIVIST), entry).number
        examine(_actor(archive, "wang", Role.EXAMINER), request, Opinion())
        decide(_actor(archive, "head", Role.HEAD), request, approve=True)
        given = {"number": request, "handover": {"target": ""}}  # which is the job's own folder
        job = jobs.ask(session(archive, "wu"), "request.deliver", given, key=f"job {number}").id
        self.asked.append(job)
        self.delivered[request] = (case, job)

    def _notice(self) -> Path:
        notice = self.held.folder / "调取证据通知书.pdf"
        notice.write_bytes(b"%PDF-1.4\n")
        return notice

    def unfinished(self) -> int:
        """How many jobs wait or are at work."""
        with self.held.archive.catalogue.read() as connection:
            return len(rows.unfinished(connection))

    def go_on(self) -> None:
        """Do what a person does who sees that a job gave up; raises SystemExit where it failed by anything else."""
        with self.held.archive.catalogue.read() as connection:
            ended = rows.find(connection, states=rows.AGAIN, limit=1000)
        for row in ended:
            failure = json.loads(row.failure or "{}")
            code = failure.get("code", "")
            no_room = failure.get("values", {}).get("reason") == os.strerror(errno.ENOSPC)
            if row.state not in ("lost", "stopped") and code not in _GONE and not no_room:
                raise SystemExit(f"{row.operation} {row.state}: {row.failure}")
            jobs.resume(session(self.held.archive, "wu"), row.id)
            self.resumed[code or row.state] += 1

    def hand_in_all(self) -> None:
        """Ask for what is still to be handed in, as fast as it is done."""

        def all_asked() -> bool:
            self.go_on()
            self.ask()
            return len(self.cases) >= self.most

        until(all_asked, self.see_to, PATIENCE + 10 * self.most)

    def keep_only(self) -> None:
        """The bureau's own policy: nothing is copied. That is quick; what follows under ours is not."""
        self._with_policy(lambda own: own.write_text(KEEP, encoding="utf-8"))

    def want_versions(self) -> None:
        """Under our policy for formats every case has another version: texts are coded anew, documents become PDF/A."""
        self._with_policy(lambda own: own.unlink())
        self.anew = 0

    def _with_policy(self, change: Callable[[Path], object]) -> None:
        """Those at work have read the former one, and no machine joins others of another policy: all begin anew."""
        for name in WORKERS:
            with suppress(KeyError):
                self.held.kill(name)
        own = self.held.archive.home.profiles / "formats.toml"
        own.parent.mkdir(exist_ok=True)
        change(own)
        self.see_to()

    def versions(self) -> list[str]:
        """The cases that the ledger has another version of, once for each; nothing where nobody can be asked."""
        with suppress(PreserveError):
            return [str(entry["subject"]) for entry in entries(self.held.archive, "case.represerved")]
        return []

    def see_to(self, but: str = "") -> None:
        """Start again what ended, under the names that the machines have; but for one that nothing could begin on."""
        self.held.see_to("sealer", *(name for name in WORKERS if name != but))
        if self.held.store is not None:
            for number in range(3):
                self.held.store.start_volume(number)

    def finish(self) -> None:
        """Until everything is done that was asked for."""

        def all_done() -> bool:
            self.go_on()
            return self.unfinished() == 0

        until(all_done, self.see_to, PATIENCE + 10 * self.most)

    def finish_versions(self) -> None:
        """Until each case has its new version, and nothing is at work any more."""
        while len(self.versions()) < len(self.cases):
            insist(self.ask, self.see_to)
            self.finish()
        self.finish()


def _write_case(folder: Path, number: int) -> None:
    """A small case, with a text in an old code and documents, each of which takes seconds to become PDF/A."""
    named = {"笔录.txt": ("现场检查笔录", "调查"), "决定书.txt": ("行政处罚决定书", "决定")}
    named |= dict.fromkeys(_SLOW, ("其他", "调查"))
    objects = [{"file": file, "kind": kind, "stage": stage} for file, (kind, stage) in named.items()]
    write_whole_case(folder, case_number=f"临文综罚〔2026〕{number}号", objects=objects)
    (folder / "决定书.txt").write_text("行政处罚决定书，当事人陈述\n" * 20, encoding="gb18030")
    for name in _SLOW:
        lines = [f"<w:p>{office_samples.run(f'第{number}号案件{name}，第{line}行')}</w:p>" for line in range(20)]
        office_samples.docx(folder / name, "".join(lines))


def _actor(archive: Archive, account: str, role: Role) -> Actor:
    return Actor(archive, Person(account, f"某{account}", frozenset({role})))


def insist(what: Callable[[], None], see_to: Callable[[], None]) -> None:
    """Do it once the catalogue answers."""

    def did() -> bool:
        what()
        return True

    until(did, see_to)


def until(wanted: Callable[[], bool], see_to: Callable[[], None], patience: float = PATIENCE) -> None:
    """Look until it is so; while the server is away there is nothing to see. Raises SystemExit."""
    end = time.monotonic() + patience
    while True:
        with suppress(PreserveError):
            if wanted():
                return
        if time.monotonic() > end:
            raise SystemExit("work does not go on")
        see_to()
        time.sleep(0.2)
