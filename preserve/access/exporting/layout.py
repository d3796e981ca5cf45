"""What a form of export in folders says of itself: where a case lies, what is copied there, what is written beside."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from preserve.access.exporting.holding import Held
from preserve.access.exporting.model import Export, Item
from preserve.data_management.archive import Archive


class Layout:
    """One form for one export."""

    def __init__(self, archive: Archive, export: Export) -> None:
        self.archive, self.export = archive, export

    def place(self, item: Item) -> str:
        """The folder of a case below that of the export; the same in every run."""
        raise NotImplementedError

    def needs(self, item: Item) -> int:
        """The bytes that a case takes, at most."""
        return item.size + (1 << 20)

    def plan(self, package: Held) -> dict[str, str]:
        """Which file of the package is copied to which path in the folder of the case."""
        raise NotImplementedError

    def describe(self, package: Held, folder: Path) -> None:
        """Write what lies beside the copies; they are there."""

    def finish(self, items: Iterable[Item], folder: Path) -> None:
        """Write what is over all cases into the folder of the export."""
