"""What is shown of a text in which something was found."""

from __future__ import annotations

from collections.abc import Sequence

from preserve.data_management.tokens import Term

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
