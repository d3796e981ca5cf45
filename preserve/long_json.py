"""JSON of one object with one long list in it, read so that only one part of the list is there at a time."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any, BinaryIO

from preserve.strict_json import KeyTwice, strict_decoder

_WINDOW = 1 << 16
_BLANK = " \t\n\r"


class NotSimple(ValueError):
    """It is no such object, or something is wrong with it; who reads it whole learns what."""


class LongList:
    """Iterating gives the parts of the list called `key`; afterwards `rest` is the object with the list empty.

    As strict as `preserve.strict_json`, but raises NotSimple for whatever is wrong, and of a list that is given twice,
    is none or is not there.
    """

    def __init__(self, file: BinaryIO, key: str) -> None:
        self.rest: dict[str, Any] = {}
        self._file, self._key = file, key
        self._decoder = strict_decoder()
        self._bytes = codecs.getincrementaldecoder("utf-8-sig")()
        self._text, self._at, self._whole = "", 0, False

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._object()
        except (ValueError, RecursionError) as error:
            raise NotSimple(str(error)) from error

    def _object(self) -> Iterator[Any]:
        self._expect("{")
        while True:
            key = self._value()
            if not isinstance(key, str):
                raise NotSimple(key)
            if key in self.rest:
                raise KeyTwice(key)
            self._expect(":")
            if key == self._key:
                self.rest[key] = []
                yield from self._list()
            else:
                self.rest[key] = self._value()
            if self._expect(",}") == "}":
                break
        if self._key not in self.rest or self._next():
            raise NotSimple(self._key)

    def _list(self) -> Iterator[Any]:
        self._expect("[")
        if self._next() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            if self._expect(",]") == "]":
                return

    def _expect(self, signs: str) -> str:
        sign = self._next()
        if not sign or sign not in signs:
            raise NotSimple(signs)
        self._at += 1
        return sign

    def _next(self) -> str:
        """The next character that is not blank, which stays; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(_WINDOW):
                return ""

    def _value(self) -> Any:
        """The value that stands next. What ends with the window may go on behind it."""
        self._next()
        window = _WINDOW
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except KeyTwice:
                raise
            except ValueError:
                if not self._more(window):
                    raise
            else:
                if end < len(self._text) or not self._more(window):
                    self._at = end
                    return value
            window *= 2  # so that one long value is not begun anew too often

    def _more(self, size: int) -> bool:
        """Read on, forgetting what was read before the place; False at the end."""
        if self._whole:
            return False
        data = self._file.read(size)
        self._whole = not data
        self._text = self._text[self._at :] + self._bytes.decode(data, final=self._whole)
        self._at = 0
        return True
