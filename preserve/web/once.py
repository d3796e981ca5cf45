"""A form that comes twice is one deed: the answer to the first is the answer to the second.

A double click sends a form again while the first is still worked on; a browser sends it again after a break. Each form
carries a key of its own. Answers are kept in this process for a while, by account's session, key and all that the form
says: the answer to a login is the session itself, and whoever saw the key of a form on a shared screen must not get it.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from starlette.responses import Response

_KEPT = 3600.0  # seconds
_MOST = 2000
_SALT = secrets.token_bytes(32)  # forms hold passwords: what is kept of them can be compared in this process alone


def said(fields: Iterable[tuple[str, str]]) -> str:
    """The digest of all that a form says; of another form, and in another process, it is another."""
    digest = hashlib.blake2b(key=_SALT, digest_size=32)
    for text in (text for pair in fields for text in pair):
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


@dataclass
class _Answer:
    begun: float
    answered: threading.Event = field(default_factory=threading.Event)
    response: Response | None = None


class Once:
    """The answers that were given lately."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, ...], _Answer] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, session: str, address: str, key: str, form: str, deed: Callable[[], Response]) -> Response:
        """The answer to a form: that of the deed, or the one that the same form got before; `form` is what it `said`.

        A deed that failed is forgotten, so that the same form may be sent again. Without a key each form is its own.
        """
        if not key:
            return deed()
        known, first = self._entry((session, address, key, form))
        if not first:
            known.answered.wait(60)
            if known.response is not None:
                return known.response
            return deed()
        try:
            known.response = deed()
        finally:
            if known.response is None or known.response.status_code >= 400:
                with self._lock:
                    self._answers.pop((session, address, key, form), None)
            known.answered.set()
        return known.response

    def _entry(self, name: tuple[str, ...]) -> tuple[_Answer, bool]:
        moment = time.monotonic()
        with self._lock:
            while self._answers and (len(self._answers) >= _MOST or self._oldest() < moment - _KEPT):
                self._answers.popitem(last=False)
            if name in self._answers:
                return self._answers[name], False
            self._answers[name] = _Answer(moment)
            return self._answers[name], True

    def _oldest(self) -> float:
        return next(iter(self._answers.values())).begun
