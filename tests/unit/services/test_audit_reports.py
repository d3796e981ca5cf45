"""What audits found, by its operations: facts for every door, and the record that somebody looked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management.archive import Archive
from preserve.errors import Refused
from preserve.services import audit_reports, audits
from preserve.services.audits import AuditWish
from preserve.services.documents import as_document
from tests.support.alarms import OBJID, lose_a_copy
from tests.support.sessions import entries, founded, founder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def test_the_history_shows_paths_so_that_it_was_looked_at_is_recorded(archive: Archive) -> None:
    lose_a_copy(archive)
    audits.run(founder(archive), AuditWish())
    store = f"store-{archive.home.settings.archive_id}"
    document = as_document(audit_reports.history(founder(archive), store))
    entry = entries(archive)[-1]
    assert (entry["action"], entry["subject"]) == ("audit-history.viewed", store)
    (record,) = document["records"]
    assert record["copy"] == f"{OBJID}_v0001" and record["when"].endswith("Z") and len(record["when"]) == 20
    assert document["labels"][store] == "临江市文化和旅游局"
    with pytest.raises(Refused):
        audit_reports.history(founder(archive), "无此案")


def test_the_report_is_written_in_both_languages(archive: Archive, tmp_path: Path) -> None:
    document = as_document(audit_reports.report(founder(archive), tmp_path / "report"))
    assert len(document["files"]) == 4 and all(Path(file).is_file() for file in document["files"])
    assert {"coverage", "suspect", "sealed", "unsealed", "failures", "overdue", "at_risk"} < set(document)
    assert entries(archive)[-1]["action"] == "audit-report.viewed"
