"""The description's list held against the files of a deposit: which row means which file, whatever the spelling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from metadata.findings import Finding
from metadata.identity import EXACT, READABLE, TIDY, Names, guesses, is_plain, precise, readable, tidy
from preserve.description.object_table import ObjectTable, gathered
from preserve.description.schema import Acceptance, CaseDescription, CaseObject


@dataclass(frozen=True, slots=True)
class Matched:
    """The description with one name for each file everywhere in it, and that name by the path in the deposit.

    A file that no row means has the name that people read.
    """

    case: CaseDescription
    names: Mapping[str, str]
    findings: tuple[Finding, ...]


def described(case: CaseDescription) -> Names[CaseObject]:
    """What the description says of files, to be found by any way of writing their names."""
    if isinstance(case.objects, ObjectTable):
        return Names.of(case.objects.names, case.objects)
    return Names((item.file, item) for item in case.objects)


def name_in(objects: Names[CaseObject], path: str) -> str:
    """The name that the description has for the file at a deposit's path; the readable one where it has none."""
    item = objects.find(path)
    return item.file if item is not None else readable(path)


def match(
    case: CaseDescription, paths: Iterable[str], description_name: str, unlisted_allowed: Iterable[str] = ()
) -> Matched:
    """Find each row's file. Listed files that are missing, and files that no row lists, are told (`refuse`)."""
    there = list(paths)
    rows = _Rows(case)
    taken = {number: (EXACT, path) for path in there if (number := rows.written.get(path)) is not None}
    exact = {path for _, path in taken.values()}
    claims: dict[int, list[tuple[int, str]]] = {}
    # Where each row has its file already, no other can be meant, and nothing of their names need be looked up.
    for path in there if len(taken) < len(case.objects) else ():
        if path not in exact and (found := rows.names.find_closest(path)) and found[0].number not in taken:
            claims.setdefault(found[0].number, []).append((found[1], path))
    taken |= {row: meant for row, claim in claims.items() if (meant := _closest(claim)) is not None}
    names = _names(case, there, taken)
    by_row = {row: names[path] for row, (_, path) in taken.items()}
    allowed = {tidy(name) for name in (*unlisted_allowed, description_name)}
    findings = list(_unmatched(case, there, by_row, names))
    matched = {path for _, path in taken.values()}
    for path in there:
        if path not in matched and tidy(path) not in allowed:
            findings.append(Finding("case.file-unlisted", names[path], "refuse", {"file": names[path]}))
    return Matched(_renamed(case, rows, by_row), names, tuple(findings))


@dataclass(frozen=True, slots=True)
class _Row:
    number: int


class _Rows:
    """The rows of the list by what stands in them; by any way of writing it only where that is asked for."""

    def __init__(self, case: CaseDescription) -> None:
        self._case = case
        self.written = {item.file: number for number, item in enumerate(case.objects)}

    @cached_property
    def names(self) -> Names[_Row]:
        """By any way of writing a name."""
        return Names((item.file, _Row(number)) for number, item in enumerate(self._case.objects))

    def find(self, written: str) -> int | None:
        """The row that is meant by a name."""
        if (number := self.written.get(written)) is not None:
            return number
        row = self.names.find(written)
        return row.number if row is not None else None


def _closest(claim: list[tuple[int, str]]) -> tuple[int, str] | None:
    """Which of the files that a row fits it means: the one that it fits best; none where several fit as well."""
    best = min(level for level, _ in claim)
    fitting = [one for one in claim if one[0] == best]
    return fitting[0] if len(fitting) == 1 else None


def _names(case: CaseDescription, there: list[str], taken: Mapping[int, tuple[int, str]]) -> dict[str, str]:
    """One name for each file, no two alike: the readable one where nothing speaks against it."""
    wanted = {
        path: _wanted(case.objects[row].file, level, path) for row, (level, path) in taken.items() if level > READABLE
    }
    plain = {path for path in there if is_plain(path)}  # in every form the same: by far the most, so asked once
    names = {path: path if path in plain else wanted.get(path) or readable(path) for path in there}
    keys = {path: path if path in plain else tidy(name) for path, name in names.items()}
    alike = Counter(keys.values())
    return {path: precise(path) if alike[keys[path]] > 1 else name for path, name in names.items()}


def _wanted(written: str, level: int, path: str) -> str:
    """The name of a file that a row means: as both have it, or as whichever was not spoiled on the way has it."""
    of_file = {tidy(path), *guesses(path)} if level > TIDY else {tidy(path)}
    return next((name for name in (tidy(written), *guesses(written)) if name in of_file), tidy(path))


def _unmatched(
    case: CaseDescription, there: list[str], by_row: Mapping[int, str], names: Mapping[str, str]
) -> Iterable[Finding]:
    lacking = [(number, item) for number, item in enumerate(case.objects) if number not in by_row]
    files = Names((path, path) for path in (there if lacking else ()))
    row_of = {name: row for row, name in by_row.items()} if lacking else {}
    for _, item in lacking:
        path = files.find(item.file)
        other = row_of.get(names[path]) if path is not None else None
        if other is not None:
            values: dict[str, str | int] = {"file": item.file, "other": other + 1}
            yield Finding("case.file-twice", item.file, "refuse", values)
        else:
            yield Finding("case.file-missing", item.file, "refuse", {"file": item.file})


def _renamed(case: CaseDescription, rows: _Rows, by_row: Mapping[int, str]) -> CaseDescription:
    """The description with the names that were chosen, in its list and wherever else it speaks of a file."""

    def name(written: str) -> str:
        row = rows.find(written) if written else None
        return by_row.get(row, written) if row is not None else written

    def new(number: int, old: CaseObject) -> dict[str, str]:
        files = (by_row.get(number, old.file), name(old.explains), name(old.transcript))
        names = dict(zip(("file", "explains", "transcript"), files, strict=True))
        return {key: value for key, value in names.items() if getattr(old, key) != value}

    def acceptance(old: Acceptance) -> Acceptance:
        new = {"where": name(old.where), "document": name(old.document)}
        return old if (new["where"], new["document"]) == (old.where, old.document) else old.model_copy(update=new)

    acceptances = tuple(acceptance(old) for old in case.acceptances)
    if not any(new(number, old) for number, old in enumerate(case.objects)):
        return case if acceptances == case.acceptances else case.model_copy(update={"acceptances": acceptances})
    objects = (
        old.model_copy(update=names) if (names := new(number, old)) else old for number, old in enumerate(case.objects)
    )
    return case.model_copy(update={"objects": gathered(objects), "acceptances": acceptances})
