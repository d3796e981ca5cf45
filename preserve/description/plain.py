"""What the catalogue's text of a case says, as plain data for whoever shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from preserve.description.stored import divided, every_field


class PlainDescription(Mapping[str, Any]):
    """A description as plain data with every field; its files (`objects`) are made when they are asked for.

    A page shows a few facts of the case, and a large case has a million files: those stay packed.
    """

    def __init__(self, text: str, without: str = "") -> None:
        """Of a text of the catalogue. Files of the volume `without` are left out. Raises ValueError."""
        self._text, self._without = text, without
        head, files = divided(text)
        self._head = head
        self._few = files if isinstance(files, list) else None

    def without(self, volume: str) -> PlainDescription:
        """The same without the files of a volume."""
        return PlainDescription(self._text, volume)

    def __getitem__(self, name: str) -> Any:
        if name != "objects":
            return self._head[name]
        files = divided(self._text)[1] if self._few is None else self._few
        shown = map(every_field, files)
        return [row for row in shown if not self._without or row["volume"] != self._without]

    def __iter__(self) -> Iterator[str]:
        return iter(self._head)

    def __len__(self) -> int:
        return len(self._head)
