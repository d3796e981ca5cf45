"""What several machines come to over a PostgreSQL server of the run's own, each figure beside its floor in that run.

The server, the workers and what asks them share this machine's processors, which a real installation does not. Into and
out of an object store is `stores`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import event

from benchmarks import measure
from benchmarks.measure import PROGRAM, row, scratch
from preserve.data_management import jobs as rows
from preserve.data_management import ledger
from preserve.data_management.archive import Archive
from preserve.data_management.engines.postgresql import PostgresqlSchema
from preserve.services import deposits, jobs
from preserve.services.delivered_work import SILENT
from tests.support.machines import Machines, machines
from tests.support.people import session
from tests.support.tiny_case import write_whole_case

WRITERS = 32
_APPENDS = 1600
_TURNS = 8
_JOBS = 24
_FILES = 3000
_PATIENCE = 600.0


@dataclass
class Held:
    """For how long each write transaction had the schema's lock, and for how long it waited, in seconds."""

    held: list[float] = field(default_factory=list)
    _since: dict[int, float] = field(default_factory=dict)

    def watch(self, engine: Any) -> None:
        """Count on this engine from here on: from the lock's round trip to the connection's return after the COMMIT."""
        begun = PostgresqlSchema.begun

        def locked(place: PostgresqlSchema, asked: Any, *, writes: bool, **given: Any) -> Any:
            connection = begun(place, asked, writes=writes, **given)
            if writes and asked is engine:
                self._since[id(connection.connection.dbapi_connection)] = time.perf_counter()
            return connection

        PostgresqlSchema.begun = locked  # type: ignore[method-assign,assignment]

        @event.listens_for(engine, "checkin")
        def returned(raw: Any, record: Any) -> None:
            if (since := self._since.pop(id(raw), None)) is not None:
                self.held.append(time.perf_counter() - since)


@contextmanager
def _running(name: str) -> Iterator[Machines]:
    with scratch() as folder:
        (folder / name).mkdir()
        held = machines(folder / name, bucket=False)
        try:
            held.see_to("sealer")
            yield held
        finally:
            held.stop()


def main() -> list[str]:
    """The rows of the table."""
    once = measure.RUNS == 1
    with _running("a") as held:
        rows_ = [*_appends(held, _APPENDS // (4 if once else 1)), *_locks(held.archive, _FILES // (10 if once else 1))]
    return [*rows_, *_delivery(_JOBS // (2 if once else 1)), *_again()]


def _together(work: Callable[[int], None]) -> float:
    """Seconds until so many writers have done their part, begun at once."""
    begin = threading.Barrier(WRITERS + 1)

    def one(number: int) -> None:
        begin.wait()
        work(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(WRITERS)]
    for each in threads:
        each.start()
    begin.wait()
    began = time.perf_counter()
    for each in threads:
        each.join()
    return time.perf_counter() - began


def _appends(held: Machines, many: int) -> list[str]:
    """Ours beside bare inserts, in turns, each first as often as the other; the first turn of both does not count.

    Both are of as many writers in one process, by the same library, under a lock of the same kind that is held until
    the COMMIT is on the medium.
    """
    place = held.archive.catalogue.place
    assert isinstance(place, PostgresqlSchema)
    lines = [psycopg.connect(place.url, autocommit=False) for _ in range(WRITERS)]
    lines[0].execute("CREATE TABLE bare (number bigint PRIMARY KEY, entry text NOT NULL, leaf bytea NOT NULL)")
    lines[0].commit()
    catalogues = [replace(held.archive.catalogue, engine=place.engine()) for _ in range(WRITERS)]
    entry, numbers, waits = "x" * 300, count(1), list[float]()

    def bare(writer: int) -> None:
        line = lines[writer]
        for _ in range(many // WRITERS):
            line.execute("SELECT pg_advisory_xact_lock(1)")
            line.execute("INSERT INTO bare VALUES (%s, %s, %s)", (next(numbers), entry, b"x" * 32))
            line.commit()

    def ours(writer: int) -> None:
        for _ in range(many // WRITERS):
            began = time.perf_counter()
            told, moment = {"x": "x" * 200}, held.archive.now()
            ledger.append_alone(catalogues[writer], action="a", subject="s", actor="z", details=told, moment=moment)
            waits.append(time.perf_counter() - began)

    floors, measured = list[float](), list[float]()
    for turn in range(_TURNS + 1):
        for work, found in ((bare, floors), (ours, measured))[:: 1 if turn % 2 else -1]:
            seconds = _together(work)
            if turn:
                found.append(many / seconds)
            else:
                waits.clear()
    for line in lines:
        line.close()
    for catalogue in catalogues:
        catalogue.close()
    ratios = sorted(one / floor for one, floor in zip(measured, floors, strict=True))
    ratio = median(ratios)
    said = (
        f"bare inserts under one lock: {median(floors):.0f}; ratio of {_TURNS} turns {ratios[0]:.2f}–{ratios[-1]:.2f}"
    )
    what = f"entries a second by {WRITERS} writers"
    return [
        row(what, f"{median(measured):.0f}", said, f"{ratio:.2f}", "≥ 0.9", ratio >= 0.9),
        row("the longest of these, with its wait", f"{max(waits):.2f} s", "—", "—", "≤ 0.5 s", max(waits) <= 0.5),
    ]


def _locks(archive: Archive, files: int) -> list[str]:
    found = []
    for name, many, most in (("small", 0, 0.05), ("large", files, 0.1)):
        folder = write_whole_case(
            archive.home.path / "inbox" / name, case_number=f"临文综罚〔2026〕{len(name) + many}号"
        )
        for number in range(many):
            (folder / f"附件{number:04}.txt").write_text(f"附件 {number}", encoding="utf-8")
        _describe_more(folder, many)
        held = Held()
        held.watch(archive.catalogue.engine)
        deposits.ingest(session(archive, "zhou"), folder, jobs=1)
        longest = max(held.held)
        what = f"lock held by a case of {many + 4:,} files: longest of {len(held.held)} turns"
        said = f"all turns together {sum(held.held):.2f} s"
        found.append(row(what, f"{1000 * longest:.0f} ms", said, "—", f"≤ {most * 1000:.0f} ms", longest <= most))
    return found


def _describe_more(folder: Path, many: int) -> None:
    described = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    more = [{"file": f"附件{number:04}.txt", "kind": "现场检查笔录", "stage": "调查"} for number in range(many)]
    described["objects"] += more
    (folder / "case.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")


def _ask(held: Machines, numbers: Sequence[int]) -> list[str]:
    asked = []
    for number in numbers:
        sip = write_whole_case(
            held.archive.home.path / "inbox" / f"{number}", case_number=f"临文综罚〔2026〕{number}号"
        )
        given = {"sip": str(sip), "jobs": 1}
        asked.append(jobs.ask(session(held.archive, "zhou"), "deposits.ingest", given, key=f"{number}").id)
    return asked


def _until(wanted: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not wanted():
        assert time.monotonic() < end, "it does not end"
        time.sleep(0.05)


def _worked(held: Machines, numbers: Sequence[int], cores: Mapping[str, int]) -> float:
    """Seconds that workers, each on its processor, need for so many cases: from the first that begins to the last.

    All is asked for before there is a worker: asking waits for the sealer's signature, up to half a second each time.
    """
    for name in cores:
        if name in held.processes:
            held.kill(name)
    asked = _ask(held, numbers)
    for name, core in cores.items():
        held.start(name)
        os.sched_setaffinity(held.processes[name].pid, {core})
    _until(lambda: any(row.id in asked for row in held.children()))
    began = time.perf_counter()
    _until(lambda: all(_row(held, job).state == "done" for job in asked))
    return time.perf_counter() - began


def _pool(held: Machines, numbers: Sequence[int]) -> float:
    """The same as processes of a pool of one, on the same processor and catalogue, without any delivery."""
    home, core = held.archive.home.path, min(os.sched_getaffinity(0))
    folders = [
        write_whole_case(home / "inbox" / f"{number}", case_number=f"临文综罚〔2026〕{number}号") for number in numbers
    ]
    began = time.perf_counter()
    for folder in folders:
        command = ["taskset", "-c", str(core), PROGRAM, "--home", str(home), "ingest", str(folder), "--jobs", "1"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def _delivery(many: int) -> list[str]:
    cores = sorted(os.sched_getaffinity(0))[:2]
    with _running("d") as held:
        floor = _pool(held, range(100, 100 + many))
        one = _worked(held, range(200, 200 + many), {"a": cores[0]})
        found = [
            row(
                f"{many} small cases delivered to one worker on one processor",
                f"{one:.1f} s",
                f"the same as processes of a pool there: {floor:.1f} s",
                f"{one / floor:.2f}",
                "≤ 1.05",
                one <= 1.05 * floor,
            )
        ]
        if len(cores) == 2:
            both = _worked(held, range(300, 300 + many), {"a": cores[0], "b": cores[1]})
            what = f"{many} small cases by 2 workers on a processor each"
            ratio = one / both
            floor_is = f"by 1: {one:.1f} s; PostgreSQL shares the processors"
            found.append(row(what, f"{both:.1f} s", floor_is, f"{ratio:.2f}", "≥ 1.85", ratio >= 1.85))
    return found


def _again() -> list[str]:
    took, registered = [], 0
    with _running("k") as held:
        held.see_to("a", "b")
        for turn in range(measure.RUNS):
            (job,) = _ask(held, [turn + 1])
            _until(lambda job=job: any(row.id == job for row in held.children()))  # type: ignore[misc]
            mine = _row(held, job)
            began = time.perf_counter()
            os.kill(mine.pid or 0, signal.SIGKILL)  # the child too: the machine failed
            held.kill(mine.node or "")
            _until(lambda job=job: _row(held, job).attempt > 1 or _row(held, job).state == "done")  # type: ignore[misc]
            took.append(time.perf_counter() - began)
            held.see_to("a", "b")
            _until(lambda job=job: _row(held, job).state == "done")  # type: ignore[misc]
        with held.archive.catalogue.read() as connection:
            asked = "SELECT count(*) FROM ledger WHERE action = 'case.registered'"
            registered = int(connection.exec_driver_sql(asked).scalar_one())
    longest = max(took)
    met = longest <= 15 and registered == measure.RUNS
    said = f"silence that counts as gone: {SILENT:.0f} s; registered {registered} of {measure.RUNS}"
    what = "a job again after kill -9 of its machine"
    return [row(what, f"{longest:.1f} s", said, f"{longest / SILENT:.2f}", "≤ 15 s, once", met)]


def _row(held: Machines, job: str) -> rows.JobRow:
    with held.archive.catalogue.read() as connection:
        return rows.read(connection, job)


if __name__ == "__main__":
    print("\n".join(main()))
