"""What people write in a description turned into the schema's own words: labels, yes and no, lists, dates and times."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from preserve.description.fixed_values import Classification, LegacyFact, Procedure, Retention, Stage, Volume
from preserve.description.labels import value_of
from preserve.description.moments import day_of, iso, on_the_day_of
from preserve.description.problems import problem_of
from preserve.description.vocabulary import FIELDS, OPTIONAL, Vocabulary

ENUMS: Mapping[str, type[StrEnum]] = {
    "procedure": Procedure,
    "stage": Stage,
    "classification": Classification,
    "retention": Retention,
    "volume": Volume,
    "not_known": LegacyFact,
}
_MOMENTS = {"when", "recording_start", "stored"}
_DAYS = {"closed", "date", "returned"}
_SPANS = {"start", "end"}
_FILES = {"file", "explains", "transcript", "document"}
YES_NO = ("evidence", "with_case", "preamble", "device_checked")
SEVERAL = ("shows", "access", "not_known")
"""Fields of several values, which a person may write one after the other in one cell or text."""

_YES = {"是", "√", "✓", "✔", "☑", "对", "有", "y", "yes", "1", "true", "t", "已", "是的", "已检查", "已作"}
_NO = {"否", "×", "✗", "✘", "☒", "不", "无", "没有", "n", "no", "0", "false", "f", "未", "不是", "未检查", "未作"}
_SEPARATORS = re.compile(r"[,，;；、/／\n\r|]+")


def in_our_words(content: Any, words: Vocabulary, sheet: str = "", field: str = "") -> Any:
    """Words of either language and ways of writing dates turned into the schema's own; all else stays as it is."""
    if isinstance(content, Mapping):
        rows = {key: in_our_words(value, words, field, str(key)) for key, value in content.items()}
        return _with_spans(rows, content, field)
    if isinstance(content, (list, tuple)):
        return [
            _value(unicodedata.normalize("NFC", value.strip()), words, sheet, field)
            if isinstance(value, str)
            else in_our_words(value, words, sheet, field)
            for value in content
        ]
    if not isinstance(content, str):
        return content
    if field in _FILES:
        return content.strip()  # as it is written: which file it means, the deposit tells
    text = unicodedata.normalize("NFC", content.strip())
    if field in SEVERAL and sheet in ("", "objects", "legacy"):
        return [_value(part, words, sheet, field) for part in several(text, words, field)]
    return _value(text, words, sheet, field)


def _value(text: str, words: Vocabulary, sheet: str, field: str) -> Any:
    if field in ("volume", *OPTIONAL) and not text:
        return None
    if field in ENUMS:
        return value_of(ENUMS[field], text)
    if field in FIELDS:
        return words.name_of(field, text)
    if field in _MOMENTS or field in _SPANS:
        return iso(text)
    if field in _DAYS:
        return day_of(iso(text))
    if field in YES_NO:
        return yes_or_no(text)
    if field == "finding" and sheet == "acceptances":
        return problem_of(text)
    return text


def _with_spans(row: dict[str, Any], written: Mapping[Any, Any], sheet: str) -> dict[str, Any]:
    """An end that is a time alone is of the day of the start; where only days count, the hours go."""
    start, end = row.get("start"), written.get("end")
    if sheet == "measures":
        if isinstance(start, str) and isinstance(end, str):
            row["end"] = on_the_day_of(start, end)
    else:
        row |= {name: day_of(row[name]) for name in _SPANS if isinstance(row.get(name), str)}
    return row


def yes_or_no(text: str) -> bool | str | None:
    """Whether it says yes or no; nothing of a blank, and what says neither comes back as it was."""
    key = unicodedata.normalize("NFKC", text).strip().casefold()
    if not key:
        return None
    return True if key in _YES else False if key in _NO else text


def several(text: str, words: Vocabulary | None = None, field: str = "") -> list[str]:
    """The values in one text, set apart as people do; a profile's word that holds such a sign stays whole."""
    if words is not None and field in FIELDS and words.name_of(field, text) != text:
        return [text]
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
