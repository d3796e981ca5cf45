"""Audits by their operations: what is due, what a run may use, and what a drill may read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from preserve.archival_storage.policy import read_audit_profile
from preserve.cli.main import run
from preserve.clock import parse
from preserve.data_management import jobs
from preserve.data_management.archive import Archive
from preserve.errors import UsageError
from preserve.services import audits
from preserve.services.audits import AuditWish, Inserted
from preserve.services.documents import as_document
from tests.support.alarms import lose_a_copy
from tests.support.sessions import founded, founder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def test_an_empty_archive_is_intact(archive: Archive) -> None:
    document = as_document(audits.run(founder(archive), AuditWish()))
    assert document["ok"] and document["status"] == 0 and document["state"] == "done"
    assert document["counts"] == {"intact": 0, "damaged": 0, "not-checked": 0}
    assert {"run", "reason", "bytes", "damaged", "not_checked", "findings", "insert", "overdue", "suspect"} < set(
        document
    )


def test_a_night_keeps_to_the_profile_and_a_person_to_what_was_said(archive: Archive) -> None:
    profile = read_audit_profile().model_copy(update={"hours": "22:00-06:00", "share": 0.25})
    night = AuditWish(nightly=True, span="6h").budget(profile, archive)
    assert night.share == 0.25 and night.hours is not None and night.seconds == 6 * 3600
    assert str(night.zone) == "Asia/Shanghai"
    day = AuditWish(size="5GB").budget(profile, archive)
    assert (day.share, day.hours, day.size) == (1.0, None, 5 * 10**9)
    assert AuditWish(nightly=True, hours="", share=1.0).budget(profile, archive).hours is None
    with pytest.raises(UsageError):
        AuditWish(span="soon").budget(profile, archive)


def test_a_medium_is_given_with_or_without_its_label() -> None:
    assert Inserted.parse("DISC-1=/dev/sr0") == ("DISC-1", Path("/dev/sr0"))
    assert Inserted.parse("/mnt/disc") == ("", Path("/mnt/disc"))


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-30T14:05:00Z", "2026-11-30"),  # 22:05 in Shanghai
        ("2026-11-30T23:00:00Z", "2026-11-30"),  # 07:00: a machine that was off makes up for it
        ("2026-12-01T03:59:00Z", "2026-11-30"),
        ("2026-12-01T04:00:00Z", "2026-12-01"),
    ],
)
def test_a_night_has_one_key_from_noon_to_noon(archive: Archive, now: str, night: str) -> None:
    session = founder(replace(archive, now=lambda: parse(now)))
    assert audits.key_of_night(session) == f"audit of the night of {night}"


def test_a_month_has_one_key(archive: Archive) -> None:
    session = founder(replace(archive, now=lambda: parse("2026-11-30T16:30:00Z")))  # past midnight in Shanghai
    assert audits.key_of_month(session) == "drills of 2026-12"


@pytest.mark.parametrize("call", [("run", "--nightly"), ("drill",)])
def test_what_several_machines_ask_for_is_one_job(
    archive: Archive, capsys: pytest.CaptureFixture[str], call: tuple[str, ...]
) -> None:
    def ask() -> dict[str, Any]:
        assert run(["--home", str(archive.home.path), "--json", "audit", *call, "--as-job"]) == 0
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        return told

    first, second = ask(), ask()
    assert (first["id"], first["again"], second["again"]) == (second["id"], False, True)
    with archive.catalogue.read() as connection:
        (row,) = jobs.unfinished(connection)
    assert (row.operation, row.state) == (f"audit.{call[0]}", "queued")


def test_who_wishes_for_more_as_a_job_does_not_take_the_night_s_from_the_timer(
    archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = [("run", "--all"), ("run", "--all"), ("run", "--nightly"), ("drill", "--count", "2"), ("drill",)]
    for call in calls:
        assert run(["--home", str(archive.home.path), "--json", "audit", *call, "--as-job"]) == 0
    capsys.readouterr()
    with archive.catalogue.read() as connection:
        assert len({row.id for row in jobs.unfinished(connection)}) == len(calls)


def test_a_drill_reads_only_media_that_are_named(archive: Archive) -> None:
    with pytest.raises(UsageError):
        audits.drill(founder(archive), [Inserted.parse("/mnt/disc")])
    result = audits.drill(founder(archive))
    assert (result.status, result.done, result.waiting, result.before) == (0, (), (), 0)


def test_the_plan_names_what_is_due_on_each_medium(archive: Archive) -> None:
    lose_a_copy(archive)
    (due,) = as_document(audits.plan(founder(archive)))["media"]
    assert set(due) == {"medium", "label", "kind", "place", "how", "due", "copies", "last", "next", "continuous"}
    assert (due["kind"], due["how"], due["copies"]) == ("directory", "read", 1)
