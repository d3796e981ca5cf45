"""One view of the catalogue for all that one request reads.

A page asks several operations, and each of them reads several times. Each reading by itself begins a transaction, looks
at the schema and at which file lies there; together they are one, and the page tells of one moment. It ends with the
request, or when this thread writes: whoever wrote reads what was written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")


@dataclass(slots=True)
class View:
    """What one thread reads of one catalogue. `inside`: how many are reading now; `over`: the next one reads anew.

    `known` is what was read and found sound of this moment.
    """

    engine: Engine
    thread: int = field(default_factory=threading.get_ident)
    connection: Connection | None = None
    inside: int = 0
    over: bool = False
    failed: bool = False
    known: dict[tuple[str, ...], Any] = field(default_factory=dict)

    @contextmanager
    def entered(self, begun: Callable[[], Connection]) -> Iterator[Connection]:
        """The connection of this view, which `begun` makes where there is none yet; an error ends the view."""
        if self.connection is None:
            self.connection = begun()
        connection = self.connection
        self.inside += 1
        try:
            yield connection
        except BaseException:
            self.over = self.failed = True
            raise
        finally:
            self.inside -= 1
            self._close_if_over()

    def let_go(self) -> None:
        """Have the next reading begin a view of its own; who reads now goes on with this one."""
        self.over = self.connection is not None
        self._close_if_over()

    def _close_if_over(self) -> None:
        if self.over and not self.inside and self.connection is not None:
            connection, self.connection, self.over = self.connection, None, False
            self.known.clear()
            self._end(connection)

    def _end(self, connection: Connection) -> None:
        """Nothing was written, so it is all the same how it ends; but after a rollback psycopg has the server forget
        every statement that it prepared, and plans of the next request are made anew."""
        sound, self.failed = not self.failed, False
        with closing(connection), suppress(DBAPIError):  # all was read: a server that has gone meanwhile spoils nothing
            if sound and (transaction := connection.get_transaction()) is not None:
                transaction.commit()


_here: ContextVar[View | None] = ContextVar("view", default=None)


def here(engine: Engine) -> View | None:
    """The view that readings of this catalogue share now; None where each is one of its own."""
    view = _here.get()
    if view is None or view.engine is not engine or view.thread != threading.get_ident() or view.over:
        return None
    return view


def known(connection: Connection, what: tuple[str, ...], reading: Callable[[], T]) -> T:
    """What `reading` gives, read once in a shared view; each time where this connection is that of none."""
    view = _here.get()
    if view is None or view.connection is not connection:
        return reading()
    if what not in view.known:
        view.known[what] = reading()
    found: T = view.known[what]
    return found


def let_go(engine: Engine) -> None:
    """Somebody writes: what this thread reads from here on is read anew."""
    view = here(engine)
    if view is not None:
        view.let_go()


@contextmanager
def together(engine: Engine) -> Iterator[None]:
    """Within it this thread's readings share a view. Nothing may wait in it for what others write."""
    view = View(engine)
    token = _here.set(view)
    try:
        yield
    finally:
        _here.reset(token)
        view.let_go()
