"""Several machines of one archive, hurt again and again while they work: the result is that of an undisturbed run."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
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
from preserve.services import job_folders, jobs
from tests.support.exported import KEEP
from tests.support.machines import Machines, machines
from tests.support.people import entries, session
from tests.support.program import Archive as Program
from tests.support.tiny_case import write_whole_case

WORKERS = ("a", "b")
PATIENCE = 240.0
FAULTS = 100
_PAUSE = 15.0  # seconds for which a part hangs: longer than any lease, shorter than what stops all work
_AHEAD = 4  # so many jobs wait or are at work when a fault comes
_OTHER: tuple[tuple[str, dict[str, object]], ...] = (
    ("audit.run", {"wish": {"everything": True}}),
    ("planning.run", {"jobs": 1}),
    ("copies.replicate", {}),
)


@dataclass
class Campaign:
    """One archive under attack; `asked` are all jobs, `cases` the folders that were handed in."""

    held: Machines
    chance: random.Random
    asked: list[str] = field(default_factory=list)
    cases: list[Path] = field(default_factory=list)
    delivered: dict[str, tuple[str, str]] = field(default_factory=dict)  # by request: the case, and the job
    resumed: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    struck: Counter[str] = field(default_factory=Counter)
    anew: int = -1  # how often new versions were asked for; below zero: it is not their turn

    def ask(self) -> None:
        """Ask for so many that enough waits, or would if none were done meanwhile; every second is no ingest."""
        archive = self.held.archive
        if self.anew >= 0:
            if not self._unfinished():
                self.anew += 1
                key = f"anew {self.anew}"
                self.asked.append(jobs.ask(session(archive, "wu"), "planning.run", {"jobs": 1}, key=key).id)
            return
        for _ in range(_AHEAD - self._unfinished()):
            number = len(self.asked) + 1
            if number % 4 == 0:
                operation, given = _OTHER[number // 4 % len(_OTHER)]
                self.asked.append(jobs.ask(session(archive, "wu"), operation, given, key=f"job {number}").id)
                continue
            if number % 4 == 2 and (case := self._registered()):
                self._ask_for_delivery(case, number)
                continue
            folder = archive.home.path / "inbox" / f"{number:04}"
            if not folder.exists():
                write_whole_case(folder, case_number=f"临文综罚〔2026〕{number}号")
                (folder / "决定书.txt").write_text("行政处罚决定书，当事人陈述\n" * 20, encoding="gb18030")
            asked = {"sip": str(folder), "jobs": 1}
            self.asked.append(jobs.ask(session(archive, "zhou"), "deposits.ingest", asked, key=f"job {number}").id)
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

    def _unfinished(self) -> int:
        with self.held.archive.catalogue.read() as connection:
            return len(rows.unfinished(connection))

    def go_on(self) -> None:
        """Do what a person does who sees that a job gave up; raises SystemExit where it failed by anything else."""
        with self.held.archive.catalogue.read() as connection:
            ended = rows.find(connection, states=rows.AGAIN, limit=1000)
        for row in ended:
            code = json.loads(row.failure or "{}").get("code", "")
            if row.state not in ("lost", "stopped") and code not in _GONE:
                raise SystemExit(f"{row.operation} {row.state}: {row.failure}")
            jobs.resume(session(self.held.archive, "wu"), row.id)
            self.resumed[code or row.state] += 1

    def fault(self) -> None:
        """Hurt one of them while it works, and wait until that work goes on."""
        insist(self.ask)
        row = self._at_work()
        kinds: dict[str, Callable[[rows.JobRow], None]] = {
            "child killed": lambda row: os.kill(row.pid or 0, signal.SIGKILL),
            "child stopped": self._stop_child,
            "worker killed": self._kill_worker,
            "worker stopped": self._stop_worker,
            "PostgreSQL killed": lambda row: (self.held.kill_server(), self.held.start_server())[0],
            "sealer killed": lambda row: self.held.kill("sealer"),
            "sealer stopped": lambda row: self._pause([self.held.processes["sealer"].pid]),
            "PostgreSQL stopped": lambda row: self._pause(self.held.server.pids()),
        }
        if self.held.store is not None:
            kinds["volume server killed"] = self._kill_volume
            kinds["volume server stopped"] = self._stop_volume
        kind = self.chance.choice(sorted(kinds))
        began = time.monotonic()
        with suppress(ProcessLookupError):  # it has just ended
            kinds[kind](row)
        self.struck[kind] += 1
        self.see_to()
        until(lambda: self._went_on(row), self.see_to)
        took = time.monotonic() - began
        if kind == "worker killed":
            self.longest = max(self.longest, took)
        print(f"{self.struck.total()}: {kind}, on again after {took:.1f} s", flush=True)

    def preserve_anew(self, faults: int) -> None:
        """Under another policy for formats every case has another version; while they are made, hurt so many times."""
        for name in WORKERS:
            with suppress(KeyError):
                self.held.kill(name)
        self.held.archive.home.profiles.mkdir(exist_ok=True)
        (self.held.archive.home.profiles / "formats.toml").write_text(KEEP, encoding="utf-8")
        self.anew = 0
        self.see_to()
        many = self.struck.total()
        while self.struck.total() < many + faults and len(self.versions()) < len(self.cases):
            self.fault()
        while len(self.versions()) < len(self.cases):
            insist(self.ask)
            self.finish()

    def versions(self) -> list[str]:
        """The cases that the ledger has another version of, once for each; nothing where nobody can be asked."""
        with suppress(PreserveError):
            return [str(entry["subject"]) for entry in entries(self.held.archive, "case.represerved")]
        return []

    def see_to(self) -> None:
        """Start again what ended, under the names that the machines have."""
        self.held.see_to("sealer", *WORKERS)
        if self.held.store is not None:
            for number in range(3):
                self.held.store.start_volume(number)

    def finish(self) -> None:
        """Until everything is done that was asked for."""

        def all_done() -> bool:
            self.go_on()
            return self._unfinished() == 0

        until(all_done, self.see_to)

    def _at_work(self) -> rows.JobRow:
        found: list[rows.JobRow] = []

        def some() -> bool:
            self.go_on()
            self.ask()
            found[:] = self.held.children()
            return bool(found)

        until(some, self.see_to)
        return self.chance.choice(found)

    def _went_on(self, row: rows.JobRow) -> bool:
        self.go_on()
        with self.held.archive.catalogue.read() as connection:
            now = rows.read(connection, row.id)
        return now.state == "done" or (now.attempt > row.attempt and now.state == "running")

    def _stop_child(self, row: rows.JobRow) -> None:
        os.kill(row.pid or 0, signal.SIGSTOP)  # for good: its worker has to see it

    def _kill_worker(self, row: rows.JobRow) -> None:
        with suppress(KeyError):
            self.held.kill(row.node or "")

    def _stop_worker(self, row: rows.JobRow) -> None:
        """Stop a machine whole until another has its work, then let it come back."""
        pids = [row.pid or 0, *([self.held.processes[row.node or ""].pid] if row.node in self.held.processes else [])]
        _signal(pids, signal.SIGSTOP)
        try:
            until(lambda: self._went_on(row), lambda: None)
        finally:
            _signal(pids, signal.SIGCONT)

    def _pause(self, pids: list[int]) -> None:
        end = time.monotonic() + _PAUSE
        _signal(pids, signal.SIGSTOP)
        try:
            until(lambda: time.monotonic() > end, lambda: None)
        finally:
            _signal(pids, signal.SIGCONT)

    def _stop_volume(self, row: rows.JobRow) -> None:
        assert self.held.store is not None
        self._pause([self.held.store.processes[f"volume-{self.chance.randrange(3)}"].pid])

    def _kill_volume(self, row: rows.JobRow) -> None:
        assert self.held.store is not None
        self.held.store.kill(f"volume-{self.chance.randrange(3)}")


def _actor(archive: Archive, account: str, role: Role) -> Actor:
    return Actor(archive, Person(account, f"某{account}", frozenset({role})))


_GONE = frozenset(
    {
        "catalogue.busy",
        "catalogue.unreachable",
        "catalogue.not-committed",
        "catalogue.in-doubt",
        "lease.lost",
        "ledger.sealer-absent",
    }
    | {"storage.absent", "medium.absent", "storage.unreachable"}
)


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(pid, number)


def insist(what: Callable[[], None]) -> None:
    """Do it once the catalogue answers."""

    def did() -> bool:
        what()
        return True

    until(did, lambda: None)


def until(wanted: Callable[[], bool], see_to: Callable[[], None]) -> None:
    """Look until it is so; while the server is away there is nothing to see. Raises SystemExit."""
    end = time.monotonic() + PATIENCE
    while True:
        with suppress(PreserveError):
            if wanted():
                return
        if time.monotonic() > end:
            raise SystemExit("work does not go on")
        see_to()
        time.sleep(0.2)


def acts_of_a_case(held: Machines, cases: int) -> dict[str, int]:
    """What the ledger tells of each case, by how often; what happens to all cases alike."""
    counted = Counter(str(entry["action"]) for entry in entries(held.archive))
    return {
        act: many // cases for act, many in counted.items() if act in ("case.registered",) or act.startswith("copy.")
    }


def judge(campaign: Campaign, undisturbed: dict[str, int]) -> None:
    """Hold what is there against what was handed in, and the ledger against an undisturbed run's."""
    held, many = campaign.held, len(campaign.cases)
    registered = [entry["subject"] for entry in entries(held.archive, "case.registered")]
    assert len(registered) == len(set(registered)) == many, (len(registered), many)
    assert acts_of_a_case(held, many) == undisturbed, (acts_of_a_case(held, many), undisturbed)
    program = Program(held.archive.home.path)
    assert program.json("ledger", "verify")["ok"] is True
    judge_deliveries(campaign)
    asked = program.json("audit", "run", "--all") if held.store is not None else {"status": 0}
    assert asked["status"] == 0, asked
    if held.store is not None:
        return
    packages = program.packages()
    assert len(packages) == many
    there = Counter(frozenset(_originals(package)) for package in packages)
    assert there == Counter(frozenset(_handed_in(folder)) for folder in campaign.cases)
    assert all(program.run("verify", str(package)).returncode == 0 for package in packages)


def judge_anew(campaign: Campaign) -> None:
    """Each case has one more version, with its originals; the ledger verifies."""
    versions = campaign.versions()
    assert len(versions) == len(set(versions)) == len(campaign.cases), (len(versions), len(campaign.cases))
    program = Program(campaign.held.archive.home.path)
    assert program.json("ledger", "verify")["ok"] is True
    assert program.json("audit", "run", "--all")["status"] == 0
    if campaign.held.store is None:
        newest = [package for package in program.packages() if package.name.endswith("_v0002")]
        there = Counter(frozenset(_originals(package)) for package in newest)
        assert there == Counter(frozenset(_handed_in(folder)) for folder in campaign.cases)
        assert all(program.run("verify", str(package)).returncode == 0 for package in newest)


def judge_deliveries(campaign: Campaign) -> None:
    """Each left once, is intact by its own verifier, and holds what was handed in of its case."""
    told = Counter(str(entry["subject"]) for entry in entries(campaign.held.archive, "request.delivered"))
    assert told == dict.fromkeys(campaign.delivered, 1), told
    handed_in = {json.loads((one / "case.json").read_text("utf-8"))["case_number"]: one for one in campaign.cases}
    for case, job in campaign.delivered.values():
        (place,) = job_folders.outbox(campaign.held.archive.home, job).iterdir()
        verifier = [sys.executable, "-I", str(place / "verify.py"), str(place)]
        done = subprocess.run(verifier, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        # The description that came with the deposit holds identity numbers, and is not given.
        given = [path for path in handed_in[case].iterdir() if path.name != "case.json"]
        assert sorted(_originals(place)) == sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in given)


def _originals(package: Path) -> list[str]:
    found = package.glob("data/*/representations/original/data/**/*")
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in found if path.is_file()]


def _handed_in(folder: Path) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()]


def run(folder: Path, seconds: float, seed: int, faults: int = FAULTS, *, bucket: bool = True) -> str:
    """So many faults, or as many as come into so many seconds; then everything is done and held against what was."""
    (folder / "calm").mkdir()
    calm = Campaign(machines(folder / "calm", bucket=bucket), random.Random(seed))
    try:
        calm.see_to()
        calm.ask()
        calm.finish()
        undisturbed = acts_of_a_case(calm.held, len(calm.cases))
        judge(calm, undisturbed)
    finally:
        calm.held.stop()
    (folder / "hurt").mkdir()
    campaign = Campaign(machines(folder / "hurt", bucket=bucket), random.Random(seed))
    end = time.monotonic() + seconds
    try:
        campaign.see_to()
        late = max(1, faults // 5)
        while campaign.struck.total() < faults - late and time.monotonic() < end:
            campaign.fault()
        campaign.finish()
        judge(campaign, undisturbed)
        campaign.preserve_anew(late)
        campaign.finish()
        judge_anew(campaign)
    finally:
        campaign.held.stop()
    by_hand = ", ".join(f"{code} {many}" for code, many in sorted(campaign.resumed.items())) or "none"
    kinds = ", ".join(f"{kind} {many}" for kind, many in sorted(campaign.struck.items()))
    others = len(campaign.asked) - len(campaign.cases) - len(campaign.delivered)
    return (
        f"{campaign.struck.total()} faults ({kinds}) while {len(campaign.cases)} cases, a new version of each, "
        f"{len(campaign.delivered)} deliveries to courts and {others} audits, replications and runs of re-preservation "
        f"were done by two machines over {'SeaweedFS' if bucket else 'a folder'}: each case and version there once, "
        f"with what was handed in, each delivery there once and intact by its own verifier, the ledger as of an "
        f"undisturbed run; jobs resumed by hand: {by_hand}; work of a killed machine again after at most "
        f"{campaign.longest:.1f} s."
    )
