"""Sound cut at pauses into windows that a model takes at once, silent wherever nobody speaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from preserve.machine_reading.speech_profile import Voices
from preserve.machine_reading.voices import CHUNK_SECONDS, RATE, Joining, Span

LONGEST = 28.0
"""Seconds of a window: models take 30."""

_MARGIN = 0.1
"""Seconds before and after a stretch that are kept: detectors begin late."""


@dataclass(frozen=True, slots=True)
class Window:
    """Samples (16-bit, 16-kHz mono) from `start` on, and the stretches of speech in it."""

    start: float
    sound: bytes
    spans: tuple[Span, ...]


@dataclass(slots=True)
class Windows:
    """Chunks with their chances as they come; windows as they are full. What lies outside is forgotten at once."""

    wanted: Voices
    joining: Joining = field(init=False)
    _kept: bytearray = field(default_factory=bytearray)
    _first: int = 0
    """The sample at which `_kept` begins."""
    _spans: list[Span] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.joining = Joining(self.wanted, longest=LONGEST - 1)

    def add(self, chunk: bytes, chance: float) -> Iterator[Window]:
        """The windows that this chunk filled: none, or one."""
        self._kept += chunk
        if span := self.joining.add(chance):
            yield from self._take(span)
        if self._spans and self.joining.until - self._spans[0][0] > LONGEST:
            yield self._close()
        self._forget()

    def end(self) -> Iterator[Window]:
        """What is left."""
        if span := self.joining.end():
            yield from self._take(span)
        if self._spans:
            yield self._close()

    def _take(self, span: Span) -> Iterator[Window]:
        if self._spans and span[1] - self._spans[0][0] > LONGEST:
            yield self._close()
        self._spans.append(span)

    def _close(self) -> Window:
        spans, self._spans = tuple(self._spans), []
        start = max(self._first, _sample(spans[0][0] - _MARGIN))
        end = min(self._first + len(self._kept) // 2, _sample(spans[-1][1] + _MARGIN))
        sound = bytearray(2 * max(0, end - start))
        for since, until in spans:
            first, last = max(start, _sample(since - _MARGIN)), min(end, _sample(until + _MARGIN))
            sound[2 * (first - start) : 2 * (last - start)] = self._kept[
                2 * (first - self._first) : 2 * (last - self._first)
            ]
        return Window(start / RATE, bytes(sound), spans)

    def _forget(self) -> None:
        since = self._spans[0][0] if self._spans else self.joining.speaking_since
        keep = _sample((self.joining.until if since is None else since) - _MARGIN - CHUNK_SECONDS)
        # Moving what is kept costs its length: not at each chunk.
        if keep - self._first > 10 * RATE:
            del self._kept[: 2 * (keep - self._first)]
            self._first = keep


def _sample(seconds: float) -> int:
    return max(0, round(seconds * RATE))
