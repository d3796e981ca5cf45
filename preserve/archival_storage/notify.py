"""Tells people that something went wrong with the copies: by mail and by webhook, where the profile names them."""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from email.message import EmailMessage
from typing import Any

from preserve.archival_storage.policy import Notify
from preserve.visible_text import one_line, visible

_TIMEOUT = 30


def notify(settings: Notify, subject: str, words: str, document: dict[str, Any]) -> list[str]:
    """Send the words by mail and the document to the webhook. Returns what could not be sent and why; never raises."""
    failed = []
    if settings.smtp and settings.receivers:
        try:
            _mail(settings, subject, words)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            failed.append(f"{settings.smtp}: {error}")
    if settings.webhook:
        try:
            _post(settings.webhook, document)
        except (OSError, ValueError, urllib.error.URLError) as error:
            failed.append(f"{settings.webhook}: {error}")
    return failed


def _mail(settings: Notify, subject: str, words: str) -> None:
    message = EmailMessage()
    message["Subject"] = one_line(subject)  # an end of line would begin a header of somebody else's making
    message["From"] = settings.sender or settings.receivers[0]
    message["To"] = ", ".join(settings.receivers)
    message.set_content(visible(words, keep="\n"))
    host, _, port = settings.smtp.partition(":")
    with smtplib.SMTP(host, int(port or 25), timeout=_TIMEOUT) as server:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        server.send_message(message)


def _post(address: str, document: dict[str, Any]) -> None:
    if not address.startswith(("http://", "https://")):
        raise ValueError("http:// or https://")
    data = json.dumps(document, ensure_ascii=False).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
        answer.read(1)
