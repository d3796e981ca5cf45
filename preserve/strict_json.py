"""JSON of others, read so that it says one thing only: no name twice in one object, no number that is none."""

from __future__ import annotations

import json
from typing import Any

_SHOWN = 100


class KeyTwice(ValueError):
    """One object gives a name twice (RFC 8259 §4 leaves open which counts); `key` is that name."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key[:_SHOWN]


class NotANumber(ValueError):
    """NaN or Infinity, which JSON does not have (RFC 8259 §6); `written` is what stands there."""

    def __init__(self, written: str) -> None:
        super().__init__(written)
        self.written = written


def read_json(text: str) -> Any:
    """What the text says. Raises KeyTwice, NotANumber, ValueError for other mistakes, RecursionError for its depth."""
    return json.loads(text, object_pairs_hook=_once, parse_constant=_never)


def strict_decoder() -> json.JSONDecoder:
    """A decoder that is as strict, for who reads value by value."""
    return json.JSONDecoder(object_pairs_hook=_once, parse_constant=_never)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise KeyTwice(key)
        found[key] = value
    return found


def _never(written: str) -> Any:
    raise NotANumber(written)
