"""Workers as processes over a server, cases that they are to take in, and what must be there afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from preserve.data_management import jobs as rows
from preserve.data_management.archive import Archive
from preserve.errors import PreserveError
from preserve.services import cluster, jobs
from tests.support.people import entries, session
from tests.support.program import Archive as Program
from tests.support.program import kill
from tests.support.tiny_case import write_whole_case

PATIENCE = 240.0


@contextmanager
def machines(archive: Archive, *names: str) -> Iterator[dict[str, int]]:
    """A worker for each name; their processes."""
    program = Program(archive.home.path)
    started = {name: program.start("worker", "--join", "--node", name) for name in names}
    try:
        until(lambda: {node.name for node in seen(archive) if node.state == "working"} >= set(names))
        yield {name: process.pid for name, process in started.items()}
    finally:
        for process in started.values():
            kill(process)


def seen(archive: Archive) -> tuple[cluster.NodeShown, ...]:
    """The machines, as who keeps the archive sees them."""
    return cluster.status(session(archive, "wu")).nodes


def until(wanted: Callable[[], bool]) -> None:
    """Look again and again, with a deadline; while the server is away there is nothing to see."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if wanted():
                return
        except PreserveError:
            pass
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)


def ask(archive: Archive, count: int) -> list[str]:
    """Hand in some cases; their jobs."""
    asked = []
    for number in range(1, count + 1):
        sip = write_whole_case(archive.home.path / "inbox" / str(number), case_number=f"临文综罚〔2026〕{number}号")
        given = {"sip": str(sip), "jobs": 1}
        asked.append(jobs.ask(session(archive, "zhou"), "deposits.ingest", given, key=f"case {number}").id)
    return asked


def row_of(archive: Archive, job: str) -> rows.JobRow:
    with archive.catalogue.read() as connection:
        return rows.read(connection, job)


def at_work(archive: Archive, asked: list[str], attempt: int = 1) -> rows.JobRow:
    """One of these jobs, once its child is at work. Ask for them when the machines are there: they wait for nobody."""
    found: list[rows.JobRow] = []

    def is_child(job: str) -> bool:
        row = row_of(archive, job)
        found.append(row)
        name = Path(f"/proc/{row.pid}/cmdline")
        return row.attempt == attempt and row.state == "running" and name.exists() and job in name.read_text()

    until(lambda: any(is_child(job) for job in asked))
    return found[-1]


def all_there_once(archive: Archive, asked: list[str]) -> None:
    """Each case was registered once, its package is there once, and the ledger proves itself."""
    until(lambda: all(row_of(archive, job).state == "done" for job in asked))
    registered = [entry["subject"] for entry in entries(archive, "case.registered")]
    assert len(registered) == len(set(registered)) == len(asked)
    program = Program(archive.home.path)
    packages = program.packages()
    assert len(packages) == len(asked)
    assert all(program.run("verify", str(package)).returncode == 0 for package in packages)
    assert program.json("ledger", "verify")["ok"] is True


def unfinished(archive: Archive) -> list[rows.JobRow]:
    with archive.catalogue.read() as connection:
        return rows.unfinished(connection)
