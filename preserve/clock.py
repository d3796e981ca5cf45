"""Now, and the written forms of times. The only clock of the application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from preserve.errors import Refused

CHINA = ZoneInfo("Asia/Shanghai")
"""One zone for the whole country, without summer time since 1992."""


def _real() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _real


def now() -> datetime:
    """The present moment, in UTC, to the second."""
    return _source().astimezone(UTC).replace(microsecond=0)


@contextmanager
def running_on(source: Callable[[], datetime]) -> Iterator[None]:
    """Let `now` ask this source within the block: decades are simulated so.

    Only this process is led by it, and no command, setting or variable reaches it. `source` must know its zone.
    """
    global _source
    if source().tzinfo is None:
        raise ValueError("a time without a zone is no time")
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC with `Z`, as METS readers expect it: `2026-11-23T08:00:00Z`. `moment` must know its zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be stamped")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    """The moment that `stamp` wrote. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no zone: {text}")
    return moment.astimezone(UTC)


def zone(name: str) -> ZoneInfo:
    """The time zone of that name (`Asia/Shanghai`). Raises Refused where it is not known."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Refused("clock.zone-unknown", name, detail=str(error)) from error
