"""News for the systems around the archive: where they are sent, how they are signed, and the sending itself.

The address and the secret stand in a file of the host, which `[web] webhook` names: no page and no caller can change
them, so nobody makes the archive fetch an address.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import stat
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from preserve.errors import Refused

SIGNATURE = "Preserve-Signature"
_TIMEOUT = 10


class Receiver(BaseModel):
    """What the file holds: who is told, and the secret that both sides know."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: str = Field(pattern=r"^https?://[^\s]+$")
    secret: str = Field(min_length=16, repr=False)


def read_receiver(path: Path) -> Receiver:
    """The receiver that a file names. Raises Refused where it is missing, wrong, or everybody may read it."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o007:
            raise Refused("webhook.file-open", str(path))
        receiver = Receiver.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise Refused("webhook.file-wrong", str(path), reason=type(error).__name__) from error
    if not urlsplit(receiver.address).hostname:
        raise Refused("webhook.file-wrong", str(path), reason="address")
    return receiver


def signature(secret: str, seconds: int, body: bytes) -> str:
    """The header by which the receiver knows us: the time, and an HMAC-SHA256 over it and the body."""
    signed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={signed}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Never: news go to the address that the host named."""
        return


# Neither a proxy of the environment nor another host is sent anything.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


def send(receiver: Receiver, document: Mapping[str, object], seconds: int) -> bool:
    """Send one piece of news; whether the receiver took it."""
    body = json.dumps(dict(document), ensure_ascii=False, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "preserve",
        SIGNATURE: signature(receiver.secret, seconds, body),
    }
    request = urllib.request.Request(receiver.address, body, headers, method="POST")
    try:
        with _OPENER.open(request, timeout=_TIMEOUT) as answer:
            return int(answer.status) in range(HTTPStatus.OK, HTTPStatus.MULTIPLE_CHOICES)
    except (OSError, ValueError):
        return False
