"""Tables of what was heard in a recording: a line for each piece, machine-read and not checked."""

from __future__ import annotations

from collections.abc import Iterator

from preserve.messages import say
from preserve.services.machine_findings_voice import clock
from preserve.services.machine_voices import HeardShown, Transcript
from preserve.services.tables import Table


def transcript(shown: Transcript) -> Iterator[Table]:
    """Words that may be of a preamble, if there are any; then every piece with its second."""
    heard = shown.heard
    if heard is None or not heard.pieces:
        return
    if heard.words:
        yield Table(
            (say("words.heading-at"), say("words.heading-heard")), tuple(_words(heard)), say("reading.words-what")
        )
    title = f"{shown.name} · {say('reading.transcript')} · {say('reading.machine')}"
    yield Table((say("words.heading-at"), say("words.heading-heard")), tuple(_pieces(heard)), title)


def _words(heard: HeardShown) -> Iterator[tuple[str, str]]:
    for word in heard.words:
        element = say(f"reading.element-{word.element}")
        yield clock(word.at), say("reading.word-heard", element=element, text=word.text)


def _pieces(heard: HeardShown) -> Iterator[tuple[str, str]]:
    for piece in heard.pieces:
        yield clock(piece.start), piece.text or say(f"reading.doubt-{piece.doubt or 'unsure'}")
