"""Something that an audit alarms of, and the mailbox in which the alarm arrives."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from preserve.clock import now
from preserve.data_management import holdings
from preserve.data_management.archive import Archive
from preserve.data_management.holdings import CopyRow
from tests.support.object_store import free_ports

OBJID = f"aip-{'0' * 26}"


def lose_a_copy(archive: Archive) -> None:
    """A copy that the catalogue says is in the store, and is not."""
    store = f"store-{archive.home.settings.archive_id}"
    with archive.catalogue.begin() as connection:
        row = CopyRow(f"{OBJID}_v0001", store, OBJID, 1, "verified", None, "2020-01-01T00:00:00Z")
        holdings.set_copy(connection, row, actor="li", moment=now())


class Box:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(email.message_from_bytes(envelope.original_content, policy=email.policy.default))
        return "250 OK"


@contextmanager
def mailbox(archive: Archive) -> Iterator[list[EmailMessage]]:
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
    """Let this archive's alarms go to a port of this machine."""
    archive.home.profiles.mkdir(exist_ok=True)
    profile = f'[notify]\nsmtp = "127.0.0.1:{port}"\nsender = "a@example.org"\nreceivers = ["b@example.org"]\n'
    (archive.home.profiles / "audit.toml").write_text(profile, encoding="utf-8")
