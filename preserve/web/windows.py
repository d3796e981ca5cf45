"""A long list a hundred at a time, by the place of its first row: for what is whole in memory and has no cursor."""

from __future__ import annotations

from dataclasses import dataclass, field

SIZE = 100


@dataclass(frozen=True)
class Window:
    """Which rows of `count` are shown: from `first` (from 1) up to `last`. Text that is no place is the beginning."""

    count: int
    given: str = "1"
    size: int = SIZE
    first: int = field(init=False)
    last: int = field(init=False)

    def __post_init__(self) -> None:
        number = int(self.given) if self.given.isascii() and self.given.isdecimal() and len(self.given) < 10 else 1
        first = max(1, min(number, self.count))
        object.__setattr__(self, "first", first - (first - 1) % self.size)
        object.__setattr__(self, "last", min(self.count, self.first + self.size - 1))

    @property
    def starts(self) -> range:
        """The first rows of all windows; none where one shows everything."""
        return range(1, self.count + 1, self.size) if self.count > self.size else range(0)
