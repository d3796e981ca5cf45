"""The cases of a hand-over folder: which records are of which, and what their lines say in terms of a description."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from preserve.description.fixed_values import Classification, Retention
from preserve.description.moments import day_of, iso
from preserve.ingest.foreign.handover_files import Record
from preserve.ingest.foreign.handover_lines import Line, Said
from preserve.ingest.foreign.handover_profile import HandoverProfile, above, plain_number

_MOST_PARTS = 20  # of a number that is looked for
_OF_OBJECTS = {
    "title": "title",
    "doc_number": "doc_number",
    "responsible": "responsible",
    "note": "note",
    "kind": "kind",
    "place": "place",
}


@dataclass(slots=True)
class Case:
    """One case: what tells it from others (its archival number or, where its records name one, its case number), its
    archival number as written; the line about it, if there is one.

    `loose` are files that lie in its folder, or in nobody's, and that no line means.
    """

    key: str
    number: str
    volume: Line | None = None
    case_number: str = ""
    records: list[Record] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)


def cases_of(said: Said, records: Sequence[Record], loose: Sequence[tuple[str, str]]) -> list[Case]:
    """Every case of the package, in the order of its catalogue.

    A paper is of the volume whose number its own begins with; without a catalogue of volumes, of the case whose number
    stands in its metadata, else of the volume that its own number names (DA/T 13: all but the last part). `loose` are
    files by path, each with its path in the package.
    """
    found: dict[str, Case] = {}
    for line in said.lines:
        if line.volume and line.number:
            key = plain_number(line.number)
            found.setdefault(key, Case(key, line.number, line))
    volumes = frozenset(found)
    for record in records:
        written = record.line.number
        number, case = plain_number(written), record.line.values.get("case_number", "")
        key = _volume_of(number, volumes) or plain_number(case) or above(number)
        if key not in found:
            found[key] = Case(key, written if above(number) == number else _above_as_written(written), None, case)
        found[key].records.append(record)
    for one in found.values():
        _name(one)
    if loose and not found:  # of a catalogue without lines
        found[""] = Case("", "")
    for path, inside in loose:
        (_case_of(inside, found) or next(iter(found.values()))).loose.append(path)
    return list(found.values())


def _name(case: Case) -> None:
    """Of several papers with short numbers the case's own is what they have in common."""
    numbers = {plain_number(record.line.number) for record in case.records}
    volumes = {number.rpartition("-")[0] for number in numbers}
    if case.volume is None and len(numbers) > 1 and len(volumes) == 1 and "" not in volumes:
        case.number = _above_as_written(case.records[0].line.number)


def _volume_of(number: str, volumes: Container[str]) -> str:
    """The key of the volume that a paper is of, the longest that its number begins with; nothing for none."""
    parts = number.split("-")[:_MOST_PARTS]
    for length in range(len(parts), 0, -1):
        if (key := "-".join(parts[:length])) in volumes:
            return key
    return ""


def _above_as_written(number: str) -> str:
    """The number without its last part, with separators as they are written."""
    plain = "".join(number.split())
    return plain[: len(plain) - len(plain_number(plain).rpartition("-")[2]) - 1]


def _case_of(inside: str, found: Mapping[str, Case]) -> Case | None:
    """The case in whose folder a file lies."""
    for part in inside.split("/")[:-1]:
        if key := _volume_of(plain_number(part), found):
            return found[key]
    return None


def described(case: Case, said: Said, profile: HandoverProfile, unknown: set[str]) -> dict[str, Any]:
    """What is known of a case, in the shape of a description; files by their paths in the package.

    What nobody says stays away; values that mean nothing here are added to `unknown`.
    """
    lines = [case.volume] if case.volume else []
    alone = [record.line for record in case.records if plain_number(record.line.number) == case.key]
    about = [*lines, *alone]
    content: dict[str, Any] = {"archival_number": case.number}
    if case.case_number:
        content["case_number"] = case.case_number
    for name in ("case_number", "title"):
        if text := next((line.values[name] for line in about if name in line.values), ""):
            content[name] = text
    if producer := _producer(case, said, profile):
        content["producer"] = {"name": producer}
    _dates(content, case, about, unknown)
    papers = [record.line for record in case.records]
    if terms := [term for line in [*lines, *papers] if (term := _retention(line, profile, unknown))]:
        content["retention"] = (terms[0] if case.volume else max(terms, key=list(Retention).index)).value
    if levels := [level for line in [*lines, *papers] if (level := _level(line, profile, unknown))]:
        content["classification"] = max(levels, key=list(Classification).index).value
    content["objects"] = [
        *(row for record in case.records for row in _rows(record, content, profile, unknown)),
        *({"file": path} for path in case.loose),
    ]
    return content


def _producer(case: Case, said: Said, profile: HandoverProfile) -> str:
    """Who made the records: who is responsible for most of them, else who hands them over."""
    if case.volume and (name := case.volume.values.get("responsible")):
        return name
    names = Counter(name for record in case.records if (name := record.line.values.get("responsible")))
    return names.most_common(1)[0][0] if names else said.first(profile.words.handed_over_by)


def _dates(content: dict[str, Any], case: Case, about: Sequence[Line], unknown: set[str]) -> None:
    """When the case began and ended, as its line says; else the first and the last day of its papers."""
    days = sorted(day for record in case.records if (day := _day(record.line, "date", unknown)))
    for name, of_papers in (("start", days[:1]), ("closed", days[-1:])):
        said = [day for line in about if (day := _day(line, "start" if name == "start" else "closed", unknown))]
        if found := (said or of_papers):
            content[name] = found[0]


def _day(line: Line, name: Any, unknown: set[str]) -> str | None:
    written = line.values.get(name, "")
    if not written:
        return None
    day = day_of(iso(written))
    if day is not None and len(day) == 10 and day[4] == day[7] == "-" and day.replace("-", "").isdigit():
        return day
    unknown.add(written)
    return None


def _retention(line: Line, profile: HandoverProfile, unknown: set[str]) -> Retention | None:
    written = line.values.get("retention", "")
    term = profile.retained(written) if written else None
    if written and term is None:
        unknown.add(written)
    return term


def _level(line: Line, profile: HandoverProfile, unknown: set[str]) -> Classification | None:
    written = line.values.get("secrecy", "")
    level = profile.classified(written) if written else None
    if written and level is None:
        unknown.add(written)
    return level


def _rows(
    record: Record, content: Mapping[str, Any], profile: HandoverProfile, unknown: set[str]
) -> list[dict[str, Any]]:
    """The rows of a record's files; pages are those of the whole record, and so only where it is one file."""
    line = record.line
    row: dict[str, Any] = {ours: text for name, ours in _OF_OBJECTS.items() if (text := line.values.get(name))}  # type: ignore[call-overload]
    if day := _day(line, "date", unknown):
        row["date"] = day
    if (term := _retention(line, profile, unknown)) and term.value != content.get("retention"):
        row["retention"] = term.value
    if (level := _level(line, profile, unknown)) and level.value != content.get("classification"):
        row["classification"] = level.value
    if (pages := line.values.get("pages", "").removesuffix("页").strip()) and len(record.files) == 1:
        row["pages"] = pages
    return [{"file": path, **row} for path in record.files]
