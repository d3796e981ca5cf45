"""Text as the search index holds it: pairs of ideographs, and words of other scripts; and queries in the same terms.

Most Chinese words have two characters, so the index has one token for every two neighbouring ideographs (`演出活动`
is `演出 出活 活动 动`): a word of two is one look-up, however often its characters occur alone. The last ideograph of
a run stands alone too, and the first where a number or word of another script comes right before it (`12号`), so that
a single one is found there without looking through all pairs that begin with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from operator import add

BETWEEN = " \ue000 "
"""Stands between two passages: a token that no query can have, so that no phrase reaches from one into the next."""

_AROUND = 2_000  # characters beside a word that are looked at: a token of more is no word
_BESIDE = 128  # of them these in any case, the others as far as a token goes
_MOST_TERMS = 16
_LONGEST_TERM = 200

# Ideographs of all planes with 〇 and the compatibility ones, kana; and runs of any other letters and digits.
_IDEOGRAPH = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"([{_IDEOGRAPH}]+)|((?:(?![{_IDEOGRAPH}])[^\\W_])+)")


def folded(text: str) -> str:
    """Full width as half width, capitals as small letters: what people mean to be the same."""
    return unicodedata.normalize("NFKC", text).casefold()


def _split(text: str) -> Iterator[tuple[str, bool, bool]]:
    """Runs of one kind in folded text: the run, whether it is of ideographs, whether another kind is right before it.

    Blanks between Chinese and another script are a matter of setting, not of meaning.
    """
    end, chinese_before = -1, True
    for run in _RUNS.finditer(text):
        chinese = run[1] is not None
        follows = end >= 0 and chinese and not chinese_before and not text[end : run.start()].strip(" ")
        yield run[0], chinese, follows
        end, chinese_before = run.end(), chinese


def _of_run(run: str, chinese: bool, follows: bool) -> Iterator[str]:
    if not chinese:
        yield run
        return
    if follows:
        yield run[0]
    yield from map(add, run, run[1:])
    yield run[-1]


def spaced(text: str) -> str:
    """The tokens of a text, after folding, with blanks between, as the index takes them.

    Everything that is neither letter nor digit parts them. A long text has very many: a run's pairs are joined at once,
    and no token passes through a generator.
    """
    pieces: list[str] = []
    for run, chinese, follows in _split(folded(text)):
        if not chinese:
            pieces.append(run)
            continue
        if follows:
            pieces.append(run[0])
        if len(run) > 1:
            pieces.append(" ".join(map(add, run, run[1:])))
        pieces.append(run[-1])
    return " ".join(pieces)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query: its expression for FTS5, what it looks like in a text, and tokens that a text has of it.

    `tokens` are those that stand in every text that has the word, as they are: not one of which only the beginning is
    known. `phrase` are all of them, side by side; with `open_end` the last one is a beginning.
    """

    expression: str
    pattern: re.Pattern[str]
    tokens: tuple[str, ...]
    phrase: tuple[str, ...] = ()
    open_end: bool = False

    def stands_in(self, text: str) -> bool:
        """Whether a folded text has the word by the rules of the index: its tokens side by side, and whole."""
        end = "" if self.open_end else " "
        wanted = f" {' '.join(self.phrase)}{end}"
        # Where the word can be, the tokens around it are made; the pattern alone would find it within other words.
        return any(
            wanted in f" {spaced(_around(text, found.start(), found.end()))} " for found in self.pattern.finditer(text)
        )


def _around(text: str, begin: int, end: int) -> str:
    """A piece of a text with what stands beside it, up to where a token ends."""
    first, last = max(0, begin - _BESIDE), min(len(text), end + _BESIDE)
    while first > 0 and begin - first < _AROUND and text[first - 1].isalnum():
        first -= 1
    while last < len(text) and last - end < _AROUND and text[last].isalnum():
        last += 1
    return text[first:last]


def terms(query: str) -> list[Term]:
    """The words of a query. Only tokens come into an expression, quoted, so no character of a query has a meaning."""
    known = []
    for word in query[: _MOST_TERMS * _LONGEST_TERM].split()[:_MOST_TERMS]:
        runs = list(_split(folded(word[:_LONGEST_TERM])))
        if not runs:
            continue
        parts = [token for run in runs for token in _of_run(*run)]
        last, chinese, follows = runs[-1]
        open_end = ""
        if chinese and (len(last) > 1 or follows):
            parts.pop()  # what comes after the word in a text is not known
        elif chinese or not last.isdigit():
            open_end = "*"
        pattern = r"[\W_]*".join(re.escape(run) for run, _, _ in runs)
        whole = tuple(parts[:-1] if open_end else parts)
        known.append(
            Term(
                f'"{" ".join(parts)}"{open_end}',
                re.compile(pattern, re.IGNORECASE),
                whole,
                tuple(parts),
                bool(open_end),
            )
        )
    return known
