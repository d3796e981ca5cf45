"""Asks of every row of a table: questions that raise NotIntact become findings, and many rows are read at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from metadata.findings import Finding
from preserve.errors import NotIntact

_AT_ONCE = 500


def contradictions(require: Callable[[str], object], names: Iterable[str]) -> Iterator[Finding]:
    """An error for each name, in their order, of which `require` raises NotIntact."""
    for name in sorted(names, key=str):  # whoever can edit the file can put a blob where there should be text
        try:
            require(name)
        except NotIntact as error:
            yield Finding(error.code, error.where, "error", dict(error.values), error.detail)


def some_at_once(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Some hundred names after the other: their rows and entries are held in memory at once."""
    for start in range(0, len(names), _AT_ONCE):
        yield names[start : start + _AT_ONCE]
