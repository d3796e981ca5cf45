"""A small bureau whose clock is led: its people, its cases, its media, and what must be true of them on every day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from metadata.verify import verify_package
from preserve import clock
from preserve.administration.actor import Actor
from preserve.administration.appointing import add_person
from preserve.administration.founding import Extras, found
from preserve.administration.people import Person, recognise
from preserve.archival_storage.auditing import run_audit
from preserve.archival_storage.media import MediumWish, add_medium
from preserve.archival_storage.pace import Budget
from preserve.archival_storage.policy import read_policy
from preserve.archival_storage.repair import damaged_copies, repair_copy
from preserve.archival_storage.replicate import replicate
from preserve.data_management import both_logs, destroyed, holdings, retention_index
from preserve.data_management.archive import Archive
from preserve.data_management.database import Catalogue, open_catalogue
from preserve.data_management.proof.verify_ledger import verify_ledger
from preserve.data_management.tables import versions
from preserve.home import Home, acting_person, open_home
from preserve.ingest.runner import Answerer, run
from preserve.progress import Silent
from tests.support.loop import Loop

STAFF = {
    "shen": ("沈安全", "security-administrator"),
    "wang": ("王审核", "examiner"),
    "zhao": ("赵审核", "examiner"),
    "chen": ("陈档案", "archivist"),
    "li": ("李局长", "head"),
}
PAPERS = {"检查方案": "启动", "现场检查笔录": "调查", "检查结论": "决定"}

STORAGE = """
[[ordinary]]
kind = "directory"
count = 1

[[ordinary]]
kind = "drive"
count = 1

[[long_term]]
kind = "directory"
count = 1

[[long_term]]
kind = "drive"
count = 1

[places]
ordinary = 1
long_term = 1

[audit.directory]
days = 365
share = 1.0

[audit.drive]
days = 730
share = 1.0

[audit.optical]
days = 1460
share = 0.1

[audit.s3]
days = 90
share = 0.1
"""


@dataclass
class Bureau:
    """The bureau at a moment. `promised` is until when each case must be kept whatever happens: the test's own word."""

    folder: Path
    moment: datetime
    home: Home = field(init=False)
    catalogue: Catalogue = field(init=False)
    promised: dict[str, date] = field(default_factory=dict)  # objid to the last day that the law asks for
    held: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    deeds: list[tuple[str, str]] = field(default_factory=list)  # action and subject of everything that was done
    seen: int = 0  # entries of the ledger that were looked at
    days: int = 0

    # --- the clock

    @property
    def today(self) -> date:
        return (self.moment + timedelta(hours=8)).date()

    def now(self) -> datetime:
        return self.moment

    def until(self, day: date) -> None:
        """Let the days go by, and look at the archive on each of them."""
        while self.today < day:
            self.moment += timedelta(days=1)
            self.days += 1
            self.check_day()

    # --- beginning

    def begin(self) -> None:
        self.home = found(
            self.folder / "home",
            institution="临江市文化和旅游局",
            policy="lossless",
            store=None,
            digests=["sha256"],
            language="zh",
            extras=Extras(test_authority=True),
        ).home
        (self.home.profiles / "storage.toml").write_text(STORAGE, encoding="utf-8")
        self.catalogue = open_catalogue(self.home)
        for name, (person, role) in STAFF.items():
            add_person(
                self.catalogue,
                name,
                person=person,
                roles=[role],
                os_user=name,
                actor=self.person("" if name == "shen" else "shen"),
                moment=self.moment,
            )
            self.note("person.added", name)

    def person(self, name: str) -> Person:
        """Somebody of the staff at their own desk; the founder where the name is empty."""
        with self.catalogue.read() as connection:
            return recognise(connection, name or acting_person(), None, self.moment)

    def actor(self, name: str) -> Actor:
        """Somebody of the staff at work on the archive, by its clock."""
        return Actor(Archive(self.home, self.catalogue, self.now), self.person(name))

    def note(self, action: str, subject: str) -> None:
        """This was done: the ledger must tell of it."""
        self.deeds.append((action, subject))

    # --- cases

    def take_in(
        self,
        number: int,
        *,
        years: int,
        files: dict[str, bytes] | None = None,
        objects: Sequence[dict[str, Any]] = (),
        **more: Any,
    ) -> str:
        """A case that was closed three days ago and must be kept so many years at least; its objid."""
        folder = self.folder / "sips" / str(number)
        folder.mkdir(parents=True)
        for name, data in (files or {}).items():
            (folder / name).write_bytes(data)
        for kind in PAPERS:
            (folder / f"{kind}.txt").write_text(f"{kind}：第 {number} 号案件，{self.today}。\n" * 5, encoding="utf-8")
        closed = self.today - timedelta(days=3)
        description = {
            "case_number": f"临综检〔{self.today.year}〕{number}号",
            "case_type": "检查",
            "title": f"对第{number}家场所的检查",
            "cause": "日常检查",
            "producer": {"name": "临江市文化和旅游局"},
            "start": str(closed - timedelta(days=9)),
            "closed": str(closed),
            "retention": {10: "10年", 30: "30年"}.get(years, "永久"),
            "parties": [{"name": f"第{number}家场所"}],
            "objects": [{"file": f"{kind}.txt", "kind": kind, "stage": stage} for kind, stage in PAPERS.items()]
            + list(objects),
            **more,
        }
        (folder / "case.json").write_text(json.dumps(description, ensure_ascii=False), encoding="utf-8")
        done = run(
            self.home, self.catalogue, folder, person=Answerer(acting_person(), may=True), jobs=1, watcher=Silent()
        )
        self.promised[done.objid] = closed.replace(year=closed.year + years) if years <= 30 else date.max
        self.note("case.registered", done.objid)
        return done.objid

    # --- media

    def new_drive(self, drive: Loop, label: str, place: str) -> None:
        wish = MediumWish("drive", str(drive.top), label, place, "李敏", {"reserve": 1 << 20})
        add_medium(self.home, self.catalogue, wish, actor="chen", moment=self.moment)

    def copy_what_is_missing(self) -> None:
        _, _, failed = replicate(self.home, self.catalogue, read_policy(self.home.profiles), actor="chen", now=self.now)
        assert failed == []

    def audit(self, *, damaged: int = 0) -> None:
        """Read back what is due; mend what is damaged."""
        archive = Archive(self.home, self.catalogue, self.now)
        report = run_audit(archive, read_policy(self.home.profiles), Budget(), actor="scheduler")
        assert report.state == "done", report
        found = damaged_copies(self.home, self.catalogue)
        assert len(found) == damaged, found
        for row, medium in found:
            assert repair_copy(archive, row, medium, actor="chen").done
            self.note("copy.repaired", row.objid)

    # --- what must be true

    def packages(self) -> dict[str, Path]:
        """What lies in the server store, by name."""
        return {path.name: path for path in (self.home.store / "packages").iterdir()}

    def check_day(self) -> None:
        """Nothing that must be kept is gone, nothing held is gone, and only those are gone whose tombstone says so."""
        present = {name.partition("_")[0] for name in self.packages()}
        with self.catalogue.read() as connection:
            buried = {one.objid for one in destroyed.all_gone(connection) if not one.item and one.state == "destroyed"}
            due = {row.objid: row.due for row in retention_index.all_rows(connection) if not row.item}
        for objid, last in self.promised.items():
            if last >= self.today or objid in self.held:
                assert objid in present, f"{objid} is gone on {self.today}, and must be kept until {last}"
                assert objid not in buried
            else:
                assert (objid in present) != (objid in buried), objid
            if objid in due and due[objid] and due[objid] != "permanent":
                assert date.fromisoformat(due[objid]) > min(last, date(9999, 1, 1)) - timedelta(days=1), objid
        assert buried == self.gone

    def check_year(self) -> None:
        """Every package verifies, every deed is in the ledger, and the ledger holds."""
        with self.catalogue.read() as connection:
            known = {row.name for row in connection.execute(select(versions.c.name))}
            told = [(one.action, one.subject) for one in both_logs.entries(connection)]
        for name, path in self.packages().items():
            report = verify_package(path, workers=1)
            assert report.intact, (name, report.findings)
            assert name in known
        for deed in self.deeds:
            assert deed in told, deed
        proven = verify_ledger(self.catalogue, self.home.store / "ledger", self.home.keys / "ledger.pub")
        assert proven.intact, proven.findings

    def medium(self, label: str) -> holdings.MediumRow:
        with self.catalogue.read() as connection:
            found = holdings.read_medium(connection, label)
        assert found is not None
        return found


@contextmanager
def bureau(folder: Path, begins: date) -> Iterator[Bureau]:
    """A bureau on its first day; its clock leads the program's within."""
    made = Bureau(folder, datetime.combine(begins, datetime.min.time(), UTC) + timedelta(hours=1))
    with clock.running_on(made.now):
        made.begin()
        try:
            yield made
        finally:
            made.catalogue.close()


def reopen(made: Bureau, path: Path) -> None:
    """Go on in another home, as after a fire."""
    made.catalogue.close()
    made.home = open_home(path)
    made.catalogue = open_catalogue(made.home)
