"""Whom a run of the audit alarms: of damage and of its own failure, in the archive's language, or with a reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve.data_management.archive import Archive
from preserve.errors import Refused
from preserve.services import audits
from preserve.services.audits import AuditWish
from preserve.work import hold
from tests.support.alarms import OBJID, alarm_by_mail, lose_a_copy, mailbox
from tests.support.object_store import free_ports
from tests.support.sessions import founded, founder


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    opened = founded(tmp_path)
    yield opened
    opened.close()


def test_what_is_wrong_is_mailed_in_the_archives_language_whatever_the_reader_speaks(archive: Archive) -> None:
    lose_a_copy(archive)
    with mailbox(archive) as mails:
        result = audits.run(founder(archive, "en"), AuditWish())
    assert result.status and not result.not_sent
    (mail,) = mails
    assert "临江市文化和旅游局" in mail["Subject"]
    words = mail.get_content()
    assert words.startswith("检测结束") and f"{OBJID}_v0001" in words
    assert "Audit" not in words


def test_a_run_that_fails_alarms_too(archive: Archive) -> None:
    busy = Refused("audit.under-way", "x")
    with mailbox(archive) as mails, hold(archive.home.work / "audit.lock", busy), pytest.raises(Refused):
        audits.run(founder(archive, "en"), AuditWish())
    (mail,) = mails
    assert "另一次检测正在进行" in mail.get_content()


def test_an_alarm_that_reaches_nobody_is_in_the_result(archive: Archive) -> None:
    lose_a_copy(archive)
    alarm_by_mail(archive, free_ports(1)[0])
    (reason,) = audits.run(founder(archive), AuditWish()).not_sent
    assert reason.startswith("127.0.0.1:")
