"""The process that reads the clock in a recording: key frames by ffmpeg, one line of text of each."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from preserve.machine_reading.bounded import Broken, serve
from preserve.machine_reading.clock_judging import Break, judge, reads_of
from preserve.machine_reading.clock_place import ClockPlace, find_place
from preserve.machine_reading.clock_profile import ClockProfile, read_shown
from preserve.machine_reading.grey_frames import Film, GreyFrame, frames_of
from preserve.machine_reading.line_reader import LineReader
from preserve.machine_reading.records import ClockShown, Engine, Line

_LOST_AFTER = 8
"""Reads one after the other without a clock, after which it is looked for again; then after twice as many."""
_NEARER = 20
"""Breaks of one recording whose two frames are looked for among all frames."""
_FEW_FRAMES = 4000
_ENOUGH, _APART = 3, 3
_SHORT, _SHORT_SHARE = 15.0, 0.02
"""Seconds, and share of the length, before its end up to which a recording must have been read."""
_SPACING = 0.95
"""Key frames are never exactly so far apart as one would like."""


class _Reader:
    """Reads one recording."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.profile = ClockProfile.model_validate(request["profile"])
        self.length = float(request["length"])
        self.film = Film(
            request["ffmpeg"],
            Path(request["file"]),
            request["width"],
            request["height"],
            request["key_frames"],
            self.length,
        )
        self.name = str(request["name"])
        self.engine = Engine.model_validate(request["engine"])
        self._lines = LineReader(int(request.get("threads", 1)))
        self.place: ClockPlace | None = None

    def read(self) -> Iterator[dict[str, Any]]:
        """Reads as documents. Raises Broken where nothing can be decoded or no clock is found."""
        self.place = self._look_for()
        if self.place is None:
            raise Broken("reading.clock-none")
        shown: list[ClockShown] = []
        for one in self._all():
            shown.append(one)
            yield one.model_dump(mode="json")
        breaks = judge(reads_of(shown, self.profile.least_score), self.profile)
        for found in [one for one in breaks if one.what == "jump"][:_NEARER]:
            yield from (one.model_dump(mode="json") for one in self._nearer(found))
        if shown and self.length - shown[-1].at > max(_SHORT, self.length * _SHORT_SHARE):
            raise Broken("reading.clock-cut-short")

    def _moments(self) -> list[float]:
        """Seconds from all over the recording; of one whose length nobody knows, from its beginning."""
        count = self.profile.tries
        if self.length <= 0:
            return [float(2**number - 1) for number in range(count)]
        return [self.length * number / count for number in range(count)]

    def _look_for(self) -> ClockPlace | None:
        """The place of the clock, from as few whole frames as are enough: each takes longer than many reads."""
        moments = self._moments()
        frames: list[tuple[Line, ...]] = []
        place = None
        for moment in [one for begin in range(_APART) for one in moments[begin::_APART]]:
            for frame in islice(frames_of(self.film, moment), 1):
                frames.append(self._lines.lines(frame.pixels))
                place = find_place(frames, self.profile.layouts)
            if place is not None and place.seen >= _ENOUGH:
                return place
        if not frames:
            raise Broken("reading.clock-no-picture")
        return place

    def _find(self, samples: list[GreyFrame]) -> ClockPlace | None:
        return find_place([self._lines.lines(frame.pixels) for frame in samples], self.profile.layouts)

    def _all(self) -> Iterator[ClockShown]:
        lost: deque[GreyFrame] = deque(maxlen=_LOST_AFTER)
        missed, due = 0, _LOST_AFTER
        for frame in frames_of(self.film, every=self.profile.every_seconds * _SPACING):
            one = self._clock_in(frame.at, self._cut_out(frame))
            if one.shows:
                missed, due = 0, _LOST_AFTER
                lost.clear()
            else:
                missed += 1
                lost.append(frame)
                if missed == due:
                    # A device that is turned, or a file joined of two, has its clock elsewhere from here on.
                    due *= 2
                    self.place = self._find([lost[0], lost[len(lost) // 2], lost[-1]]) or self.place
            yield one

    def _cut_out(self, frame: GreyFrame) -> list[Any]:
        """The pieces of the picture in which the clock is."""
        assert self.place is not None
        boxes = [box.pixels(self.film.width, self.film.height) for box in self.place.boxes]
        return [frame.pixels[top:bottom, left:right].copy() for left, top, right, bottom in boxes]

    def _clock_in(self, at: float, pieces: list[Any]) -> ClockShown:
        assert self.place is not None
        texts, scores = [], []
        for piece in pieces:
            text, score = self._lines.line(piece)
            texts.append(text)
            scores.append(score)
        text = " ".join(texts).strip()
        shown = read_shown(text, self.profile.layouts, self.place.layout)
        return ClockShown(
            file=self.name,
            engine=self.engine,
            at=at,
            text=text[:200],
            shows=shown.text if shown else "",
            box=self.place.whole.corners,
            score=max(0.0, min(1.0, min(scores))),
        )

    def _nearer(self, found: Break) -> Iterator[ClockShown]:
        """Reads of single frames between the last one before a jump and the first after it, halving what is left."""
        begin, length = found.before.at, found.after.at - found.before.at
        film = replace(self.film, key_frames=False)
        frames = [(one.at, self._cut_out(one)) for one in islice(frames_of(film, begin, length), _FEW_FRAMES)]
        low, high = 0, len(frames) - 1
        while low <= high:
            middle = (low + high) // 2
            one = self._clock_in(*frames[middle])
            reads = reads_of([one], self.profile.least_score)
            if not reads:
                return
            yield one
            apart = abs(reads[0].offset - found.before.offset), abs(reads[0].offset - found.after.offset)
            low, high = (middle + 1, high) if apart[0] < apart[1] else (low, middle - 1)


def read(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is read in a recording, one document after the other."""
    tempfile.tempdir = request["scratch"]  # ours is killed without warning; the folder goes with who asks
    yield from _Reader(request).read()


if __name__ == "__main__":
    serve(read)
