"""Text as the search index holds it: pairs of ideographs, and words of other scripts; and queries in the same terms.

Most Chinese words have two characters, so the index has one token for every two neighbouring ideographs (`演出活动`
is `演出 出活 活动 动`): a word of two is one look-up, however often its characters occur alone. The last ideograph of
a run stands alone too, so that a single one is found wherever it is the beginning of a token.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_MOST_TERMS = 16
_LONGEST_TERM = 200

# Ideographs of all planes with 〇 and the compatibility ones, kana; and runs of any other letters and digits.
_IDEOGRAPH = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"([{_IDEOGRAPH}]+)|((?:(?![{_IDEOGRAPH}])[^\\W_])+)")


def folded(text: str) -> str:
    """Full width as half width, capitals as small letters: what people mean to be the same."""
    return unicodedata.normalize("NFKC", text).casefold()


def tokens(text: str) -> Iterator[str]:
    """The tokens of a text, after folding. Everything that is neither letter nor digit parts them."""
    for found in _RUNS.finditer(folded(text)):
        run = found[1]
        if run is None:
            yield found[2]
        else:
            yield from map("".join, pairwise(run))
            yield run[-1]


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query: its expression for FTS5, and what it looks like in a text."""

    expression: str
    pattern: re.Pattern[str]


def terms(query: str) -> list[Term]:
    """The words of a query. Only tokens come into an expression, quoted, so no character of a query has a meaning."""
    found = []
    for word in query[: _MOST_TERMS * _LONGEST_TERM].split()[:_MOST_TERMS]:
        runs = [(match[1] or "", match[2] or "") for match in _RUNS.finditer(folded(word[:_LONGEST_TERM]))]
        if not runs:
            continue
        parts = [token for chinese, other in runs for token in tokens(chinese or other)]
        last = runs[-1][0]
        if len(last) > 1:
            parts.pop()  # what follows the word in a text is not known
        open_end = "" if len(last) > 1 else "*"
        pattern = r"[\W_]*".join(re.escape(chinese or other) for chinese, other in runs)
        found.append(Term(f'"{" ".join(parts)}"{open_end}', re.compile(pattern, re.IGNORECASE)))
    return found
