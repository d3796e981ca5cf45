"""Records looks durably, those of several threads in one commit: a commit costs the same for one and for fifty.

Whoever comes while another commits waits with the others, and one of them commits for all that wait. Who is alone
commits at once. What cannot be committed was seen by nobody: each of the group is told so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from preserve.data_management import looks, looks_sealing
from preserve.data_management.database import Catalogue
from preserve.errors import Busy, NotPermitted, PreserveError
from preserve.home import Home
from storage_adapters.errors import StorageError

_GATHERING = 0.003  # seconds that a group waits for as many as came last time


@dataclass(frozen=True, slots=True)
class Seen:
    """What is to be recorded; `check` is asked within the transaction and raises NotPermitted."""

    action: str
    subject: str
    actor: str
    details: Mapping[str, Any]
    moment: datetime
    check: Callable[[Connection], None] = lambda connection: None


@dataclass(slots=True)
class _Waiting:
    seen: Seen
    done: bool = False
    error: BaseException | None = None


@dataclass(slots=True)
class _Group:
    """Those who look at one archive in this process."""

    turn: threading.Condition = field(default_factory=threading.Condition)
    waiting: list[_Waiting] = field(default_factory=list)
    led: bool = False
    last: int = 1  # how many the last group had


_groups: dict[Path, _Group] = {}
_finding = threading.Lock()


def record(home: Home, catalogue: Catalogue, seen: Seen) -> Exception | None:
    """Record a look, durably; nothing may be shown before this returns.

    Returns what went wrong afterwards, when the newest checkpoint was to be put into the store. Raises NotPermitted
    where the check says so, else what the commit raises; then it was not recorded.
    """
    with _finding:
        group = _groups.setdefault(home.path, _Group())
    mine = _Waiting(seen)
    failed = None
    with group.turn:
        group.waiting.append(mine)
        group.turn.notify_all()
        group.turn.wait_for(lambda: mine.done or not group.led)
        leads = not mine.done
        group.led = group.led or leads
    if leads:
        failed = _lead(home, catalogue, group)
    if mine.error is not None:
        raise mine.error
    return failed


def _lead(home: Home, catalogue: Catalogue, group: _Group) -> Exception | None:
    """Commit for all that wait by now, and let the next group go."""
    batch: list[_Waiting] = []
    try:
        with group.turn:
            group.turn.wait_for(lambda: len(group.waiting) >= group.last, _GATHERING)
            batch, group.waiting = group.waiting, []
        return _commit(home, catalogue, batch)
    finally:
        with group.turn:
            group.led, group.last = False, len(batch)
            for one in batch:
                one.done = True
            group.turn.notify_all()


def _commit(home: Home, catalogue: Catalogue, batch: list[_Waiting]) -> Exception | None:
    try:
        with catalogue.begin() as connection:
            for one in batch:
                _enter(connection, one)
    except BaseException as error:
        # Where only this thread was told to stop, the others may try again.
        common = error if isinstance(error, Exception) else Busy("catalogue.busy", home.catalogue_name)
        for one in batch:
            one.error = one.error or common
        raise
    try:
        with catalogue.locked(reads=True) as connection:
            looks_sealing.write_head(home, connection)
    except (PreserveError, StorageError, OSError) as error:
        return error
    return None


def _enter(connection: Connection, one: _Waiting) -> None:
    seen = one.seen
    try:
        seen.check(connection)
    except NotPermitted as error:
        one.error = error
        return
    looks.append(
        connection, action=seen.action, subject=seen.subject, actor=seen.actor, details=seen.details, moment=seen.moment
    )
