"""A case description read from TOML, JSON or a workbook; every mistake at once, in words, with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from metadata.compact import PackedTexts, Places
from metadata.findings import Finding
from metadata.identity import precise
from preserve.description.fixed_values import FIRST_YEAR, LAST_YEAR, Stage
from preserve.description.identifiers import doubtful, rounded
from preserve.description.labels import CASE, KEYS, LEGACY, SHEETS, VALUES
from preserve.description.large import read_simple
from preserve.description.legacy import closed_at_latest
from preserve.description.matching import described, match
from preserve.description.schema import MOST_SECONDS, CaseDescription
from preserve.description.unwritable import perhaps_unwritable, unwritable
from preserve.description.vocabulary import OPTIONAL, Vocabulary, read_vocabulary
from preserve.description.written import ENUMS, SEVERAL, in_our_words, several
from preserve.messages import language, listed
from preserve.strict_json import KeyTwice, NotANumber, read_json


def read_description(
    name: str, data: bytes, vocabulary: Vocabulary | None = None
) -> tuple[CaseDescription | None, list[Finding]]:
    """The description in a file of that name, or None and every mistake in it (severity `refuse`).

    `vocabulary`: the words of the archive's own profiles; without it, those of the shipped ones.
    """
    suffix = name.rpartition(".")[2].lower()
    places: dict[str, str] = {}
    drafts: tuple[Finding, ...] = ()
    try:
        if suffix == "toml":
            content: Any = tomllib.loads(data.decode("utf-8-sig"))
        elif suffix == "json":
            words = vocabulary or read_vocabulary()
            if not perhaps_unwritable(data):
                simple = read_simple(data, words, lambda ours: any(_unknown(ours, words, places, name)))
                if simple is not None:
                    return _coherent(simple, [], places, name)
            content = read_json(data.decode("utf-8-sig"))
        elif suffix == "xlsx":
            from preserve.description.sheets import read_workbook

            content, places, lost, read = read_workbook(data)
            drafts = tuple(replace(one, where=f"{name} {one.where}".strip()) for one in read)
            if lost:
                return None, [*_with_the_rest(lost, content, places, name, vocabulary), *drafts]
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
    case, findings = check_content(content, places, name, vocabulary)
    return case, [*findings, *drafts]


def _with_the_rest(
    lost: list[Finding], content: Any, places: dict[str, str], name: str, vocabulary: Vocabulary | None
) -> list[Finding]:
    """What a workbook lost, and the other mistakes in it where it can be read at all; of one cell only the first."""
    if not content:
        return lost
    findings = [replace(finding, where=f"{name} {finding.where}") for finding in lost]
    cells = {finding.where for finding in findings}
    others = check_content(content, places, name, vocabulary)[1]
    return [*findings, *(finding for finding in others if finding.where not in cells)]


def check_content(
    content: Mapping[str, Any], places: Mapping[str, str], name: str, vocabulary: Vocabulary | None = None
) -> tuple[CaseDescription | None, list[Finding]]:
    """Check plain data against the schema, the profiles' words and itself.

    `places` maps a field's path to where it stands.
    """
    words = vocabulary or read_vocabulary()
    ours = in_our_words(content, words)
    unknown = [*_unwritable(ours, places, name), *_unknown(ours, words, places, name)]
    try:
        description = CaseDescription.model_validate(ours)
    except ValidationError as error:
        # A word that is no name at all is among the unknown ones already.
        mistakes = [dict(one) for one in error.errors() if not (unknown and one["type"] == "string_pattern_mismatch")]
        return None, unknown + [_mistake(mistake, places, name) for mistake in mistakes]
    return _coherent(description, unknown, places, name)


def _coherent(
    case: CaseDescription, known: list[Finding], places: Mapping[str, str], name: str
) -> tuple[CaseDescription | None, list[Finding]]:
    """The description, unless it contradicts itself or something known refuses it, with all findings."""
    findings = known + list(_contradictions(case, places, name))
    refused = any(finding.severity == "refuse" for finding in findings)
    return (None if refused else case), findings


def _unwritable(content: Any, places: Mapping[str, str], name: str) -> Iterable[Finding]:
    """Fields with a character that could not be written into a package."""
    for path, character in unwritable(content):
        values = {"field": field_label(path), "character": character}
        yield Finding("case.field-unwritable", _place(path, places, name), "refuse", values)


def _unknown(content: Any, words: Vocabulary, places: Mapping[str, str], name: str) -> Iterable[Finding]:
    """Types of case, measures and so on that no profile has, each with those that there are."""
    for path, field, written in _profiled(content):
        if not words.knows(field, written):
            told = written[:100].encode("utf-8", "backslashreplace").decode()
            values = {"field": field_label(path), "written": told, "choices": words.choices(field)}
            parts = several(written) if field not in SEVERAL else []
            known = len(parts) > 1 and all(words.knows(field, words.name_of(field, part)) for part in parts)
            code = "case.one-value" if known else "case.name-unknown"
            yield Finding(code, _place(path, places, name), "refuse", values)


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
    path = ".".join(map(str, parts))
    if len(parts) == 2 and first in CASE and isinstance(parts[1], int):
        return f"{CASE[first]} {parts[1] + 1}"
    # Of a table that is not there at all the first of its fields tells what is meant.
    within = next((label for key, label in CASE.items() if key.startswith(f"{path}.")), path)
    return CASE.get(path) or LEGACY.get(path, within)


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
    "pages": "case.field-pages",
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
        words = VALUES[ENUMS[last]] if (last := str(path[-1])) in ENUMS else {}
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

    if case.closed and case.start and case.closed < case.start:
        yield finding("case.closed-before-start", "closed", start=str(case.start), closed=str(case.closed))
    latest = closed_at_latest(case)
    for number, stage in enumerate(case.stages):
        if stage.end is not None and stage.end < stage.start:
            yield finding("case.end-before-start", "stages", number, "end", start=str(stage.start), end=str(stage.end))
        if latest and stage.stage is not Stage.FILING and stage.start > latest:
            yield finding("case.outside-case", "stages", number, "start", written=str(stage.start))
    for number, measure in enumerate(case.measures):
        comparable = measure.end is not None and (measure.end.tzinfo is None) == (measure.start.tzinfo is None)
        if comparable and measure.end is not None and measure.end < measure.start:
            yield finding(
                "case.end-before-start", "measures", number, "end", start=str(measure.start), end=str(measure.end)
            )
        if latest and _day(measure.start) > latest:
            yield finding("case.outside-case", "measures", number, "start", written=str(measure.start))
        elif case.start and _day(measure.start) < case.start:
            # An inspection often leads to the case and so comes before it is opened: said, not refused.
            early = finding("case.before-case", "measures", number, "start", written=str(measure.start))
            yield replace(early, severity="warning")
    keys = PackedTexts()
    seen, last = Places(keys, len(case.objects)), dict[int, int]()
    for number, item in enumerate(case.objects):
        keys.append(key := precise(item.file))  # what differs in form only may be two files: the deposit tells
        if (first := seen.add(number, key)) != number:
            other = last.get(first, first) + 1
            yield finding("case.file-twice", "objects", number, "file", file=item.file, other=other)
            last[first] = number
        if item.file.startswith("/") or (".." in item.file and ".." in re.split(r"[/\\]", item.file)):
            yield finding("case.file-outside", "objects", number, "file", file=item.file)
    objects = described(case) if any(item.explains for item in case.objects) else None
    for number, item in enumerate(case.objects):
        if item.explains and objects is not None and objects.find(item.explains) is None:
            yield finding("case.explains-unknown", "objects", number, "explains", file=item.explains)
    for number, party in enumerate(case.parties):
        if rounded(party.identity):
            yield finding("case.cell-number", "parties", number, "identity", written=party.identity)
        elif doubtful(party.identity):
            yield replace(finding("case.identity-doubtful", "parties", number, "identity"), severity="warning")
    if not case.objects:
        yield finding("case.no-objects", "objects")


def match_files(
    case: CaseDescription, paths: Iterable[str], description_name: str, unlisted_allowed: Iterable[str] = ()
) -> list[Finding]:
    """Compare the list with the deposit: listed files that are missing, and files that no line lists."""
    return list(match(case, paths, description_name, unlisted_allowed).findings)
