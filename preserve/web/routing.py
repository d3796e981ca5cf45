"""What a page is: its address, the operations that it calls, and the function that shows it.

A route without an operation, or without the reason why it needs none, cannot be declared; and an app whose routes name
an operation that is not there does not start (`app.make_app`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from starlette.responses import Response

if TYPE_CHECKING:
    from preserve.web.asked import Asked

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
Handler = Callable[["Asked"], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """One route; either the names of its operations, or in `open_to_all` why it calls none.

    `largest` is how many bytes the body of a request may have. A `raw` one is not read as a form: its handler reads it
    from `asked.stream`.
    """

    method: Method
    path: str
    operations: tuple[str, ...]
    open_to_all: str
    handler: Handler
    largest: int
    raw: bool


PAGES: list[Page] = []
"""Every route, as far as its module was imported."""

MIB = 1 << 20


def page(
    method: Method, path: str, *operations: str, open_to_all: str = "", largest: int = MIB, raw: bool = False
) -> Callable[[Handler], Handler]:
    """Declare a route. Raises TypeError, at import, where it says neither or both, or stands twice."""
    if bool(operations) == bool(open_to_all):
        raise TypeError(f"{method} {path}: either operations, or why it needs none")
    if any((known.method, known.path) == (method, path) for known in PAGES):
        raise TypeError(f"{method} {path}: declared twice")

    def declared(handler: Handler) -> Handler:
        PAGES.append(Page(method, path, operations, open_to_all, handler, largest, raw))
        return handler

    return declared
