"""A case description read from TOML, JSON or a workbook; every mistake at once, in words, with its place."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from metadata.findings import Finding
from metadata.identity import precise
from preserve.description.labels import CASE, KEYS, SHEETS, VALUES, value_of
from preserve.description.matching import described, match
from preserve.description.schema import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_SECONDS,
    CaseDescription,
    Classification,
    Procedure,
    Retention,
    Stage,
    Volume,
)
from preserve.description.vocabulary import FIELDS, OPTIONAL, Vocabulary, read_vocabulary
from preserve.messages import language, listed
from preserve.strict_json import KeyTwice, NotANumber, read_json

_ENUMS: Mapping[str, type[StrEnum]] = {
    "procedure": Procedure,
    "stage": Stage,
    "classification": Classification,
    "retention": Retention,
    "volume": Volume,
}
_DATES = {"start", "closed", "end", "date", "when", "recording_start", "stored", "returned"}
_FILES = {"file", "explains", "transcript", "document"}
_YES_NO = {"evidence", "with_case", "preamble", "device_checked"}


def read_description(
    name: str, data: bytes, vocabulary: Vocabulary | None = None
) -> tuple[CaseDescription | None, list[Finding]]:
    """The description in a file of that name, or None and every mistake in it (severity `refuse`).

    `vocabulary`: the words of the archive's own profiles; without it, those of the shipped ones.
    """
    suffix = name.rpartition(".")[2].lower()
    places: dict[str, str] = {}
    try:
        if suffix == "toml":
            content: Any = tomllib.loads(data.decode("utf-8-sig"))
        elif suffix == "json":
            content = read_json(data.decode("utf-8-sig"))
        elif suffix == "xlsx":
            from preserve.description.workbook import read_workbook

            content, places, findings = read_workbook(data)
            if findings:
                return None, findings
        else:
            return None, [Finding("case.unknown-kind", name, "refuse")]
    except UnicodeDecodeError as error:
        return None, [Finding("case.not-utf8", name, "refuse", {"position": error.start})]
    except KeyTwice as error:
        values = {"field": KEYS.get(error.key, error.key), "key": error.key}
        return None, [Finding("case.key-twice", name, "refuse", values)]
    except NotANumber as error:
        return None, [Finding("case.not-a-number", name, "refuse", {"written": error.written})]
    except (ValueError, RecursionError) as error:  # both parsers' own errors are ValueError, as is a number too long
        return None, [Finding("case.syntax", name, "refuse", {"reason": str(error)[:300]})]
    if not isinstance(content, dict):
        return None, [Finding("case.not-a-table", name, "refuse")]
    return check_content(content, places, name, vocabulary)


def check_content(
    content: Mapping[str, Any], places: Mapping[str, str], name: str, vocabulary: Vocabulary | None = None
) -> tuple[CaseDescription | None, list[Finding]]:
    """Check plain data against the schema, the profiles' words and itself.

    `places` maps a field's path to where it stands.
    """
    words = vocabulary or read_vocabulary()
    ours = _in_our_words(content, words)
    unknown = list(_unknown(ours, words, places, name))
    try:
        description = CaseDescription.model_validate(ours)
    except ValidationError as error:
        # A word that is no name at all is among the unknown ones already.
        mistakes = [dict(one) for one in error.errors() if not (unknown and one["type"] == "string_pattern_mismatch")]
        return None, unknown + [_mistake(mistake, places, name) for mistake in mistakes]
    contradictions = unknown + list(_contradictions(description, places, name))
    refused = any(finding.severity == "refuse" for finding in contradictions)
    return (None if refused else description), contradictions


def _unknown(content: Any, words: Vocabulary, places: Mapping[str, str], name: str) -> Iterable[Finding]:
    """Types of case, measures and so on that no profile has, each with those that there are."""
    for path, field, written in _profiled(content):
        if not words.knows(field, written):
            told = written[:100].encode("utf-8", "backslashreplace").decode()
            values = {"field": field_label(path), "written": told, "choices": words.choices(field)}
            yield Finding("case.name-unknown", _place(path, places, name), "refuse", values)


def _profiled(content: Any) -> Iterable[tuple[tuple[str | int, ...], str, str]]:
    """Path, field and text of everything in a description whose words come from the profiles."""
    for field in ("case_type", "outcome"):
        if isinstance(written := content.get(field), str) and (written or field not in OPTIONAL):
            yield (field,), field, written
    for sheet, field in (("measures", "measure"), ("incidents", "incident"), ("objects", "shows")):
        rows = content.get(sheet)
        for number, row in enumerate(rows if isinstance(rows, (list, tuple)) else ()):
            value = row.get(field) if isinstance(row, Mapping) else None
            for one in value if isinstance(value, (list, tuple)) else [value]:
                if isinstance(one, str):
                    yield (sheet, number, field), field, one


def _in_our_words(content: Any, words: Vocabulary, field: str = "") -> Any:
    """Words of either language and ways of writing dates turned into the schema's own."""
    if isinstance(content, Mapping):
        return {key: _in_our_words(value, words, str(key)) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_in_our_words(value, words, field) for value in content]
    if isinstance(content, str):
        if field in _FILES:
            return content.strip()  # as it is written: which file it means, the deposit tells
        text = unicodedata.normalize("NFC", content.strip())
        if field in ("volume", *OPTIONAL) and not text:
            return None
        if field in _ENUMS:
            return value_of(_ENUMS[field], text)
        if field in FIELDS:
            return words.name_of(field, text)
        if field in _DATES:
            return _date_text(text)
        if field in _YES_NO and text in ("是", "否"):
            return text == "是"
        return text
    return content


_CHINESE_DATE = re.compile(
    r"^(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?(?:[ T]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?|分)?)?$"
)
_COMPACT_DATE = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?$")  # 20260312, 20260312093015


def _date_text(text: str) -> str | None:
    if not text:
        return None
    found = _CHINESE_DATE.match(text) or _COMPACT_DATE.match(text)
    if not found:
        return text
    year, month, day, hour, minute, second = found.groups()
    written = f"{year}-{int(month):02}-{int(day):02}"
    return written if hour is None else f"{written}T{int(hour):02}:{int(minute):02}:{int(second or 0):02}"


def field_label(path: Iterable[str | int]) -> str:
    """A field's path in the words of the workbook: `文件 3 · 阶段`."""
    parts = list(path)
    if not parts:
        return ""
    first = str(parts[0])
    if first in SHEETS:
        sheet, columns = SHEETS[first]
        row = f" {int(parts[1]) + 1}" if len(parts) > 1 and isinstance(parts[1], int) else ""
        column = f" · {columns.get(str(parts[2]), str(parts[2]))}" if len(parts) > 2 else ""
        return sheet + row + column
    return CASE.get(".".join(map(str, parts)), ".".join(map(str, parts)))


_KINDS = {
    "missing": "case.field-missing",
    "string_too_short": "case.field-empty",
    "string_too_long": "case.field-long",
    "string_type": "case.field-not-text",
    "extra_forbidden": "case.field-unknown",
    "enum": "case.field-choice",
    "bool_parsing": "case.field-yes-no",
    "bool_type": "case.field-yes-no",
    "date_year": "case.field-year",
    "too_long": "case.field-many",
    "greater_than_equal": "case.field-range",
    "less_than_equal": "case.field-range",
    "finite_number": "case.field-range",
    "float_type": "case.field-range",
    "float_parsing": "case.field-range",
}


def _mistake(mistake: Mapping[str, Any], places: Mapping[str, str], name: str) -> Finding:
    path = mistake["loc"]
    kind = str(mistake["type"])
    code = _KINDS.get(kind, "case.field-date" if "date" in kind else "case.field-wrong")
    # Of a missing field the library gives what surrounds it, which nobody wrote there; half a surrogate pair,
    # which JSON can spell, could not be shown.
    written = "" if kind == "missing" else str(mistake.get("input", ""))[:100]
    written = written.encode("utf-8", "backslashreplace").decode()
    values: dict[str, str | int | float] = {"field": field_label(path), "written": written}
    if kind == "enum":
        words = VALUES[_ENUMS[last]] if (last := str(path[-1])) in _ENUMS else {}
        values["choices"] = listed(words.values() if language() == "zh" else (f"{v} ({w})" for v, w in words.items()))
    if kind in ("string_too_long", "too_long"):
        values["limit"] = int(mistake["ctx"]["max_length"])
    if kind == "too_long":
        values["written"] = ""
    if kind == "date_year":
        values |= {"least": FIRST_YEAR, "most": LAST_YEAR}
    if _KINDS.get(kind) == "case.field-range":
        values["most"] = MOST_SECONDS
    return Finding(code, _place(path, places, name), "refuse", values, detail=str(mistake["msg"]))


def _place(path: Iterable[str | int], places: Mapping[str, str], name: str) -> str:
    key = ".".join(map(str, path))
    while key:
        if key in places:
            return f"{name} {places[key]}"
        key = key.rpartition(".")[0]
    return f"{name} {'.'.join(map(str, path))}".strip()


def _day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _contradictions(case: CaseDescription, places: Mapping[str, str], name: str) -> Iterable[Finding]:
    def finding(code: str, *path: str | int, **values: str | int | float) -> Finding:
        return Finding(code, _place(path, places, name), "refuse", {"field": field_label(path), **values})

    if case.closed < case.start:
        yield finding("case.closed-before-start", "closed", start=str(case.start), closed=str(case.closed))
    for number, stage in enumerate(case.stages):
        if stage.end is not None and stage.end < stage.start:
            yield finding("case.end-before-start", "stages", number, "end", start=str(stage.start), end=str(stage.end))
        if stage.stage is not Stage.FILING and stage.start > case.closed:
            yield finding("case.outside-case", "stages", number, "start", written=str(stage.start))
    for number, measure in enumerate(case.measures):
        comparable = measure.end is not None and (measure.end.tzinfo is None) == (measure.start.tzinfo is None)
        if comparable and measure.end is not None and measure.end < measure.start:
            yield finding(
                "case.end-before-start", "measures", number, "end", start=str(measure.start), end=str(measure.end)
            )
        if _day(measure.start) > case.closed:
            yield finding("case.outside-case", "measures", number, "start", written=str(measure.start))
        elif _day(measure.start) < case.start:
            # An inspection often leads to the case and so comes before it is opened: said, not refused.
            early = finding("case.before-case", "measures", number, "start", written=str(measure.start))
            yield replace(early, severity="warning")
    seen: dict[str, int] = {}
    for number, item in enumerate(case.objects):
        key = precise(item.file)  # what differs in form only may be two files: the deposit tells
        if key in seen:
            yield finding("case.file-twice", "objects", number, "file", file=item.file, other=seen[key] + 1)
        seen[key] = number
        if item.file.startswith("/") or ".." in re.split(r"[/\\]", item.file):
            yield finding("case.file-outside", "objects", number, "file", file=item.file)
    objects = described(case) if any(item.explains for item in case.objects) else None
    for number, item in enumerate(case.objects):
        if item.explains and objects is not None and objects.find(item.explains) is None:
            yield finding("case.explains-unknown", "objects", number, "explains", file=item.explains)
    if not case.objects:
        yield finding("case.no-objects", "objects")


def match_files(
    case: CaseDescription, paths: Iterable[str], description_name: str, unlisted_allowed: Iterable[str] = ()
) -> list[Finding]:
    """Compare the list with the deposit: listed files that are missing, and files that no line lists."""
    return list(match(case, paths, description_name, unlisted_allowed).findings)
