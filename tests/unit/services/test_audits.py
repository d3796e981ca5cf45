"""Audits by their operations: what is due, what a run may use, and what a drill may read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.archival_storage.policy import read_audit_profile
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
