"""Writes a redaction plan as TOML, as people write it by hand: the drawing page's plan is one like any other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

KEYS = (
    "object",
    "what",
    "pages",
    "lines",
    "left",
    "top",
    "width",
    "height",
    "unit",
    "from",
    "to",
    "reason",
    "article",
    "name",
    "found",
    "confirmed",
)
"""What a row may say, in the order in which docs/redaction.md has it."""

_NUMBERS = ("left", "top", "width", "height")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,8})(?:\.\d{1,6})?", re.ASCII)


def as_toml(rows: Iterable[Mapping[str, str]]) -> bytes:
    """The rows that say what is to be done; what is empty is left out."""
    return "\n".join(_row(row) for row in rows if row.get("what")).encode("utf-8")


def _row(row: Mapping[str, str]) -> str:
    lines = ["[[redaction]]"]
    for key in KEYS:
        if value := row.get(key, "").strip():
            bare = key in _NUMBERS and _NUMBER.fullmatch(value)
            lines.append(f"{key} = {value if bare else _string(value)}")
    return "\n".join(lines) + "\n"


def _string(value: str) -> str:
    # JSON's strings are TOML's basic strings, but for the one control character that JSON lets stand.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
