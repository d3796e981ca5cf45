"""The description's list held against the files of a deposit: which row means which file, whatever the spelling."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from metadata.compact import PackedTexts, places_of
from metadata.findings import Finding
from metadata.identity import EXACT, READABLE, TIDY, Names, guesses, is_plain, precise, readable, tidy
from preserve.description.object_table import ObjectTable, gathered
from preserve.description.schema import Acceptance, CaseDescription, CaseObject


@dataclass(frozen=True, slots=True)
class Matched:
    """The description with one name for each file everywhere in it, and that name by the path in the deposit.

    A file that no row means has the name that people read. `names` leaves out paths that are the same in every form
    and are names as they stand, as most are.
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
    there = PackedTexts(paths)
    rows = _Rows(case)
    pairs = _Pairs(len(case.objects), len(there))
    for place, path in enumerate(there):
        if (number := rows.written(path)) is not None:
            pairs.take(number, place, EXACT)
    claims: dict[int, list[tuple[int, int]]] = {}
    # Where each row has its file already, no other can be meant, and nothing of their names need be looked up.
    for place, path in enumerate(there) if pairs.count < len(case.objects) else ():
        if pairs.rows[place] == _NONE and (found := rows.names.find_closest(path)) and pairs.files[found[0]] == _NONE:
            claims.setdefault(found[0], []).append((found[1], place))
    for number, claim in claims.items():
        if (meant := _closest(claim)) is not None:
            pairs.take(number, meant[1], meant[0])
    names = _names(case, there, pairs)

    def named(number: int) -> str | None:
        path = there[place] if (place := pairs.files[number]) != _NONE else None
        return None if path is None else names.get(path, path)

    allowed = {tidy(name) for name in (*unlisted_allowed, description_name)}
    findings = list(_unmatched(case, there, pairs, names))
    for place, path in enumerate(there) if pairs.count < len(there) else ():
        if pairs.rows[place] == _NONE and tidy(path) not in allowed:
            name = names.get(path, path)
            findings.append(Finding("case.file-unlisted", name, "refuse", {"file": name}))
    return Matched(_renamed(case, rows, named), names, tuple(findings))


_NONE = -1


class _Pairs:
    """Which row means which file, by their places: 16 bytes for both, where dictionaries of names take a kilobyte."""

    def __init__(self, rows: int, files: int) -> None:
        self.files = array("q", [_NONE]) * rows  # by row
        self.rows = array("q", [_NONE]) * files  # by file
        self.levels: dict[int, int] = {}  # by row, where it is not EXACT
        self.count = 0

    def take(self, row: int, file: int, level: int) -> None:
        """They mean each other."""
        self.files[row], self.rows[file] = file, row
        if level != EXACT:
            self.levels[row] = level
        self.count += 1


class _Rows:
    """The rows of the list by what stands in them; by any way of writing it only where that is asked for."""

    def __init__(self, case: CaseDescription) -> None:
        objects = case.objects
        self._names = objects.names if isinstance(objects, ObjectTable) else PackedTexts(item.file for item in objects)
        self.written = places_of(self._names).find

    @cached_property
    def names(self) -> Names[int]:
        """By any way of writing a name."""
        return Names.of(self._names, range(len(self._names)))

    def find(self, written: str) -> int | None:
        """The row that is meant by a name."""
        number = self.written(written)
        return self.names.find(written) if number is None else number


def _closest(claim: list[tuple[int, int]]) -> tuple[int, int] | None:
    """Which of the files that a row fits it means: the one that it fits best; none where several fit as well."""
    best = min(level for level, _ in claim)
    fitting = [one for one in claim if one[0] == best]
    return fitting[0] if len(fitting) == 1 else None


def _names(case: CaseDescription, there: PackedTexts, pairs: _Pairs) -> dict[str, str]:
    """A name for each file, no two alike, where it is not its path: the readable one where nothing speaks against it.

    A name that is the same in every form, as most are, has no other.
    """
    odd = {path: place for place, path in enumerate(there) if not is_plain(path)}
    if not odd:
        return {}
    names = {}
    for path, place in odd.items():
        row = pairs.rows[place]
        level = pairs.levels.get(row, EXACT)
        names[path] = _wanted(case.objects[row].file, level, path) if level > READABLE else readable(path)
    keys = {path: tidy(name) for path, name in names.items()}
    alike = Counter(keys.values())
    alike.update(path for path in there if path in alike and path not in odd)
    for path, key in keys.items():
        if alike[key] > 1:
            names[path] = precise(path)
    return names


def _wanted(written: str, level: int, path: str) -> str:
    """The name of a file that a row means: as both have it, or as whichever was not spoiled on the way has it."""
    of_file = {tidy(path), *guesses(path)} if level > TIDY else {tidy(path)}
    return next((name for name in (tidy(written), *guesses(written)) if name in of_file), tidy(path))


def _unmatched(case: CaseDescription, there: PackedTexts, pairs: _Pairs, names: Mapping[str, str]) -> Iterable[Finding]:
    lacking = [number for number, place in enumerate(pairs.files) if place == _NONE]
    files = Names.of(there, range(len(there))) if lacking else None
    for number in lacking:
        item = case.objects[number]
        place = files.find(item.file) if files is not None else None
        if place is not None and (other := pairs.rows[place]) != _NONE:
            values: dict[str, str | int] = {"file": item.file, "other": other + 1}
            yield Finding("case.file-twice", item.file, "refuse", values)
        else:
            yield Finding("case.file-missing", item.file, "refuse", {"file": item.file})


def _renamed(case: CaseDescription, rows: _Rows, named: Callable[[int], str | None]) -> CaseDescription:
    """The description with the names that were chosen, in its list and wherever else it speaks of a file.

    `named`: the name of a row's file, None where it has none.
    """

    def name(written: str) -> str:
        row = rows.find(written) if written else None
        return written if row is None else named(row) or written

    def new(number: int, old: CaseObject) -> dict[str, str]:
        files = (named(number) or old.file, name(old.explains), name(old.transcript))
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
