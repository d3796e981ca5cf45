"""One-time codes of a second factor: RFC 6238 with SHA-1, six digits, thirty seconds, as authenticators have it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote

_SECONDS = 30
_DIGITS = 6
_AROUND = (0, -1, 1)  # a clock may be half a minute wrong, and typing takes its time (RFC 6238 §5.2)


def new_secret() -> str:
    """160 random bits, as long as the output of SHA-1 (RFC 4226 §4), in Base32 without padding."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def code_at(secret: str, step: int, digits: int = _DIGITS) -> str:
    """The code of a step (RFC 4226 §5.3). Raises ValueError where the secret is no Base32."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(moment: datetime) -> int:
    """The step that a moment lies in."""
    return int(moment.timestamp()) // _SECONDS


def taken_step(secret: str, code: str, moment: datetime, after: int) -> int | None:
    """The step whose code this is, around a moment and later than the step `after`; None where it is none."""
    typed = "".join(code.split())
    here = step_of(moment)
    for step in (here + near for near in _AROUND):
        if step > after and hmac.compare_digest(
            code_at(secret, step).encode(), typed.encode("utf-8", "surrogateescape")
        ):
            return step
    return None


def address_of(secret: str, account: str, issuer: str) -> str:
    """What an authenticator reads from a QR code (the `otpauth` key URI)."""
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?secret={secret}&issuer={quote(issuer)}"
