"""What somebody wrote in a form whose session had ended: carried through the login, and sent again by them.

Nothing is kept at the server. A form never carries a password on, and it is not sent again by itself: the person sees
what would be sent and to which page.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preserve.web.navigation import safe_address

if TYPE_CHECKING:
    from preserve.web.asked import Asked

_SECRET = ("password", "confirm", "old", "new", "again", "code", "csrf", "key", "kept")
_PASSWORDS = ("password", "confirm")
_LARGEST = 256 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """The address that a form was sent to, its fields, and the names of those that ask for the password again."""

    address: str
    fields: tuple[tuple[str, str], ...]
    asks: tuple[str, ...]


def kept_of(asked: Asked) -> str:
    """The fields of this form as one text, without what is secret; empty where there are none, or too many."""
    fields = [(name, value) for name, value in asked.form.multi_items() if name not in _SECRET]
    asks = [name for name in _PASSWORDS if name in asked.form]
    kept = {"address": asked.request.url.path, "fields": fields, "asks": asks}
    text = json.dumps(kept, ensure_ascii=False)
    return text if fields and len(text) <= _LARGEST else ""


def read_kept(text: str) -> Kept | None:
    """What `kept_of` wrote; None where it is nothing of that kind, or would be sent to another host."""
    try:
        data = json.loads(text)
        fields = tuple((str(name), str(value)) for name, value in data["fields"])
        address, asks = str(data["address"]), tuple(name for name in _PASSWORDS if name in data["asks"])
    except (ValueError, TypeError, KeyError):
        return None
    if len(text) > _LARGEST or safe_address(address) != address:
        return None
    return Kept(address, tuple((name, value) for name, value in fields if name not in _SECRET), asks)
