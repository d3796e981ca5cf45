"""Audits as they are listed: what was not intact, the runs, and no file's name for who finds no case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from preserve.administration.duties import Role
from preserve.clock import now, stamp
from preserve.data_management import audit_records
from preserve.data_management.archive import Archive
from preserve.data_management.audit_records import Record
from preserve.services import audit_views
from tests.support.sessions import appoint, founded, founder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def test_what_was_not_intact_names_no_file_to_who_finds_no_case(archive: Archive) -> None:
    record = Record(
        now() - timedelta(days=1),
        "01",
        "aip-1_v0001",
        "m",
        "representations/original/data/张某笔录.pdf",
        1,
        2,
        "",
        "damaged",
        "altered",
        "张某",
        3,
    )
    audit_records.write_run(archive.home.store, "01" + "0" * 24, now(), [record])
    (seen,) = audit_views.list_audits(founder(archive)).records
    assert "张某" in seen.path
    appoint(archive, "security", Role.SECURITY_ADMINISTRATOR)
    keeper = appoint(archive, "system", Role.SYSTEM_ADMINISTRATOR)
    (hidden,) = audit_views.list_audits(keeper).records
    assert (hidden.path, hidden.detail, hidden.reason) == ("", "", "altered")


def test_nothing_was_done_in_a_new_archive(archive: Archive) -> None:
    shown = audit_views.list_audits(founder(archive))
    assert (shown.runs, shown.records, shown.failures, shown.drills) == ((), (), 0, ())
    assert list(shown.labels.values()) == ["临江市文化和旅游局"]


def test_days_are_counted_by_the_archives_clock(archive: Archive) -> None:
    session = founder(archive)
    assert audit_views.days_since(session, "") is None
    assert audit_views.days_since(session, stamp(now() - timedelta(days=3, hours=1))) == 3
    assert audit_views.days_since(session, stamp(now() + timedelta(days=3))) == 0
