"""Which files on carriers belong to which case of a list: every match says on what it rests and how certain it is.

Each folder and file is looked at once, and by tables: a hundred thousand files and ten thousand rows take seconds.
Nothing is guessed: where several cases fit, or only a name does, that is a question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from metadata.findings import Finding, Value
from preserve.ingest.legacy.named import MOST_ASKED, Hit, NamedCases
from preserve.ingest.legacy.places import Places
from preserve.ingest.legacy.records import Carrier, CaseList, Certainty, FoundFile, Match, Matched

_MOST_TOLD = 2000
_NUMBERS = ("case-number", "archival-number")
_NAMES = (*_NUMBERS, "title")
"""Bases that rest on how a folder or file is called, and on no column of the list."""
_RANK: Mapping[Certainty, int] = {"certain": 0, "likely": 1, "question": 2}


@dataclass(slots=True)
class _Found:
    matches: dict[tuple[int, str, str], Match] = field(default_factory=dict)
    several: list[Finding] = field(default_factory=list)
    told: int = 0


def match(cases: CaseList, found: Sequence[FoundFile], carriers: Sequence[Carrier] = ()) -> Matched:
    """What fits what. A match of a folder holds for all below it that has no match of its own.

    Bases: `disc`, `path`, `folder`, `file` (columns of the list), `case-number`, `archival-number`, `title`,
    `party-date`, `party`.
    """
    index, out = NamedCases(cases.cases), _Found()
    placed = Places(found, carriers)
    for number, case in enumerate(cases.cases):
        for place in case.located:
            for one in placed.of(place):
                _add(out, one.carrier, one.path, (Hit(number, one.basis, one.certainty),))
    seen: set[tuple[str, str]] = set()
    for file in found:
        parts = file.path.split("/")
        for depth, part in enumerate(parts, 1):
            path = "/".join(parts[:depth]) + ("/" if depth < len(parts) else "")
            if (file.carrier, path) in seen:
                continue
            seen.add((file.carrier, path))
            _add(out, file.carrier, path, index.hits(part))
    return _matched(cases, found, out)


def _add(out: _Found, carrier: str, path: str, hits: Iterable[Hit]) -> None:
    chosen = list(hits)
    if len({hit.case for hit in chosen}) > 1:
        best = min(_RANK[hit.certainty] for hit in chosen)
        top = {hit.case for hit in chosen if _RANK[hit.certainty] == best}
        if best < 2 and len(top) == 1:
            chosen = [hit for hit in chosen if hit.case in top]
        else:
            chosen = [Hit(hit.case, hit.basis, "question") for hit in chosen]
            out.told += 1
            if out.told <= _MOST_TOLD:
                values: dict[str, Value] = {
                    "carrier": carrier,
                    "path": path,
                    "count": len({hit.case for hit in chosen}),
                }
                out.several.append(Finding("legacy.match-several", path, "warning", values))
    for hit in chosen[:MOST_ASKED]:
        key = (hit.case, carrier, path)
        known = out.matches.get(key)
        if known is None or _RANK[hit.certainty] < _RANK[known.certainty]:
            out.matches[key] = Match(hit.case, carrier, path, hit.basis, hit.certainty)


def _matched(cases: CaseList, found: Sequence[FoundFile], out: _Found) -> Matched:
    shared = _shared_discs(out)
    matches = _nested(_agreed(out))
    taken = _Taken(matches)
    matches += _asked_of_discs(shared, {one.case for one in matches}, taken, found)
    taken = _Taken(matches) if shared else taken
    having = {one.case for one in matches}
    missing = tuple(number for number in range(len(cases.cases)) if number not in having)
    unlisted = [file for file in found if not taken.deciding(file.carrier, file.path)]
    findings = list(out.several)
    if out.told > len(out.several):
        findings.append(Finding("legacy.list-more", "", "warning", {"count": out.told - len(out.several)}))
    return Matched(matches, missing, unlisted, tuple(findings))


def _shared_discs(out: _Found) -> list[Match]:
    """Discs that the list names for several cases, taken out: by that alone nothing on them belongs to one of these."""
    by_path: dict[tuple[str, str], list[Match]] = defaultdict(list)
    for one in out.matches.values():
        if one.basis == "disc":
            by_path[one.carrier, one.path].append(one)
    shared = [one for claims in by_path.values() if len(claims) > 1 for one in claims]
    for one in shared:
        del out.matches[one.case, one.carrier, one.path]
    return shared


def _asked_of_discs(
    shared: Iterable[Match], having: set[int], taken: _Taken, found: Iterable[FoundFile]
) -> list[Match]:
    """A case of which nothing else was found may be what is left over on its disc; where nothing is, it is missing."""
    wanting = [one for one in shared if one.case not in having]
    places = {(one.carrier, one.path) for one in wanting}
    left: set[tuple[str, str]] = set()
    for file in found if places else ():
        if not taken.deciding(file.carrier, file.path):
            left |= {(file.carrier, part) for part in _upwards(file.path)} & places
    return [replace(one, certainty="question") for one in wanting if (one.carrier, one.path) in left]


def _agreed(out: _Found) -> list[Match]:
    """Of one path: what two cases claim with the same right is a question; a mere name yields to a number."""
    by_path: dict[tuple[str, str], list[Match]] = defaultdict(list)
    for one in out.matches.values():
        by_path[one.carrier, one.path].append(one)
    agreed: list[Match] = []
    for (carrier, path), claims in by_path.items():
        best = min(_RANK[one.certainty] for one in claims)
        top = [one for one in claims if _RANK[one.certainty] == best]
        if best == 2 or len(top) == 1:
            agreed += top
            continue
        # Two rows that name one file, by a column of the list: it may be of both, and a person says so.
        agreed += [Match(one.case, carrier, path, one.basis, "question") for one in top]
        out.told += 1
        if out.told <= _MOST_TOLD:
            values: dict[str, Value] = {"carrier": carrier, "path": path, "count": len(top)}
            out.several.append(Finding("legacy.match-several", path, "warning", values))
    return agreed


def _nested(matches: Iterable[Match]) -> list[Match]:
    """What the name of a file or folder says where a folder above it is another case's: the two contradict each other.

    A number in full is a question then, and one in part, a title or a party says nothing there.
    """
    taken, kept = _Taken(matches), list[Match]()
    for one in matches:
        if one.basis not in _NAMES or one.certainty == "question":
            kept.append(one)
            continue
        above = taken.above(one)
        if not above or any(other.case == one.case for other in above):
            kept.append(one)
        elif one.certainty == "certain":
            kept.append(replace(one, certainty="question"))
    return kept


class _Taken:
    """The matches by path."""

    def __init__(self, matches: Iterable[Match]) -> None:
        self._by_path: dict[tuple[str, str], list[Match]] = defaultdict(list)
        for one in matches:
            self._by_path[one.carrier, one.path].append(one)

    def above(self, match: Match) -> list[Match]:
        """What is no question of the nearest folder above."""
        for path in islice(_upwards(match.path), 1, None):
            if sure := [one for one in self._by_path.get((match.carrier, path), ()) if one.certainty != "question"]:
                return sure
        return []

    def deciding(self, carrier: str, path: str) -> list[Match]:
        """The matches of a file itself, or of the nearest folder above it that has some.

        What is only asked by a party's name does not undo what is certain of a folder above; a number does.
        """
        asked: list[Match] = []
        for part in _upwards(path):
            claims = self._by_path.get((carrier, part), [])
            if sure := [one for one in claims if one.certainty != "question"]:
                return sure
            if any(one.basis in _NUMBERS for one in claims):
                return claims
            asked = asked or claims
        return asked


def _upwards(path: str) -> Iterator[str]:
    """A path, the folders above it with `/` at their ends, and nothing: the whole carrier."""
    while path:
        yield path
        cut = path.rstrip("/").rfind("/")
        path = path[: cut + 1] if cut >= 0 else ""
    yield ""


def files_of(matched: Matched, found: Iterable[FoundFile]) -> dict[int, list[FoundFile]]:
    """The files of each case by what is no question: each by its own match or that of the nearest folder above it."""
    taken, cases = _Taken(matched.matches), defaultdict[int, list[FoundFile]](list)
    for file in found:
        for claim in taken.deciding(file.carrier, file.path):
            if claim.certainty != "question":
                cases[claim.case].append(file)
    return dict(cases)
