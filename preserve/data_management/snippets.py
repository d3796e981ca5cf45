"""What is shown of a text in which something was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from preserve.data_management.passages import Passage
from preserve.data_management.tokens import Term, folded

Shown = tuple[Passage, str, tuple[tuple[int, int], ...]]
"""A passage, what is shown of it, and begin and end of each hit in that."""

_BEFORE, _AFTER = 24, 72  # characters shown around a hit


def snippet(words: str, wanted: Sequence[Term]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A text cut to what stands around the first of the terms in it, and begin and end of each hit in that."""
    first = min(found.start() for term in wanted if (found := term.pattern.search(words)))
    begin = max(0, first - _BEFORE)
    cut = words[begin : first + _AFTER]
    shown = " ".join(cut.split())
    if begin > 0:
        shown = "…" + shown
    if first + _AFTER < len(words):
        shown += "…"
    marks = sorted({found.span() for term in wanted for found in term.pattern.finditer(shown)})
    apart: list[tuple[int, int]] = []
    for mark in marks:
        if not apart or mark[0] >= apart[-1][1]:
            apart.append(mark)
    return shown, tuple(apart)


def says_all(passages: Iterable[Passage], wanted: Sequence[Term]) -> bool:
    """Whether one of the passages has every term as it is written: what comes after them need not be looked through."""
    return any(all(term.pattern.search(one.text) for term in wanted) for one in passages)


def best_of(candidates: Callable[[], Iterable[Passage]], wanted: Sequence[Term]) -> Shown | None:
    """The first passage with the most of the terms, cut to what stands around the first of them, and the marks in that.

    Texts are looked through as they are written; only where that finds nothing, folded: it costs ten times as much.
    """
    for change in (str, folded):
        best, most = "", 0
        where: Passage | None = None
        for candidate in candidates():
            words = change(candidate.text)
            there = sum(term.pattern.search(words) is not None for term in wanted)
            if there > most:
                best, most, where = words, there, candidate
                if most == len(wanted):
                    break
        if where is not None:
            return (where, *snippet(best, wanted))
    return None
