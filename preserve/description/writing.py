"""Writes a case description, or a draft of one, as TOML or JSON that a person can go on with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

from preserve.description.drafted import Proposal, field_label, sheet_label
from preserve.description.labels import CASE, SHEETS

NOT_CHECKED = "机读，未核对 / machine-read, not checked"


def write_json(content: Mapping[str, Any]) -> str:
    """As JSON; dates as ISO 8601 text."""
    return json.dumps(_plain(content), ensure_ascii=False, indent=1) + "\n"


def write_toml(content: Mapping[str, Any], proposals: Sequence[Proposal] = ()) -> str:
    """As TOML 1.0, with the Chinese heading of each field beside it; empty fields are there as comments.

    `proposals`, what a machine read, stand at the end as comments: a person copies what is right to its place.
    """
    lines: list[str] = []
    tables: list[str] = []
    plain: Mapping[str, Any] = _plain(content)
    for name, value in plain.items():
        if value in (None, "", [], {}):
            if name in CASE:
                lines.append(f'# {name} = ""  # {CASE[name]}')
            continue
        if isinstance(value, Mapping):
            tables.append(f"\n[{name}]")
            for key, inner in value.items():
                line = _line(key, inner or "", f"{name}.{key}")
                tables.append(line if inner not in (None, "") else "# " + line)
        elif isinstance(value, list) and isinstance(value[0], Mapping):
            for row in value:
                tables.append(f"\n[[{name}]]  # {SHEETS[name][0] if name in SHEETS else ''}".rstrip(" #"))
                tables += [_line(key, inner) for key, inner in row.items() if inner not in (None, "")]
        else:
            lines.append(_line(name, value, name))
    read = [f"\n# {NOT_CHECKED}"] if proposals else []
    read += [_comment(one) for one in proposals]
    return "\n".join([*lines, *tables, *read]) + "\n"


def _comment(one: Proposal) -> str:
    row = f" [{_value(one.row)}]" if one.row else ""
    return f"# {sheet_label(one.sheet)}{row} {field_label(one)} = {_value(one.value)}  # {_value(one.file)} {one.page}"


def _line(name: str, value: Any, field: str = "") -> str:
    label = f"  # {CASE[field]}" if field in CASE else ""
    return f"{name} = {_value(value)}{label}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    # JSON's string form is TOML's basic string, once DEL is escaped too.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value
