"""Audits by their operations: what may be read, whom a run alarms and in which language, what is on record of a look."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from preserve.archival_storage.policy import read_audit_profile
from preserve.clock import now
from preserve.data_management import holdings
from preserve.data_management.archive import Archive
from preserve.data_management.holdings import CopyRow
from preserve.errors import Refused, UsageError
from preserve.services import audit_reports, audits
from preserve.services.audits import AuditWish, Inserted
from preserve.services.documents import as_document
from preserve.work import hold
from tests.support.object_store import free_ports
from tests.support.sessions import entries, founded, founder

OBJID = f"aip-{'0' * 26}"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def lose_a_copy(archive: Archive) -> None:
    """A copy that the catalogue says is in the store, and is not."""
    store = f"store-{archive.home.settings.archive_id}"
    with archive.catalogue.begin() as connection:
        row = CopyRow(f"{OBJID}_v0001", store, OBJID, 1, "verified", None, "2020-01-01T00:00:00Z")
        holdings.set_copy(connection, row, actor="li", moment=now())


class Box:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.original_content)
        return "250 OK"


@contextmanager
def mailbox(archive: Archive) -> Iterator[list[bytes]]:
    """Where the archive's alarms arrive meanwhile."""
    box, (port,) = Box(), free_ports(1)
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        alarm_by_mail(archive, port)
        yield box.mails
    finally:
        server.stop()


def alarm_by_mail(archive: Archive, port: int) -> None:
    archive.home.profiles.mkdir(exist_ok=True)
    profile = f'[notify]\nsmtp = "127.0.0.1:{port}"\nsender = "a@example.org"\nreceivers = ["b@example.org"]\n'
    (archive.home.profiles / "audit.toml").write_text(profile, encoding="utf-8")


def test_an_empty_archive_is_intact(archive: Archive) -> None:
    document = as_document(audits.run(founder(archive), AuditWish()))
    assert document["ok"] and document["status"] == 0 and document["state"] == "done"
    assert document["counts"] == {"intact": 0, "damaged": 0, "not-checked": 0}
    assert {"run", "reason", "bytes", "damaged", "not_checked", "findings", "insert", "overdue", "suspect"} < set(
        document
    )


def test_what_is_wrong_is_mailed_in_the_archives_language_whatever_the_reader_speaks(archive: Archive) -> None:
    lose_a_copy(archive)
    with mailbox(archive) as mails:
        result = audits.run(founder(archive, "en"), AuditWish())
    assert result.status and not result.not_sent
    (mail,) = [email.message_from_bytes(raw, policy=email.policy.default) for raw in mails]
    assert "临江市文化和旅游局" in mail["Subject"]
    words = mail.get_content()
    assert words.startswith("检测结束") and f"{OBJID}_v0001" in words
    assert "Audit" not in words


def test_a_run_that_fails_alarms_too(archive: Archive) -> None:
    busy = Refused("audit.under-way", "x")
    with mailbox(archive) as mails, hold(archive.home.work / "audit.lock", busy), pytest.raises(Refused):
        audits.run(founder(archive, "en"), AuditWish())
    (mail,) = [email.message_from_bytes(raw, policy=email.policy.default) for raw in mails]
    assert "另一次检测正在进行" in mail.get_content()


def test_an_alarm_that_reaches_nobody_is_in_the_result(archive: Archive) -> None:
    lose_a_copy(archive)
    alarm_by_mail(archive, free_ports(1)[0])
    (reason,) = audits.run(founder(archive), AuditWish()).not_sent
    assert reason.startswith("127.0.0.1:")


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
    assert set(due) == {"medium", "label", "kind", "place", "how", "due", "copies", "last", "next"}
    assert (due["kind"], due["how"], due["copies"]) == ("directory", "read", 1)


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
