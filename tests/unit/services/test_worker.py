"""What a worker may start beside what is at work; the rest of it is tried with real processes in test_jobs.py."""

from __future__ import annotations

from preserve.data_management.jobs import JobRow
from preserve.services.job_profile import read_jobs_profile
from preserve.services.runs import Lane
from preserve.services.worker import limits, may_start


def row(lane: Lane, place: str = "") -> JobRow:
    return JobRow("1", "x", "{}", "", "wu", "", "zh", lane, place, "queued", 0, 0, "")


def test_one_audit_one_rebuild_and_one_burn_a_device() -> None:
    most = limits(read_jobs_profile(None))
    assert may_start(row("audit"), [], most)
    assert not may_start(row("audit"), [row("audit")], most)
    assert not may_start(row("rebuild"), [row("rebuild")], most)
    assert may_start(row("burn", "/dev/sr1"), [row("burn", "/dev/sr0")], most)
    assert not may_start(row("burn", "/dev/sr0"), [row("burn", "/dev/sr0")], most)
    assert may_start(row("burn"), [], most)
    assert not may_start(row("burn"), [row("burn", "/dev/sr0")], most)
    assert not may_start(row("burn", "/dev/sr0"), [row("burn")], most)


def test_as_many_deposits_as_processors_and_what_is_waited_for_beside_them() -> None:
    most = limits(read_jobs_profile(None))
    full = [row("ingest", f"/inbox/{number}") for number in range(most["ingest"])]
    assert may_start(row("ingest", "/inbox/x"), full[:-1], most)
    assert not may_start(row("ingest", "/inbox/x"), full, most)
    assert not may_start(row("ingest", "/inbox/0"), full[:1], most)
    assert may_start(row("waited"), [*full, row("audit"), row("rebuild"), row("work"), row("work")], most)
