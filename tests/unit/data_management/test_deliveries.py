"""What a delivery is told of a job: its queue, and what no two may have at once."""

from __future__ import annotations

from preserve.data_management.deliveries import lock_of, queue_of, work_schema


def test_a_burn_for_a_device_waits_for_a_machine_that_has_it() -> None:
    assert queue_of("burn", "/dev/sr0") == "burn:/dev/sr0"
    assert queue_of("burn", "") == "burn"
    assert queue_of("ingest", "/inbox/1") == "ingest"


def test_no_two_jobs_of_one_case_or_one_place_and_no_two_audits() -> None:
    assert lock_of("audit", "", "drive-1") == lock_of("audit", "", "drive-2") == "audit"
    assert lock_of("ingest", "/inbox/1", "") != lock_of("ingest", "/inbox/2", "")
    assert lock_of("work", "", "aip-1") == lock_of("waited", "", "aip-1") == "aip-1"
    assert lock_of("work", "", "") is None


def test_the_schema_beside_the_catalogues_is_a_name_that_the_server_takes() -> None:
    assert work_schema("fonds_1") == "fonds_1_work"
    assert len(work_schema("x" * 63)) <= 63
