"""What a package of another system says of itself, put into the fields of a case description; nothing is made up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from metadata.findings import Finding
from metadata.identity import Names
from preserve.description.reading import check_content, field_label
from preserve.description.vocabulary import Vocabulary
from preserve.ingest.foreign.records import ForeignPackage
from preserve.messages import listed
from preserve.profiles import read_profile

Words = tuple[str, ...]
Said = Sequence[tuple[str, str]]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfTheCase(_Fields):
    """For each field of a case the words of others that mean it, the first that is said counts."""

    title: Words = ()
    producer: Words = ()
    archival_number: Words = ()
    case_number: Words = ()
    dates: Words = ()


class OfAFile(_Fields):
    """The same of a file of the case."""

    title: Words = ()
    doc_number: Words = ()
    responsible: Words = ()
    date: Words = ()


class ForeignProfile(_Fields):
    """`profiles/foreign.toml`. `case_number`: what a case number looks like; another identifier is none."""

    case_number: str
    case: OfTheCase
    file: OfAFile


def read_foreign(own: Path | None) -> ForeignProfile:
    """The archive's own words, else the shipped ones. Raises Refused for a wrong profile."""
    return read_profile("foreign.toml", ForeignProfile, own)


def described(package: ForeignPackage, names: Mapping[str, str], own: Path | None) -> dict[str, Any]:
    """Plain data in the shape of a case description, as far as the package says something.

    `names` are the true names of its content by path.
    """
    profile = read_foreign(own)
    content = {**_case(package.said, profile), **_full(package.described)}
    rows = [dict(row) for row in package.described.get("objects", ()) if isinstance(row, Mapping)]
    places = Names((str(row.get("file", "")), _Place(place)) for place, row in enumerate(rows))
    taken: dict[int, dict[str, Any]] = {}
    others: list[dict[str, Any]] = []
    for path in package.content:
        found = places.find(names[path]) or places.find(path)
        told: dict[str, Any] = rows[found.number] if found is not None else {}
        row = {**_file(package.said_of.get(path, ()), profile), **told, "file": names[path]}
        if found is None or found.number in taken:
            others.append(row)
        else:
            taken[found.number] = row
    # In their order; one whose file the package does not hold stays, and is told as any row without its file.
    return {**content, "objects": [*(taken.get(place, row) for place, row in enumerate(rows)), *others]}


@dataclass(frozen=True, slots=True)
class _Place:
    number: int


def _full(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value not in (None, "", [], {}) and name != "objects"}


def _case(said: Said, profile: ForeignProfile) -> dict[str, Any]:
    words, made = profile.case, dict[str, Any]()
    for name in ("title", "archival_number"):
        if value := _first(said, getattr(words, name)):
            made[name] = value
    if producer := _first(said, words.producer):
        made["producer"] = {"name": producer}
    numbers = (text for word in words.case_number for name, text in said if name == word)
    if number := next((text for text in numbers if re.fullmatch(profile.case_number, text)), ""):
        made["case_number"] = number
    for text in (text for word in words.dates for name, text in said if name == word):
        start, slash, closed = text.partition("/")
        if slash and _is_day(start) and _is_day(closed):
            made["start"], made["closed"] = start.strip(), closed.strip()
            break
    return made


def _file(said: Said, profile: ForeignProfile) -> dict[str, Any]:
    words, made = profile.file, dict[str, Any]()
    for name in ("title", "doc_number", "responsible"):
        if value := _first(said, getattr(words, name)):
            made[name] = value
    if (day := _first(said, words.date)) and _is_day(day):
        made["date"] = day
    return made


def _first(said: Said, words: Words) -> str:
    return next((text for word in words for name, text in said if name == word), "")


def _is_day(text: str) -> bool:
    """Only a whole day in the one writing that nobody reads otherwise."""
    try:
        return len(text.strip()) == 10 and bool(date.fromisoformat(text.strip()))
    except ValueError:
        return False


def lacking(content: Mapping[str, Any], words: Vocabulary) -> list[Finding]:
    """What must be completed before the package can be taken in: facts that it does not say, all in one finding, and
    what it says wrongly."""
    case, mistakes = check_content(content, {}, "", words)
    if case is not None:
        return []
    fields: dict[str, None] = {}
    others: list[Finding] = []
    for mistake in mistakes:
        if mistake.code == "case.field-missing":
            parts = [part for part in mistake.where.split(".") if not part.isdigit()]
            fields[" · ".join(_label(parts))] = None
        else:
            others.append(mistake)
    if not fields:
        return others
    values: dict[str, str | int | float] = {"fields": listed(fields), "count": len(fields)}
    return [Finding("foreign.facts-missing", "", "refuse", values), *others]


def _label(parts: Sequence[str]) -> Sequence[str]:
    """A field of any row: the row's number says nothing."""
    if len(parts) < 2:
        return (field_label(["producer.name"] if parts == ["producer"] else parts),)
    label = field_label((parts[0], 0, *parts[1:]))
    return [part.removesuffix(" 1") for part in label.split(" · ")]
