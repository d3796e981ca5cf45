"""Sentences in both languages at once: what stands on the certificate is Chinese with English beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from metadata.findings import Value
from preserve.clock import parse, zone
from preserve.home import Home
from preserve.messages import LANGUAGES, say, speaking

Pair = dict[str, str]
"""One sentence by language."""


def both(code: str, **values: Value | Mapping[str, str]) -> Pair:
    """The sentence `certificate.<code>`; a value may itself be a pair."""
    made = Pair()
    for language in LANGUAGES:
        filled = {name: one[language] if isinstance(one, Mapping) else one for name, one in values.items()}
        with speaking(language):
            made[language] = say(f"certificate.{code}", **filled)
    return made


def grouped(digest: str, width: int = 8) -> str:
    """In groups, to be compared by eye and to break between them."""
    return " ".join(digest[start : start + width] for start in range(0, len(digest), width))


def local(home: Home, moment: datetime | str) -> str:
    """A time in the archive's own zone, with the zone: 2026-11-27 09:36:07 +08:00."""
    known = parse(moment) if isinstance(moment, str) else moment
    return known.astimezone(zone(home.settings.time_zone)).isoformat(" ", "seconds").replace("+", " +")
