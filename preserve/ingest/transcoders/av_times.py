"""When each stream of a source begins, so that a copy keeps sound and picture together; and what edit lists hide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preserve.ingest.readers.boxes import Track, tracks
from preserve.ingest.transcoders.av_streams import Streams
from preserve.programs import FFMPEG_INPUT, file_argument, find, probe, run

_FILLING = 0.1  # seconds: what an encoder puts before the first and behind the last sound (AAC: 1024 to 2112 samples)
_A_FRAME = 0.05  # seconds by which an edit may end before the last frame does without hiding one
_STORED = ("-ignore_editlist", "1")


@dataclass(frozen=True, slots=True)
class Timing:
    """How a source is read: once for each group of streams that is moved alike.

    `readings` are options before each reading's `-i`, `of` says which reading a stream comes from, `base` is the one
    for subtitles, chapters and tags. `hidden` names what an edit list hides from a player, `filling` what it rightly
    hides of an encoder's own samples.
    """

    readings: tuple[tuple[str, ...], ...] = ((),)
    of: dict[int, int] = field(default_factory=dict)
    base: int = 0
    hidden: tuple[str, ...] = ()
    filling: str = ""

    @property
    def hidden_but_kept(self) -> tuple[str, ...]:
        """The edit lists, of a copy that has every frame."""
        return tuple(f"{what}; every stored frame is kept" for what in self.hidden)

    def inputs(self, source: Path) -> list[str]:
        """The source as often as it is read; nothing is turned by the way."""
        read = ("-noautorotate", "-i", file_argument(source))
        return [part for options in self.readings for part in (*options, *read)]

    def maps(self, streams: Iterable[dict[str, Any]]) -> list[str]:
        """These streams, each out of its own reading."""
        chosen = [(self.of.get(int(stream["index"]), self.base), stream["index"]) for stream in streams]
        return [part for reading, index in chosen for part in ("-map", f"{reading}:{index}")]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A stream: whether its edit list is set aside, and when its first frame is shown."""

    index: int
    stored: bool
    moved: float
    shown: float


def timing(source: Path, known: Streams, *, copied: bool) -> Timing:
    """Every stored frame at the time at which a player shows it; what a player never shows comes before and after.

    `copied`: streams go over as they are, so that sound keeps its encoder's filling. Raises ToolFailed.
    """
    start = _number(known.said.get("format", {}).get("start_time"))
    edited = _edited(source, known)
    raw = probe(source, _STORED) if edited else {}
    raw_start = _number(raw.get("format", {}).get("start_time"))
    stored_starts = {stream["index"]: _number(stream.get("start_time")) for stream in raw.get("streams", [])}
    placed: list[_Placed] = []
    fillings: list[str] = []
    for stream in (*known.video, *known.sound):
        index, track = int(stream["index"]), edited.get(int(stream["index"]))
        begins = _number(stream.get("start_time"))
        if track is not None and stream in known.sound and _only_filling(track) and (lead := _lead(track)) > 0:
            words = "begins with" if copied else "is without"
            fillings.append(f"stream {index} {words} {lead * 1000:.0f} ms of filling that its encoder put there")
        if track is None or (stream in known.sound and not copied and _only_filling(track)):
            moved = -_late(source, stream, begins - start) if without_times(known) else 0.0
            placed.append(_Placed(index, False, moved, begins))
        else:
            moved = _shift(track)
            placed.append(_Placed(index, True, moved, stored_starts.get(index, 0.0) + moved))
    hidden = tuple(_sentence(index, track) for index, track in edited.items() if _hides(known, index, track))
    if not any(place.stored or place.moved for place in placed):
        return Timing(hidden=hidden, filling="; ".join(fillings))
    zero = -min(place.shown for place in placed)
    readings: list[tuple[str, ...]] = []
    of: dict[int, int] = {}
    base = _offset((), start + zero)
    if known.text or known.said.get("chapters"):
        readings.append(base)
    for place in placed:
        begin = (raw_start if place.stored else start) + place.moved + zero
        options = _offset(_STORED if place.stored else (), begin)
        if options not in readings:
            readings.append(options)
        of[place.index] = readings.index(options)
    return Timing(tuple(readings), of, 0, hidden, "; ".join(fillings))


def _offset(options: tuple[str, ...], seconds: float) -> tuple[str, ...]:
    return (*options, "-itsoffset", f"{seconds:.6f}") if abs(seconds) > 1e-6 else options


def _number(text: Any) -> float:
    try:
        return float(text)
    except (TypeError, ValueError):
        return 0.0


def _edited(source: Path, known: Streams) -> dict[int, Track]:
    """Tracks with an edit list, by the stream's index."""
    if "mov" not in str(known.said.get("format", {}).get("format_name", "")):
        return {}
    by_number = {track.number: track for track in tracks(source) if any(e.begins is not None for e in track.edits)}
    numbers = {}
    for stream in (*known.video, *known.sound):
        text = str(stream.get("id", ""))
        if text.startswith("0x") and (track := by_number.get(int(text, 16))) is not None:
            numbers[int(stream["index"])] = track
    return numbers


def _first(track: Track) -> int:
    return next(place for place, edit in enumerate(track.edits) if edit.begins is not None)


def _shift(track: Track) -> float:
    """Seconds from the time of a stored frame to that at which the first edit shows it."""
    place = _first(track)
    return sum(edit.length for edit in track.edits[:place]) - (track.edits[place].begins or 0.0)


def _lead(track: Track) -> float:
    return track.edits[_first(track)].begins or 0.0


def _only_filling(track: Track) -> bool:
    """Whether an edit list hides nothing but what the encoder of the sound added."""
    media = [edit for edit in track.edits if edit.begins is not None]
    behind = track.length - (media[0].begins or 0.0) - media[0].length
    return len(media) == 1 and media[0].rate == 1 and _lead(track) <= _FILLING and behind <= _FILLING


def _hides(known: Streams, index: int, track: Track) -> bool:
    """Whether a player that follows the edit list shows less than is stored, or shows it otherwise."""
    if any(stream["index"] == index for stream in known.sound):
        return not _only_filling(track)
    media = [edit for edit in track.edits if edit.begins is not None]
    stream = next(stream for stream in known.video if stream["index"] == index)
    reorder = int(stream.get("has_b_frames") or 0) * _frame(stream)
    behind = track.length - (media[0].begins or 0.0) - media[0].length
    return len(media) > 1 or media[0].rate != 1 or _lead(track) > reorder + 0.001 or behind > _A_FRAME


def _frame(stream: dict[str, Any]) -> float:
    top, _, bottom = str(stream.get("avg_frame_rate") or stream.get("r_frame_rate") or "0/1").partition("/")
    return _number(bottom) / _number(top) if _number(top) else 0.04


def _sentence(index: int, track: Track) -> str:
    ranges = [
        f"{edit.begins:.3f} to {edit.begins + edit.length:.3f} s"
        + ("" if edit.rate == 1 else f" at rate {edit.rate:g}")
        for edit in track.edits
        if edit.begins is not None
    ]
    shown = ", ".join(ranges[:20]) + (" …" if len(ranges) > 20 else "")
    return f"edit list of stream {index}: a player shows {shown} of {track.length:.3f} s"


def without_times(known: Streams) -> bool:
    """Containers that count frames in the order of coding and say nothing of the order of showing."""
    return str(known.said.get("format", {}).get("format_name")) == "avi"


def _late(source: Path, stream: dict[str, Any], begins: float) -> float:
    """Seconds by which the decoder guesses the first picture later than the container says the stream begins."""
    if stream.get("codec_type") != "video" or not int(stream.get("has_b_frames") or 0):
        return 0.0
    command = [find("ffmpeg"), *FFMPEG_INPUT, "-i", file_argument(source), "-map", f"0:{stream['index']}"]
    command += ["-frames:v", "1", "-fps_mode", "passthrough", "-enc_time_base", "-1", "-c:v", "rawvideo"]
    said = run([*command, "-f", "framecrc", "-"])
    base, first = 0.0, begins
    for line in said.splitlines():
        if line.startswith("#tb 0:"):
            top, _, bottom = line.partition(":")[2].strip().partition("/")
            base = int(top) / int(bottom)
        elif not line.startswith("#"):
            first = int(line.split(",")[2]) * base
    return first - begins
