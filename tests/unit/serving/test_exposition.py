"""The figures in Prometheus' form: read by its own parser and by promtool; each fact under a name, in the base units."""

from __future__ import annotations

import subprocess
from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from preserve.data_management.figures import TakenIn
from preserve.services.metrics import Held, JobsEnded, JobsNow, LastAudit, MediaCount, MediumRoom, Metrics, Reading
from preserve.services.system import Room
from preserve.serving.exposition import text_of

NOTHING = Metrics(
    moment="2026-11-28T08:00:00Z",
    versions={"preserve": "1.0", "schema": "0029", "python": "3.11.2", "sqlite": "3.40.1", "system": "Linux"},
    worker=False,
    jobs=(),
    waiting_since="",
    ended=(),
    taken_in=TakenIn(0, 0, 0),
    held=(),
    copies={},
    lacking=0,
    looked_at=0,
    media=(),
    readings=(),
    audit=None,
    rooms=(),
    media_rooms=(),
    catalogue=4096,
    backed_up="",
    entries=9,
    looks=0,
    looks_waiting=0,
    signed=9,
    signed_at="2026-11-28T07:00:00Z",
    proven_at="",
    refused={"person.login-refused": 0, "access.denied": 0},
)
WHOLE = replace(
    NOTHING,
    worker=True,
    jobs=(JobsNow("ingest", "queued", 7), JobsNow("burn", "running", 1)),
    waiting_since="2026-11-28T07:59:00Z",
    ended=(JobsEnded("ingest", "done", 3, 60.5, 40.0),),
    taken_in=TakenIn(3, 90, 9_000_000_000_000),
    held=(Held("original", 40, 1 << 50),),
    copies={"suspect": 2},
    lacking=1,
    looked_at=3,
    media=(MediaCount("drive", "in use", 4, 1, 1), MediaCount("drive", "lost", 1, 0, 0)),
    readings=(Reading('m"1\\\n', "s3", 7_776_000, 10_000, 3, "2026-08-01T00:00:00Z"),),
    audit=LastAudit("done", "2026-11-27T22:05:00Z", "2026-11-27T23:05:00Z", {"intact": 12, "bytes": 5_000}),
    rooms=(Room("store", 100, 40, 10),),
    media_rooms=(MediumRoom("m2", "drive", 100, 7),),
    backed_up="2026-11-01T00:00:00Z",
    proven_at="2026-11-20T00:00:00Z",
    looks=5,
    looks_waiting=2,
    refused={"person.login-refused": 4, "access.denied": 2},
)


def values(facts: Metrics) -> dict[str, float]:
    """Each sample by its name with its labels, as Prometheus' own parser reads it."""
    found = {}
    for family in text_string_to_metric_families(text_of(facts).decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_facts_stand_under_their_names() -> None:
    told = values(WHOLE)
    assert told["preserve_info{database=sqlite 3.40.1,preserve=1.0,python=3.11.2,schema=0029}"] == 1
    assert told["preserve_worker_up"] == 1
    assert told["preserve_jobs{lane=ingest,state=queued}"] == 7
    assert told["preserve_jobs{lane=audit,state=queued}"] == 0
    assert told["preserve_job_oldest_waiting_seconds"] == 60
    assert told["preserve_jobs_ended_seconds_1d{lane=ingest,state=done}"] == 60.5
    assert told["preserve_taken_in_bytes_1d"] == 9_000_000_000_000
    assert told["preserve_held_bytes{representation=original}"] == 1 << 50
    assert told["preserve_copies{state=suspect}"] == 2 and told["preserve_copies{state=lost}"] == 0
    assert told["preserve_newest_packages_lacking_copies"] == 1
    assert told["preserve_media{kind=drive,state=lost}"] == 1
    assert told["preserve_media_failing{kind=drive}"] == told["preserve_media_overdue{kind=drive}"] == 1
    assert told["preserve_audit_last_copies{outcome=intact}"] == 12 and told["preserve_audit_last_bytes"] == 5_000
    assert told["preserve_room_free_bytes{part=store}"] == 40
    assert told["preserve_medium_free_bytes{kind=drive,medium=m2}"] == 7
    assert told["preserve_ledger_entries_total"] == told["preserve_ledger_signed_entries"] == 9
    assert (told["preserve_logins_refused_1d"], told["preserve_access_denied_1d"]) == (4, 2)


def test_a_name_with_quotes_and_line_ends_is_one_label() -> None:
    assert values(WHOLE)['preserve_audit_due_copies{kind=s3,medium=m"1\\\n}'] == 10_000


def test_what_never_was_has_no_time() -> None:
    told = values(NOTHING)
    assert [name for name in told if "proven" in name or "backup" in name or "audit_last" in name] == []
    assert told["preserve_job_oldest_waiting_seconds"] == 0
    assert told["preserve_ledger_checkpoint_timestamp_seconds"] == 1795849200


def test_promtool_reads_it() -> None:
    for facts in (NOTHING, WHOLE):
        done = subprocess.run(["promtool", "check", "metrics"], input=text_of(facts), capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


def test_figures_of_several_fonds_go_through_one_collector() -> None:
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for fonds in ("", "culture", "sport"):
        for family in text_string_to_metric_families(text_of(WHOLE, fonds).decode()):
            for name, labels, *_ in family.samples:
                assert labels.get("fonds", "") == fonds
                one = (name, tuple(sorted(labels.items())))
                assert one not in seen
                seen.add(one)
