"""Findings as people read them: worst first, and one mistake in one line with all the places where it was made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from metadata.findings import Finding, Severity, Value
from preserve.messages import hint, listed, say
from preserve.visible_text import visible

_ORDER: tuple[str, ...] = get_args(Severity)
_MOST_NAMED, _MOST_NAMED_ERRORS = 5, 30
"""Names in one line: what is beyond is counted. What keeps a case out is named, or nobody could mend it."""
_MOST_LINES = 5
"""Lines of one code; what is beyond is counted."""
_PARTS = 3
"""So many names that differ in their digits only are one series: the parts of a recording, the pages of a scan."""
_CELL = re.compile(r"^(?P<sheet>.*!)(?P<column>[A-Z]{1,3})(?P<row>\d+)$")
_ROW_OF_FIELD = re.compile(r"^(\S+) \d+(?= · |$)")


@dataclass(frozen=True, slots=True)
class Group:
    """One mistake: its first finding, all of them, and how many others of its code are only counted here."""

    findings: tuple[Finding, ...]
    counted: bool = False

    @property
    def first(self) -> Finding:
        """The finding that stands for all."""
        return self.findings[0]

    @property
    def severity(self) -> str:
        """How much it weighs."""
        return self.first.severity

    def values(self) -> dict[str, Value]:
        """What fills the sentence: of a file that it names all of them, of a row none."""
        values = dict(self.first.values)
        if len(self.findings) == 1:
            return values
        for name, value in values.items():
            if name == "field":
                values[name] = _ROW_OF_FIELD.sub(r"\1", str(value))
            elif _is_place(name, value, self.first):
                values[name] = self._places()
        return values

    def where(self) -> str:
        """Where it was found, in words; empty where the sentence itself says so."""
        if len(self.findings) == 1:
            return self.first.where
        if not self.counted and any(_is_place(name, value, self.first) for name, value in self.first.values.items()):
            return ""
        return self._places()

    def _places(self) -> str:
        most = _MOST_NAMED_ERRORS if self.severity in ("refuse", "error") else _MOST_NAMED
        return places([finding.where for finding in self.findings if finding.where], most)

    def sentence(self) -> str:
        """What is wrong, in the language in use."""
        if self.counted:
            return say("words.more-alike", count=len(self.findings))
        return say(self.first.code, **self.values())

    def hint(self) -> str:
        """What to do about it."""
        return "" if self.counted else hint(self.first.code, **self.values())


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """One line a mistake, the worst first; what one code says more than a few times is counted after those."""
    alike: dict[tuple[object, ...], list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: _ORDER.index(finding.severity)):
        alike.setdefault(_key(finding), []).append(finding)
    groups: list[Group] = []
    beyond: dict[tuple[str, str], list[Finding]] = {}
    lines: dict[tuple[str, str], int] = {}
    for same in alike.values():
        kind = (str(same[0].severity), same[0].code)
        lines[kind] = lines.get(kind, 0) + 1
        if lines[kind] <= _MOST_LINES:
            groups.append(Group(tuple(same)))
        else:
            beyond.setdefault(kind, []).extend(same)
    rest = {kind: Group(tuple(same), counted=len(same) > 1) for kind, same in beyond.items()}
    out: list[Group] = []
    for number, group in enumerate(groups):
        out.append(group)
        mine = (group.severity, group.first.code)
        if all((later.severity, later.first.code) != mine for later in groups[number + 1 :]) and mine in rest:
            out.append(rest[mine])
    return out


def each_alone(findings: Iterable[Finding]) -> list[Group]:
    """One line a finding, the worst first."""
    return [Group((finding,)) for finding in sorted(findings, key=lambda finding: _ORDER.index(finding.severity))]


def _key(finding: Finding) -> tuple[object, ...]:
    values = tuple(
        (name, _ROW_OF_FIELD.sub(r"\1", str(value)) if name == "field" else value)
        for name, value in sorted(finding.values.items())
        if not _is_place(name, value, finding)
    )
    return (finding.severity, finding.code, bool(finding.where), values)


def _is_place(name: str, value: Value, finding: Finding) -> bool:
    """Whether a value only says once more where it is."""
    return bool(finding.where) and (value == finding.where or name == "file")


def places(wheres: Sequence[str], most: int = _MOST_NAMED) -> str:
    """Many places in a few words: cells as ranges, parts of a recording as first and last, folders by count."""
    distinct = list(dict.fromkeys(visible(where) for where in wheres))
    cells = [match for where in distinct if (match := _CELL.match(where))]
    names = [where for where in distinct if not _CELL.match(where)]
    ranges = _cells(cells)
    words = [*ranges, *_names(names, most)]
    told = listed(words[:most])
    if len(cells) > 1 or len(words) > most:
        return say("words.places", places=told, count=len(distinct))
    return told


def _cells(cells: Sequence[re.Match[str]]) -> list[str]:
    rows: dict[tuple[str, str], list[int]] = {}
    for cell in cells:
        rows.setdefault((cell["sheet"], cell["column"]), []).append(int(cell["row"]))
    words = []
    for (sheet, column), numbers in rows.items():
        for first, last in _runs(sorted(numbers)):
            words.append(f"{sheet}{column}{first}" + (f"–{column}{last}" if last > first else ""))
    return words


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _names(names: Sequence[str], most: int) -> list[str]:
    series: dict[str, list[str]] = {}
    for name in names:
        series.setdefault(re.sub(r"\d+", "#", name), []).append(name)
    words: list[str] = []
    for parts in series.values():
        if len(parts) >= _PARTS:
            last = parts[-1].rpartition("/")[2]
            words.append(say("words.from-to", first=parts[0], last=last, count=len(parts)))
        else:
            words += parts
    if len(words) <= most:
        return words
    folders: dict[str, list[str]] = {}
    for name in names:
        folders.setdefault(name.rpartition("/")[0], []).append(name)
    return [
        say("words.files-below", folder=folder, count=len(inside)) if folder and len(inside) > 1 else name
        for folder, inside in folders.items()
        for name in (inside[:1] if folder and len(inside) > 1 else inside)
    ]
