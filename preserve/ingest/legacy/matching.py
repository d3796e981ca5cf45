"""Which files on carriers belong to which case of a list: every match says on what it rests and how certain it is.

Each folder and file is looked at once, and by tables: a hundred thousand files and ten thousand rows take seconds.
Nothing is guessed: where several cases fit, or only a name does, that is a question.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from metadata.findings import Finding, Value
from preserve.ingest.legacy.keys import (
    archival_in,
    archival_key,
    case_number,
    loose_archival_key,
    may_be_archival,
    numbers_in,
    words_key,
)
from preserve.ingest.legacy.places import Places
from preserve.ingest.legacy.records import Carrier, CaseList, Certainty, FoundFile, ListedCase, Match, Matched

_MOST_ASKED = 20
"""So many cases are named for one folder; more fit a name that says nothing."""
_MOST_TOLD = 2000
_NUMBERS = ("case-number", "archival-number")
_NAMES = (*_NUMBERS, "title")
"""Bases that rest on how a folder or file is called, and on no column of the list."""
_SHORTEST_NAME = 2
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.年]?(\d{1,2})[-_.月]?(\d{1,2})日?(?!\d)")
_RANK: Mapping[Certainty, int] = {"certain": 0, "likely": 1, "question": 2}


@dataclass(frozen=True, slots=True)
class _Hit:
    case: int
    basis: str
    certainty: Certainty


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
    index, out = _Index(cases.cases), _Found()
    placed = Places(found, carriers)
    for number, case in enumerate(cases.cases):
        for place in case.located:
            for one in placed.of(place):
                _add(out, one.carrier, one.path, (_Hit(number, one.basis, one.certainty),))
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


def _add(out: _Found, carrier: str, path: str, hits: Iterable[_Hit]) -> None:
    chosen = list(hits)
    if len({hit.case for hit in chosen}) > 1:
        best = min(_RANK[hit.certainty] for hit in chosen)
        top = {hit.case for hit in chosen if _RANK[hit.certainty] == best}
        if best < 2 and len(top) == 1:
            chosen = [hit for hit in chosen if hit.case in top]
        else:
            chosen = [_Hit(hit.case, hit.basis, "question") for hit in chosen]
            out.told += 1
            if out.told <= _MOST_TOLD:
                values: dict[str, Value] = {
                    "carrier": carrier,
                    "path": path,
                    "count": len({hit.case for hit in chosen}),
                }
                out.several.append(Finding("legacy.match-several", path, "warning", values))
    for hit in chosen[:_MOST_ASKED]:
        key = (hit.case, carrier, path)
        known = out.matches.get(key)
        if known is None or _RANK[hit.certainty] < _RANK[known.certainty]:
            out.matches[key] = Match(hit.case, carrier, path, hit.basis, hit.certainty)


def _matched(cases: CaseList, found: Sequence[FoundFile], out: _Found) -> Matched:
    matches = _nested(_agreed(out))
    taken = _Taken(matches)
    having = {one.case for one in matches}
    missing = tuple(number for number in range(len(cases.cases)) if number not in having)
    unlisted = [file for file in found if not taken.deciding(file.carrier, file.path)]
    findings = list(out.several)
    if out.told > len(out.several):
        findings.append(Finding("legacy.list-more", "", "warning", {"count": out.told - len(out.several)}))
    return Matched(matches, missing, unlisted, tuple(findings))


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
    """A path, the folders above it with `/` at their ends, and `/`: the whole carrier."""
    while path and path != "/":
        yield path
        cut = path.rstrip("/").rfind("/")
        path = path[: cut + 1] if cut >= 0 else ""
    yield "/"


def files_of(matched: Matched, found: Iterable[FoundFile]) -> dict[int, list[FoundFile]]:
    """The files of each case by what is no question: each by its own match or that of the nearest folder above it."""
    taken, cases = _Taken(matched.matches), defaultdict[int, list[FoundFile]](list)
    for file in found:
        for claim in taken.deciding(file.carrier, file.path):
            if claim.certainty != "question":
                cases[claim.case].append(file)
    return dict(cases)


class _Index:
    """The cases of a list by everything that may stand in the name of a folder or file."""

    def __init__(self, cases: Sequence[ListedCase]) -> None:
        self._cases = cases
        self._numbers: dict[tuple[str, str, str], list[tuple[str, int]]] = defaultdict(list)
        self._archival: dict[str, list[int]] = defaultdict(list)
        self._loose: dict[str, list[int]] = defaultdict(list)
        self._titles: dict[str, list[int]] = defaultdict(list)
        self._parties: dict[str, list[int]] = defaultdict(list)
        for number, case in enumerate(cases):
            if (parts := case_number(case.number)) is not None and case.number_is == "case_number":
                self._numbers[parts.year, parts.number, parts.rest].append((parts.head, number))
            for text in {case.archival_number, case.number if case.number_is == "archival_number" else ""} - {""}:
                self._archival[archival_key(text)].append(number)
                self._loose[loose_archival_key(text)].append(number)
            if len(title := words_key(case.facts.get("title", ""))) > 3:
                self._titles[title].append(number)
            for party in case.facts.get("parties", "").split("、"):
                if len(name := words_key(party)) >= _SHORTEST_NAME:
                    self._parties[name].append(number)
        self._ascii = any(name.isascii() for name in self._parties)
        self._lengths = sorted({len(name) for name in self._parties}, reverse=True)

    def hits(self, name: str) -> list[_Hit]:
        """The cases that a name speaks of, by the best ground there is."""
        for way in (self._by_number, self._by_archival, self._by_title, self._by_party):
            if found := list(way(name)):
                return found
        return []

    def _by_number(self, name: str) -> Iterator[_Hit]:
        for written in numbers_in(name):
            fitting = self._numbers.get((written.year, written.number, written.rest), [])
            exact = [case for head, case in fitting if head and written.head == head]
            longer = [case for head, case in fitting if head and written.head.endswith(head)]
            if exact or longer:
                yield from (_Hit(case, "case-number", "certain") for case in exact or longer)
            elif not written.head:
                certainty: Certainty = "likely" if len(fitting) == 1 else "question"
                yield from (_Hit(case, "case-number", certainty) for _, case in fitting)
            else:  # another body's number, or one written in another way
                yield from (
                    _Hit(case, "case-number", "question") for head, case in fitting if _alike(head, written.head)
                )

    def _by_archival(self, name: str) -> Iterator[_Hit]:
        if not self._archival or not may_be_archival(name):
            return
        plain = archival_key(name.rpartition(".")[0] or name)
        for text in dict.fromkeys((archival_key(name), plain, *archival_in(name))):
            if found := self._archival.get(text):
                yield from (_Hit(case, "archival-number", "certain") for case in found)
            elif found := self._loose.get(loose_archival_key(text)):
                yield from (_Hit(case, "archival-number", "likely") for case in found)

    def _by_title(self, name: str) -> Iterator[_Hit]:
        whole = words_key(name)
        if found := self._titles.get(whole) or self._titles.get(whole.lstrip("0123456789")):
            certainty: Certainty = "likely" if len(found) == 1 else "question"
            yield from (_Hit(case, "title", certainty) for case in found)

    def _by_party(self, name: str) -> Iterator[_Hit]:
        plain = words_key(name)
        for length in self._lengths if not plain.isascii() or self._ascii else ():
            names = {plain[at : at + length] for at in range(len(plain) - length + 1)} & self._parties.keys()
            found = list(dict.fromkeys(chain.from_iterable(self._parties[one] for one in sorted(names))))
            if not found:
                continue
            days = {f"{year}-{int(month):02}-{int(day):02}" for year, month, day in _DAY.findall(name)}
            dated = [case for case in found if days & set(_days(self._cases[case]))]
            basis = "party-date" if dated else "party"
            yield from (_Hit(case, basis, "question") for case in (dated or found)[:_MOST_ASKED])
            return


def _days(case: ListedCase) -> Iterator[str]:
    yield from (day for name in ("start", "closed") if (day := case.facts.get(name)))


def _alike(head: str, other: str) -> bool:
    """Whether one is the other without 字 and 第, or its end."""
    one, two = (text.replace("字", "").replace("第", "") for text in (head, other))
    return bool(one) and bool(two) and (one.endswith(two) or two.endswith(one))
