"""Art. 23: recordings and photographs are the originals: nothing names a program that cuts, edits or converts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metadata.findings import Finding
from preserve.ingest.facts import Character
from preserve.ingest.rules import View, finding
from preserve.ingest.rules.looks import plain
from preserve.messages import listed

_OTHER = re.compile(r"date|duration|width|height|rate|count|depth|channels|codec|rotation|gps|format", re.IGNORECASE)


def check(view: View) -> Iterator[Finding]:
    """What a container, or a name in the description, says of editing; the recording itself is not judged by it."""
    rule = view.profile.editing
    for item in view.case.objects:
        character = (view.characters or {}).get(item.file)
        if character is None or character.kind not in ("video", "sound", "image"):
            continue
        if software := list(dict.fromkeys(_named(character, (*rule.software, *rule.names)))):
            yield finding("recording-edited", rule, item.file, software=listed(software))
        told = plain(f"{item.file.rpartition('/')[2]} {item.kind} {item.title}")
        if words := [word for word in rule.names if plain(word) in told]:
            yield finding("recording-name-edited", rule, item.file, words=listed(words))


def _named(character: Character, words: tuple[str, ...]) -> Iterator[str]:
    """The facts that name one of these programs, or say that something was cut."""
    facts = [*character.properties, *(fact for stream in character.streams for fact in stream.properties)]
    for name, value in facts:
        if not _OTHER.search(name) and any(_names(word, value) for word in words):
            yield value[:100]


def _names(word: str, value: str) -> bool:
    """Latin names stand as words of their own: `Avid` is not in `David`."""
    if not word.isascii():
        return plain(word) in plain(value)
    return re.search(rf"(?<![a-z]){re.escape(word.casefold())}(?![a-z])", value.casefold()) is not None
