"""What a cell of a spreadsheet says in the schema's terms, and whether a part of what was typed is lost."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from preserve.description.identifiers import rounded
from preserve.description.moments import of_serial

_IDENTIFIERS = frozenset(
    ("case_number", "archival_number", "identity", "number", "device", "doc_number", "instrument", "file")
)
"""Fields that name something: what a spreadsheet makes a number, a date or a truth value is no longer that name."""
_EXACT_DIGITS = 15
_MOMENTS = frozenset(("start", "end", "closed", "date", "when", "recording_start", "stored", "returned"))
_ZEROS = re.compile(r"^0+$")
_FIRST_SERIAL, _LAST_SERIAL = 17_899, 73_415


def lost(field: str, cell: Any) -> str:
    """What a cell no longer says as it was typed: `number`, `date`, `error`; empty where it can be trusted."""
    value = cell.value
    if getattr(cell, "data_type", "") == "e":
        return "error"
    if isinstance(value, bool):
        return ""
    if isinstance(value, (int, float)):
        return "number" if abs(value) >= 10**_EXACT_DIGITS else ""
    if field in _IDENTIFIERS and isinstance(value, (datetime, date, time, timedelta)):
        return "date"
    if field in _IDENTIFIERS and isinstance(value, str) and rounded(value):
        return "number"
    return ""


def text_of_cell(field: str, cell: Any, epoch: datetime) -> Any:
    """A cell's value in the schema's terms; an empty one is None. `epoch`: where the workbook's calendar begins."""
    value = cell.value
    if isinstance(value, datetime):
        # A spreadsheet's time is a fraction of a day: 09:30:15 comes back some microseconds off.
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (time, timedelta)):
        return _clock(value, str(cell.number_format))
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or value is None:
        return value
    if field in _MOMENTS and _FIRST_SERIAL <= value <= _LAST_SERIAL:
        return of_serial(float(value), epoch)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and _ZEROS.match(form := str(cell.number_format)):
        return f"{value:0{len(form)}}"  # a number shown as 00123 was meant as 00123
    return str(value)


def _clock(value: time | timedelta, form: str) -> str:
    """A time of day or a length as it is shown: `0:03` is typed for minutes and seconds and kept as hours."""
    seconds = (
        round(value.total_seconds())
        if isinstance(value, timedelta)
        else value.hour * 3600 + value.minute * 60 + round(value.second + value.microsecond / 1_000_000)
    )
    hours, rest = divmod(max(seconds, 0), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if seconds or "s" in form.lower() else f"{hours}:{minutes:02}"
