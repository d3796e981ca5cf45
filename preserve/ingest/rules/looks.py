"""Whether a paper is what a profile asks for, or only looks like it: 解除扣押决定书 is no 扣押决定书."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from preserve.description.schema import CaseObject
from preserve.ingest.rules.profile import Looks

_ASIDE = re.compile(r"\((?:含|附|及|并)[^()]*\)")


def is_one(item: CaseObject, looks: Looks) -> bool:
    """Whether kind or title says one of the words, and neither that does says one of those that make it another."""
    return _is_one(plain(item.kind), plain(item.title), looks.words, looks.but)


# A case has few kinds of paper and each is held to every paper that the profiles know, by several rules.
@lru_cache(maxsize=1 << 16)
def _is_one(kind: str, title: str, words: tuple[str, ...], but: tuple[str, ...]) -> bool:
    speaking = [text for text in (kind, title) if says(text, words)]
    return bool(speaking) and not any(says(_ASIDE.sub("", text), but) for text in speaking)


def says(text: str, words: tuple[str, ...]) -> bool:
    """Whether a plain text says one of the words; `*` in a word stands for anything."""
    return bool(words) and _pattern(words).search(text) is not None


@lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """A text without spaces, in one width."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(".*".join(re.escape(plain(part)) for part in word.split("*")) for word in words))
