"""How a recording and what was made of it are compared, by commands that a plain ffmpeg repeats.

Every stored frame of every picture, every sample of every sound, every subtitle, the frames' times, and when each
stream begins. Nothing is scaled on either side: a frame of another size has another digest.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from preserve.ingest.facts import Proof
from preserve.ingest.transcoders.av_digests import Side, largest_drift, largest_shift, side
from preserve.ingest.transcoders.av_streams import Streams, pixel_options, sound_options, text_options
from preserve.ingest.transcoders.av_times import Timing
from preserve.programs import FFMPEG_INPUT, Pulse, file_argument, find, run, shown

_DRIFT = 0.0011  # seconds: Matroska counts milliseconds, so a frame's time may move by half of one either way
_SHIFT = 0.0021  # the same for two streams against each other
_SAMPLES = ("-f", "streamhash", "-hash", "sha256", "-y")
_FRAMES = ("-f", "framemd5", "-y")
EVERY_FRAME = ("-fps_mode", "passthrough", "-enc_time_base:v", "-1")
"""No frame is repeated or left out, and its time is not put on a grid."""


class Comparison:
    """Of a source and its result; `known` are the streams that are to be in both."""

    def __init__(self, source: Path, result: Path, known: Streams, timing: Timing, scratch: Path) -> None:
        self.source, self.result, self.known, self.timing = source, result, known, timing
        self.filters, self._pixels = pixel_options(known.video)
        self.encode_sound, self._pcm, self._rounding = sound_options(known.sound)
        self._text = text_options(known.text)
        heads = [f"head{number}" for number in range(len(known.sound))]
        kinds = ("frames", "sound", "text", *heads)
        self._before = tuple(scratch / f"{result.stem}.{kind}" for kind in kinds)
        self._after = tuple(scratch / f"{result.stem}.result.{kind}" for kind in kinds)
        files = {str(path): "-" for path in sorted((*self._after, *self._before), reverse=True)}
        self.names = {**files, str(result): "RESULT", str(source): "SOURCE"}

    def of_source(self) -> list[str]:
        """Outputs that are added to the run which encodes, and so decode the source only once."""
        return [part for output in self._of_source() for part in output]

    def _of_source(self) -> tuple[list[str], ...]:
        kinds = (self.known.video, self.known.sound, self.known.text)
        video, sound, text = (self.timing.maps(streams) for streams in kinds)
        return self._outputs((video, sound, text), self._before)

    def _of_result(self) -> tuple[list[str], ...]:
        sound = [part for number in range(len(self.known.sound)) for part in ("-map", f"0:a:{number}")]
        return self._outputs((["-map", "0:v"], sound, ["-map", "0:s"]), self._after)

    def _outputs(self, maps: tuple[list[str], list[str], list[str]], files: tuple[Path, ...]) -> tuple[list[str], ...]:
        """For picture, sound, the beginnings of sound, and subtitles; those that there are."""
        video, sound, text = maps
        frames, samples, words, *heads = (str(file) for file in files)
        outputs: list[list[str]] = []
        if self.known.video:
            plain = ("-autoscale", "0", "-c:v", "rawvideo", *self._pixels)
            outputs.append([*video, *EVERY_FRAME, *plain, *_FRAMES, frames])
        if self.known.sound:
            outputs.append([*sound, *self._pcm, *_SAMPLES, samples])
        # One output each: a limit of frames that one stream reaches ends all others of the same output.
        for number, head in enumerate(heads):
            codec = ("-c:a", self._pcm[2 * number + 1], "-frames:a", "1")
            outputs.append([*sound[2 * number : 2 * number + 2], *codec, *_FRAMES, head])
        if self.known.text:
            outputs.append([*text, *self._text, *_FRAMES, words])
        return tuple(outputs)

    def commands(self) -> tuple[tuple[str, ...], ...]:
        """By which anyone can get the same digests of either side: source, result, for each kind in turn."""
        begin = [find("ffmpeg"), *FFMPEG_INPUT]
        source = [*begin, *self.timing.inputs(self.source)]
        result = [*begin, "-noautorotate", "-i", file_argument(self.result)]
        pairs = zip(self._of_source(), self._of_result(), strict=True)
        return tuple(
            shown(command, self.names) for one, other in pairs for command in ([*source, *one], [*result, *other])
        )

    def _side(self, files: tuple[Path, ...]) -> Side:
        frames, sound, text, *heads = files
        known = self.known
        return side(
            frames if known.video else None, sound if known.sound else None, heads, text if known.text else None
        )

    def _lost(self) -> list[str]:
        """The streams that the result does not have at all."""
        asked = ("-show_entries", "stream=codec_type", "-of", "csv=p=0", file_argument(self.result))
        there = Counter(run([find("ffprobe"), "-v", "error", *asked]).replace(",", " ").split())
        kinds = (("video", "video", self.known.video), ("sound", "audio", self.known.sound))
        wanted = (*kinds, ("subtitles", "subtitle", self.known.text))
        return [
            f"{name} {number} is not in the result"
            for name, kind, streams in wanted
            for number in range(there[kind], len(streams))
        ]

    def proof(self, pulse: Pulse) -> Proof:
        """Decode the result and compare; the source was decoded by the run that encoded. Raises ToolFailed."""
        method = "decoded-frames-equal" if self.known.video else "decoded-samples-equal"
        if lost := self._lost():
            digests = self._side(self._before).digests
            return Proof(method, False, digests, {}, self.commands(), "", "; ".join(lost))
        outputs = [part for output in self._of_result() for part in output]
        run([find("ffmpeg"), *FFMPEG_INPUT, "-noautorotate", "-i", file_argument(self.result), *outputs], pulse)
        before, after = self._side(self._before), self._side(self._after)
        drift, shift = largest_drift(before, after), largest_shift(before, after)
        why = [f"{name} differs" for name in before.digests if before.digests[name] != after.digests.get(name)]
        why += [f"{name} is not in the source" for name in after.digests if name not in before.digests]
        why += [f"times of frames or subtitles differ by up to {drift * 1000:.1f} ms"] if drift > _DRIFT else []
        why += [] if len(before.begins) == len(after.begins) else ["a stream has no first frame"]
        why += [f"a stream begins {shift * 1000:.1f} ms away from where it did"] if shift > _SHIFT else []
        why += [] if before.digests else ["nothing could be decoded"]
        moved = (
            f"largest difference of times {drift * 1000:.2f} ms, of the streams' beginnings "
            f"{shift * 1000:.2f} ms (Matroska counts milliseconds)"
        )
        note = "; ".join(part for part in (moved if before.times else "", self._rounding, self.timing.filling) if part)
        return Proof(method, not why, before.digests, after.digests, self.commands(), note, "; ".join(why))
