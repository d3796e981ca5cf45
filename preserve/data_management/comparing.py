"""Turns questions that raise NotIntact into findings, for who asks them of every row of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from metadata.findings import Finding
from preserve.errors import NotIntact


def contradictions(require: Callable[[str], object], names: Iterable[str]) -> Iterator[Finding]:
    """An error for each name, in their order, of which `require` raises NotIntact."""
    for name in sorted(names, key=str):  # whoever can edit the file can put a blob where there should be text
        try:
            require(name)
        except NotIntact as error:
            yield Finding(error.code, error.where, "error", dict(error.values), error.detail)
