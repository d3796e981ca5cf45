"""Logins that are on their way to the bureau's provider and back: each is bound to one browser and taken up once.

They are kept in this process alone, for ten minutes: where it is started anew, people press the button again.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_HOLDS = timedelta(minutes=10)
_MOST = 20_000
_MOST_CARRIED = 32 << 20  # characters, of all together


@dataclass(frozen=True, slots=True)
class Flow:
    """One login on its way.

    `browser` is the secret in the browser's cookie; `carried` comes back as it was given. `account` is whom the
    provider has vouched for, where only the one-time code is still wanted.
    """

    browser: str = field(repr=False)
    nonce: str = field(default="", repr=False)
    verifier: str = field(default="", repr=False)
    back: str = ""
    carried: str = field(default="", repr=False)
    account: str = ""


class Flows:
    """Those that are on their way, by their state; threads share them."""

    def __init__(self, most: int = _MOST, most_carried: int = _MOST_CARRIED) -> None:
        self._most, self._most_carried = most, most_carried
        self._kept: OrderedDict[str, tuple[datetime, Flow]] = OrderedDict()
        self._carried = 0
        self._lock = threading.Lock()

    def keep(self, state: str, flow: Flow, moment: datetime) -> None:
        """Keep one; where there are too many the oldest go."""
        with self._lock:
            self._kept[_digest(state)] = (moment + _HOLDS, flow)
            self._carried += len(flow.carried)
            while self._kept and (self._is_full() or next(iter(self._kept.values()))[0] <= moment):
                self._carried -= len(self._kept.popitem(last=False)[1][1].carried)

    def _is_full(self) -> bool:
        return len(self._kept) > self._most or self._carried > self._most_carried

    def take(self, state: str, browser: str, moment: datetime) -> Flow | None:
        """The one of this state, and it is gone; None where there is none, or it is another browser's, or too old."""
        with self._lock:
            until, flow = self._kept.get(_digest(state), (moment, None))
            if flow is None or not hmac.compare_digest(_digest(flow.browser), _digest(browser)):
                return None  # another browser's stays: nobody spoils it by guessing
            del self._kept[_digest(state)]
            self._carried -= len(flow.carried)
            return flow if moment < until else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


FLOWS = Flows()
"""Those of this process."""
