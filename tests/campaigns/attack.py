"""Everything that writes, broken at every edge: killed, out of room, failing, twice at once, under a wrong clock.

An edge is a system call by which something becomes lasting: a rename, a link, a removal, a folder, a sync, a page of the
database. strace holds the command there and lets it die, or has the call fail. Afterwards the same command is given
again, and the archive is judged from outside: it ends as if nothing had happened, once.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preserve.clock import now, zone
from tests.support.office import Office, make_office
from tests.support.program import PROGRAM, state_of

NAMES = "rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat"
SYNCS = "fsync,fdatasync,syncfs"
PAGES = "pwrite64,ftruncate"

# What is done at an edge: what strace injects, into which calls, and the statuses that may come of it. Where a name
# cannot be removed or a page not be written, a command may also end well: it was not needed.
ACTS: dict[str, tuple[str, str, frozenset[int]]] = {
    "kill": ("signal=KILL", f"{NAMES},{SYNCS},{PAGES}", frozenset({0, 137, -9})),
    "full": ("error=ENOSPC", f"mkdir,mkdirat,{PAGES}", frozenset({0, 3, 5, 8, 9})),
    "failing": ("error=EIO", f"{SYNCS},pwrite64,rename,renameat,renameat2", frozenset({0, 3, 4, 5, 8, 9})),
}


@dataclass(frozen=True)
class Operation:
    """A command that writes: what is given, as whom, and the ledger's action that must stand there once afterwards.

    `outside` is a folder that something leaves for, in which there must be one thing at the end.
    """

    name: str
    arguments: tuple[str, ...]
    action: str
    who: str = ""
    outside: str = ""
    again: frozenset[int] = frozenset({0, 3})  # done already is refused


@dataclass
class Ground:
    """An archive in which every operation can be done, and a copy of it that is put back before each attempt."""

    office: Office
    folder: Path
    operations: list[Operation] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.office.archive.home

    @property
    def kept(self) -> Path:
        return self.folder / "kept"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def keep(self) -> None:
        shutil.copytree(self.home, self.kept, symlinks=True)

    def put_back(self) -> None:
        for path in (self.home, self.out):
            shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.kept, self.home, symlinks=True)
        self.out.mkdir()

    def environment(self, who: str) -> dict[str, str]:
        named = {"PRESERVE_TOKEN": self.office.tokens[who]} if who else {}
        return {**os.environ, "PRESERVE_HOME": str(self.home), "LC_ALL": "C.UTF-8", **named}

    def run(self, operation: Operation, *before: str) -> subprocess.CompletedProcess[str]:
        """Give the command, below `before` (strace and its options)."""
        return subprocess.run(
            [*before, str(PROGRAM), "--lang", "en", *operation.arguments],
            env=self.environment(operation.who),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def log(self) -> list[dict[str, Any]]:
        return self.office.log()


def prepare(folder: Path) -> Ground:
    """An office with a request in each state, a hold, a transfer that was approved, and a case that waits outside."""
    office = make_office(folder / "office", "--test-authority")
    ground = Ground(office, folder)
    from demo.make_case import make_case

    make_case(folder / "second", small=True)
    description = folder / "second" / "case.json"
    told = json.loads(description.read_text(encoding="utf-8"))
    told |= {"case_number": told["case_number"] + "-2", "archival_number": ""}
    description.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    approved, opened, withdrawn, package = (
        office.approved(),
        office.open(),
        office.open(),
        office.open("internal", "法制科", "--form", "package"),
    )
    examined = office.open()
    for number in (examined, package):
        office.json("wang", "request", "examine", number)
    office.json("head", "request", "approve", package)
    hold = office.json("", "hold", "add", office.case, "--kind", "audit", "--reason", "x")["hold"]["number"]
    transfer = office.json("", "transfer", "prepare", office.case, "--archive", "市档案馆", "--basis", "到期")["number"]
    office.json("head", "transfer", "approve", transfer)
    disc = office.json("", "disc", "compose", "--now")["discs"][0]
    out = str(ground.out)
    today = now().astimezone(zone("Asia/Shanghai")).date().isoformat()
    assert office.archive.run("ledger", "verify").returncode == 0
    ground.operations = [
        Operation("ingest", ("ingest", str(folder / "second")), "case.registered"),
        Operation(
            "open",
            ("request", "open", "--capacity", "internal", "--name", "法", "--case", office.case, "--purpose", "x"),
            "request.opened",
            again=frozenset({0}),
        ),
        Operation("examine", ("request", "examine", opened), "request.examined", "wang", again=frozenset({0})),
        Operation("approve", ("request", "approve", examined), "request.approved", "head"),
        Operation("withdraw", ("request", "withdraw", withdrawn, "--reason", "x"), "request.withdrawn"),
        Operation("deliver", ("request", "deliver", approved, "--output", out), "request.delivered", outside="dip-"),
        Operation(
            "restore-to",
            ("restore", office.case, "--from", str(disc["image"]), "--to", out, "--request", package),
            "package.restored",
            outside="aip-",
        ),
        Operation(
            "hold", ("hold", "add", office.case, "--kind", "other", "--reason", "x"), "hold.added", again=frozenset({0})
        ),
        Operation("release", ("hold", "release", hold, "--reason", "x"), "hold.released", "wang"),
        Operation("hand-over", ("transfer", "hand-over", transfer, "--to", out), "transfer.handed-over", outside="T2"),
        Operation(
            "burn",
            ("disc", "burn", disc["volume_id"] + "A", "--device", f"{out}/disc"),
            "copy.changed",
            again=frozenset({0, 2, 3}),
        ),
        Operation("rebuild", ("catalogue", "rebuild"), ""),
        Operation("audit", ("audit", "run", "--all"), "audit.ended", again=frozenset({0})),
        Operation("checkpoint", ("ledger", "checkpoint"), ""),
        Operation(
            "account",
            ("user", "add", "someone", "--person", "郑某某", "--role", "archivist"),
            "person.added",
            "security",
        ),
        Operation("show", ("show", office.case), "case.viewed", again=frozenset({0})),
        Operation(
            "overdue",
            (
                "request",
                "open",
                "--capacity",
                "internal",
                "--name",
                "法",
                "--case",
                office.case,
                "--purpose",
                "y",
                "--due",
                today,
            ),
            "request.opened",
            again=frozenset({0}),
        ),
    ]
    ground.keep()
    return ground


@dataclass(frozen=True)
class Attempt:
    """One operation, broken at the n-th call of a name."""

    operation: Operation
    act: str
    call: str
    number: int


def attempts(ground: Ground, operations: Sequence[Operation] | None = None) -> list[Attempt]:
    """Every edge of every operation with everything that can happen there, found by running each once."""
    found = []
    for operation in operations or ground.operations:
        ground.put_back()
        log = ground.folder / "calls"
        traced = ("strace", "-f", "-qq", "-o", str(log), "-e", f"trace={NAMES},{SYNCS},{PAGES}")
        done = ground.run(operation, *traced)
        assert done.returncode == 0, f"{operation.name}: {done.returncode} {done.stderr}"
        counted: Counter[str] = Counter()
        main = ""
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            thread, _, text = line.partition(" ")
            main = main or thread
            call = text.strip().partition("(")[0]
            if thread == main and call in f"{NAMES},{SYNCS},{PAGES}".split(","):
                counted[call] += 1
        for act, (_, calls, _) in ACTS.items():
            found += [
                Attempt(operation, act, call, number)
                for call in calls.split(",")
                for number in range(1, counted[call] + 1)
            ]
    return found


def make(ground: Ground, attempt: Attempt) -> str:
    """Break it there, give the command again, judge. Returns what was wrong, or nothing."""
    ground.put_back()
    injected, _, allowed = ACTS[attempt.act]
    before = Counter(entry["action"] for entry in ground.log())
    traced = (
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        f"trace={attempt.call}",
        "-e",
        f"inject={attempt.call}:{injected}:when={attempt.number}",
    )
    first = ground.run(attempt.operation, *traced)
    if first.returncode not in allowed or "Traceback" in first.stderr:
        return f"status {first.returncode}: {first.stderr[-600:]}"
    second = ground.run(attempt.operation)
    if second.returncode not in attempt.operation.again | {0}:
        return f"after {first.returncode} again {second.returncode}: {second.stderr[-600:]}"
    return judge(ground, attempt.operation, before, (first.returncode, second.returncode))


def judge(ground: Ground, operation: Operation, before: Counter[str], ended: tuple[int, ...]) -> str:
    """From outside: the ledger holds, nothing half-made is left, and it happened as often as somebody was told so."""
    verified = ground.office.archive.run("--json", "ledger", "verify")
    if verified.returncode != 0:
        return f"ledger verify {verified.returncode}: {verified.stdout[-600:]}"
    left = [name for name in ground.office.archive.leftovers() if not name.endswith(".json")]
    if left:
        return f"left over: {left}"
    if operation.action:
        count = Counter(entry["action"] for entry in ground.log())[operation.action] - before[operation.action]
        told = sum(status == 0 for status in ended)
        least, most = (1, 1) if 3 in operation.again else (max(1, told), len(ended))
        if operation.action != "copy.changed" and not least <= count <= most:
            return f"{operation.action} stands there {count} times after {ended}"
    if operation.outside:
        there = [path.name for path in ground.out.iterdir()]
        if len([name for name in there if name.startswith(operation.outside)]) != 1 or any(
            name.startswith(".") for name in there
        ):
            return f"outside lies {there}"
    return ""


def twice(ground: Ground, operation: Operation) -> str:
    """The same command twice at once: each answer is true."""
    ground.put_back()
    before = Counter(entry["action"] for entry in ground.log())
    both = [
        subprocess.Popen(
            [str(PROGRAM), "--lang", "en", *operation.arguments],
            env=ground.environment(operation.who),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=300)[1] for process in both]
    ended = tuple(process.returncode for process in both)
    if not set(ended) <= {0, 2, 3, 9} or 0 not in ended or any("Traceback" in one for one in said):
        return f"statuses {ended}: {said}"
    return judge(ground, operation, before, ended)


def at_another_time(ground: Ground, operation: Operation, years: int) -> str:
    """Under a clock that is years off, in a process that is led by it: no defect, and the ledger holds."""
    ground.put_back()
    code = (
        "import sys; from datetime import datetime, timedelta, UTC; from preserve.clock import running_on; "
        f"from preserve.cli.main import run\nwith running_on(lambda: datetime.now(UTC) + timedelta(days={365 * years})): "
        f"sys.exit(run({list(operation.arguments)!r}))"
    )
    import sys

    done = subprocess.run(
        [sys.executable, "-c", code],
        env=ground.environment(operation.who),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=Path(__file__).parent.parent.parent,
    )
    if done.returncode not in (0, 2, 3, 4, 6) or "Traceback" in done.stderr:
        return f"{years} years off: {done.returncode} {done.stderr[-600:]}"
    verified = ground.office.archive.run("--json", "ledger", "verify")
    return "" if verified.returncode == 0 else f"ledger verify {verified.returncode}: {verified.stdout[-600:]}"


def run(folder: Path, seconds: float, seed: int) -> str:
    """As many attempts as there is time for, in an order that the seed gives; all of them where there is enough."""
    chance = random.Random(seed)
    ground = prepare(folder)
    originals = state_of(ground.home / "store" / "packages")
    plan = attempts(ground)
    chance.shuffle(plan)
    made: Counter[str] = Counter()
    end = time.monotonic() + seconds

    def check(what: str, wrong: str) -> None:
        if wrong:
            raise SystemExit(f"{what} (seed {seed}): {wrong}")
        kept = state_of(ground.home / "store" / "packages")
        if any(kept.get(name, ("", 0, ""))[2] != digest for name, (_, _, digest) in originals.items()):
            raise SystemExit(f"{what} (seed {seed}): a sealed package changed")

    for what, wrong in _others(ground):
        check(what, wrong())
        made[what.partition(" ")[0]] += 1
    for attempt in plan:
        if time.monotonic() >= end:
            break
        name = f"{attempt.act} of {attempt.operation.name} at {attempt.call} {attempt.number}"
        check(name, make(ground, attempt))
        made[attempt.act] += 1
        if sum(made.values()) % 20 == 0:
            print(dict(made), f"of {len(plan)}", flush=True)
    told = ", ".join(f"{count} × {name}" for name, count in sorted(made.items()))
    return (
        f"{len(ground.operations)} operations with {len(plan)} edges to break; {told}; after each the same command "
        "ended well, the ledger verified, no package changed, nothing was left over, and nothing was done twice."
    )


def _others(ground: Ground) -> Iterator[tuple[str, Callable[[], str]]]:
    for operation in ground.operations:
        yield f"twice at once: {operation.name}", lambda operation=operation: twice(ground, operation)  # type: ignore[misc]
    for operation in ground.operations:
        for years in (-30, 40):
            yield (
                f"clock {years} years off: {operation.name}",
                lambda operation=operation, years=years: at_another_time(ground, operation, years),  # type: ignore[misc]
            )
