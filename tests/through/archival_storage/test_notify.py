"""A mail says what was found, whatever stands in names: no header of somebody else's making, nothing unseen."""

from __future__ import annotations

import email
import email.policy
from typing import Any

from aiosmtpd.controller import Controller

from preserve.archival_storage.notify import notify
from preserve.archival_storage.policy import Notify
from tests.support.object_store import free_ports


class Box:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.original_content)
        return "250 OK"


def test_text_of_people_makes_no_header_and_stays_visible() -> None:
    box, (port,) = Box(), free_ports(1)
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        settings = Notify(smtp=f"127.0.0.1:{port}", receivers=("a@example.org",), sender="b@example.org")
        said = notify(settings, "审计\r\nBcc: c@example.org\x1b[2J\u202e", "一行\n案 \u202e\x00\udcff\n", {})
        assert said == []
    finally:
        server.stop()
    (raw,) = box.mails
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail["Subject"] == "审计 Bcc: c@example.org[U+001B][2J[U+202E]"
    assert mail["Bcc"] is None
    assert mail.get_content().splitlines() == ["一行", "案 [U+202E][U+0000][0xFF]"]
