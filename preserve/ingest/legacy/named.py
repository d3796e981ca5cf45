"""The cases of a list by everything of them that may stand in the name of a folder or file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from preserve.ingest.legacy.keys import (
    archival_in,
    archival_key,
    case_number,
    loose_archival_key,
    may_be_archival,
    numbers_in,
    words_key,
)
from preserve.ingest.legacy.records import Certainty, ListedCase

MOST_ASKED = 20
"""So many cases are named for one folder; more fit a name that says nothing."""
_SHORTEST_NAME = 2
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.年]?(\d{1,2})[-_.月]?(\d{1,2})日?(?!\d)")


@dataclass(frozen=True, slots=True)
class Hit:
    """A case that a name speaks of, by which part of it, and how certain that is."""

    case: int
    basis: str
    certainty: Certainty


class NamedCases:
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

    def hits(self, name: str) -> list[Hit]:
        """The cases that a name speaks of, by the best ground there is."""
        for way in (self._by_number, self._by_archival, self._by_title, self._by_party):
            if found := list(way(name)):
                return found
        return []

    def _by_number(self, name: str) -> Iterator[Hit]:
        for written in numbers_in(name):
            fitting = self._numbers.get((written.year, written.number, written.rest), [])
            exact = [case for head, case in fitting if head and written.head == head]
            longer = [case for head, case in fitting if head and written.head.endswith(head)]
            if exact or longer:
                yield from (Hit(case, "case-number", "certain") for case in exact or longer)
            elif not written.head:
                certainty: Certainty = "likely" if len(fitting) == 1 else "question"
                yield from (Hit(case, "case-number", certainty) for _, case in fitting)
            else:  # another body's number, or one written in another way
                yield from (
                    Hit(case, "case-number", "question") for head, case in fitting if _alike(head, written.head)
                )

    def _by_archival(self, name: str) -> Iterator[Hit]:
        if not self._archival or not may_be_archival(name):
            return
        plain = archival_key(name.rpartition(".")[0] or name)
        for text in dict.fromkeys((archival_key(name), plain, *archival_in(name))):
            if found := self._archival.get(text):
                yield from (Hit(case, "archival-number", "certain") for case in found)
            elif found := self._loose.get(loose_archival_key(text)):
                yield from (Hit(case, "archival-number", "likely") for case in found)

    def _by_title(self, name: str) -> Iterator[Hit]:
        whole = words_key(name)
        if found := self._titles.get(whole) or self._titles.get(whole.lstrip("0123456789")):
            certainty: Certainty = "likely" if len(found) == 1 else "question"
            yield from (Hit(case, "title", certainty) for case in found)

    def _by_party(self, name: str) -> Iterator[Hit]:
        plain = words_key(name)
        for length in self._lengths if not plain.isascii() or self._ascii else ():
            names = {plain[at : at + length] for at in range(len(plain) - length + 1)} & self._parties.keys()
            found = list(dict.fromkeys(chain.from_iterable(self._parties[one] for one in sorted(names))))
            if not found:
                continue
            days = {f"{year}-{int(month):02}-{int(day):02}" for year, month, day in _DAY.findall(name)}
            dated = [case for case in found if days & set(_days(self._cases[case]))]
            basis = "party-date" if dated else "party"
            yield from (Hit(case, basis, "question") for case in (dated or found)[:MOST_ASKED])
            return


def _days(case: ListedCase) -> Iterator[str]:
    yield from (day for name in ("start", "closed") if (day := case.facts.get(name)))


def _alike(head: str, other: str) -> bool:
    """Whether one is the other without 字 and 第, or its end."""
    one, two = (text.replace("字", "").replace("第", "") for text in (head, other))
    return bool(one) and bool(two) and (one.endswith(two) or two.endswith(one))
