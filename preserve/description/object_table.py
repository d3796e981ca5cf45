"""The files of a large case's description by columns, since a large case has more of them than memory should hold."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, overload

from metadata.compact import PackedTexts
from preserve.description.schema import CaseObject
from preserve.work import give_back

FEW = 20_000
"""So many files are kept as they are: some 30 MB, and faster by the making of each whenever it is asked for."""

_ALIKE = 4096  # values of a column that are looked for, so that equal ones are kept once
_FIELDS = tuple(CaseObject.model_fields)
_DEFAULTS: dict[str, Any] = {
    name: None if field.is_required() else field.get_default() for name, field in CaseObject.model_fields.items()
}


class _Column:
    """One field of all rows as numbers of values, 0 for the default.

    Of equal values one is kept as long as there are few; after so many different ones each row has its own.
    """

    def __init__(self, default: Any, rows: int) -> None:
        self.codes = array("I", bytes(4 * rows))
        self._values: list[Any] = [default]
        self._known: dict[Any, int] = {}
        self._texts = PackedTexts()

    def append(self, value: Any) -> None:
        """One more row."""
        # Moments of two zones may be equal and are not written alike.
        key = repr(value) if isinstance(value, datetime) else value
        code = self._known.get(key)
        if code is None:
            if len(self._values) <= _ALIKE:
                code = self._known[key] = len(self._values)
                self._values.append(value)
            elif isinstance(value, str):
                # Odd numbers above those of the first values are texts, even ones other values.
                code = _ALIKE + 1 + 2 * len(self._texts)
                self._texts.append(value)
            else:
                code = _ALIKE + 2 + 2 * (len(self._values) - _ALIKE - 1)
                self._values.append(value)
        self.codes.append(code)

    def __getitem__(self, row: int) -> Any:
        code = self.codes[row]
        if code <= _ALIKE:
            return self._values[code]
        place, other = divmod(code - _ALIKE - 1, 2)
        return self._values[_ALIKE + 1 + place] if other else self._texts[place]


class ObjectTable(Sequence[CaseObject]):
    """Behaves as the tuple of the files would; each is made anew whenever it is asked for."""

    def __init__(self, objects: Iterable[CaseObject] = ()) -> None:
        self.names = PackedTexts()
        self._columns: dict[str, _Column] = {}
        for item in objects:
            self.append(item)

    def append(self, item: CaseObject) -> None:
        """One more file."""
        rows = len(self.names)
        said = item.__dict__
        for name in _FIELDS:
            value = said[name]
            if name == "file" or (value == _DEFAULTS[name] and name not in self._columns):
                continue
            if name not in self._columns:
                self._columns[name] = _Column(_DEFAULTS[name], rows)
            column = self._columns[name]
            if value == _DEFAULTS[name]:
                column.codes.append(0)
            else:
                column.append(value)
        self.names.append(item.file)

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, place: int) -> CaseObject: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[CaseObject, ...]: ...

    def __getitem__(self, place: int | slice) -> CaseObject | tuple[CaseObject, ...]:
        if isinstance(place, slice):
            return tuple(self._row(row) for row in range(*place.indices(len(self))))
        row = place + len(self) if place < 0 else place
        if not 0 <= row < len(self):
            raise IndexError(place)
        return self._row(row)

    def __iter__(self) -> Iterator[CaseObject]:
        return map(self._row, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (ObjectTable, tuple)):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def _row(self, row: int) -> CaseObject:
        said = _DEFAULTS.copy()
        said["file"] = self.names[row]
        for name, column in self._columns.items():
            said[name] = column[row]
        return _made(said)


_ALL = set(_FIELDS)


def _made(said: dict[str, Any]) -> CaseObject:
    """As `CaseObject.model_construct`, ten times as fast: the values were checked when they came in."""
    item = CaseObject.__new__(CaseObject)
    object.__setattr__(item, "__dict__", said)
    object.__setattr__(item, "__pydantic_fields_set__", _ALL)
    object.__setattr__(item, "__pydantic_extra__", None)
    object.__setattr__(item, "__pydantic_private__", None)
    return item


def gathered(objects: Iterable[CaseObject], few: int = FEW) -> Sequence[CaseObject]:
    """The files of a case: a tuple where they are few, else a table, of which no more than `few` are ever there."""
    kept: list[CaseObject] = []
    coming = iter(objects)
    for item in coming:
        kept.append(item)
        if len(kept) > few:
            table = ObjectTable(kept)
            kept.clear()
            del item
            give_back()
            for later in coming:
                table.append(later)
            return table
    return tuple(kept)
