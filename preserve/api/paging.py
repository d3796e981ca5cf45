"""The cursors of lists: what follows is asked for by a word that only this door can read, and no key of ours shows."""

from __future__ import annotations

import base64
import binascii

from preserve.errors import UsageError
from preserve.services.pages import Page

LARGEST = 200
USUAL = 50
_VERSION = b"1"


def cursor_of(key: str) -> str:
    """The cursor that stands for a key; an empty key has none."""
    if not key:
        return ""
    return base64.urlsafe_b64encode(_VERSION + key.encode("utf-8", "surrogatepass")).decode("ascii").rstrip("=")


def page_of(after: str, limit: int) -> Page:
    """The page that a caller asks for. Raises UsageError for a cursor that this door did not give."""
    if not after:
        return Page(size=limit)
    try:
        data = base64.b64decode(after.encode("ascii") + b"=" * (-len(after) % 4), altchars=b"-_", validate=True)
        if not data.startswith(_VERSION):
            raise ValueError(after)
        key = data[1:].decode("utf-8")
        if cursor_of(key) != after:
            raise ValueError(after)
    except (ValueError, binascii.Error):
        raise UsageError("api.cursor-wrong", after[:80]) from None
    return Page(key, limit)
