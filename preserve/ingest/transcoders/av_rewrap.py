"""Video and sound as they are in another container: the streams bit for bit in Matroska, with proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.ingest.transcoders.av import unfit, unproven
from preserve.ingest.transcoders.av_beside import beside
from preserve.ingest.transcoders.av_changes import Change, Changing, changes
from preserve.ingest.transcoders.av_digests import Side, largest_drift, largest_shift, read_frames, side, stream_digests
from preserve.ingest.transcoders.av_losses import losses
from preserve.ingest.transcoders.av_orientation import orientation_tags
from preserve.ingest.transcoders.av_streams import Streams, properties, read_streams, subtitle_options, text_options
from preserve.ingest.transcoders.av_times import Timing, timing, without_times
from preserve.ingest.transcoders.av_validate import validate
from preserve.programs import FFMPEG_INPUT, Pulse, file_argument, find, run, shown, version

_COPIED_SOUND = {"aac", "mp3", "flac", "opus", "vorbis", "ac3", "mp2"}
_COPIED_FAMILIES = ("pcm_", "adpcm_")
"""Beginnings of the names that ffmpeg gives to PCM (with A-law, mu-law) and to the kinds of ADPCM."""
_UNPACKED = {"pcm_dvd", "pcm_bluray", "s302m", "adpcm_ima_qt"}
"""PCM packed as on discs or for broadcast (16 to 24 bits), and QuickTime's ADPCM: unknown to Matroska; plain PCM holds
each sample."""
_COPIED_VIDEO = {"h264", "hevc", "ffv1", "mpeg1video", "mpeg2video"}
_SHIFT = 0.0021  # seconds: two of Matroska's milliseconds
_COPY = ("-c", "copy", "-copyinkf")
"""Every packet: left to itself ffmpeg drops, on both sides, what lies before the first picture that stands alone."""
_WAYS: dict[str, tuple[str, ...]] = {
    "stream-digests-equal": _COPY,
    # Nothing is scaled: a frame of another size has its own bytes.
    "decoded-frames-equal": ("-autoscale", "0", "-fps_mode", "passthrough", "-c:v", "rawvideo", "-c:a", "pcm_s32le"),
}
"""How the two are compared, the stronger way first."""
_COUNTED = 100  # pictures


def may_rewrap(source: Path) -> bool:
    """Whether every stream can go into Matroska as it is, and each picture at a time that the source tells."""
    known = read_streams(source)
    return (
        all(s["codec_name"] in _COPIED_VIDEO for s in known.video)
        and all(
            s["codec_name"] in _COPIED_SOUND | _UNPACKED or s["codec_name"].startswith(_COPIED_FAMILIES)
            for s in known.sound
        )
        and not (without_times(known) and any(_is_reordered(stream) for stream in known.video))
    )


def _is_reordered(stream: Mapping[str, Any]) -> bool:
    """Coded in another order than shown, and nothing in it says when: MPEG-2 counts its pictures by itself."""
    return stream["codec_name"] in ("h264", "hevc") and int(stream.get("has_b_frames") or 0) > 0


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two files that are compared, and how it is read."""

    inputs: Sequence[str]
    streams: Streams
    timing: Timing

    def maps(self, *, text: bool) -> list[str]:
        chosen = self.streams.text if text else [*self.streams.video, *self.streams.sound]
        return self.timing.maps(chosen)


def rewrap(source: Path, scratch: Path, stem: str, pulse: Pulse, name: str) -> Made:
    """The streams bit for bit in Matroska. Raises ToolFailed.

    Proven by equal digests of the streams as they are; where the container asks for another framing of the same
    bits (Annex B, ADTS), by equal digests of what they decode to, every frame in its own size.
    """
    known = read_streams(source)
    changing = changes(source, known, pulse)
    _refuse_sound(changing)
    timed = timing(source, known, copied=True)
    result, digests = scratch / f"{stem}.mkv", scratch / f"{stem}.digests"
    # Times that the container does not give are made from its order, once for each reading of it.
    inputs = _with_times(timed.inputs(source))
    command = [
        *(find("ffmpeg"), *FFMPEG_INPUT, *inputs, *timed.maps((*known.video, *known.sound, *known.text))),
        *("-map_metadata", str(timed.base), "-map_chapters", str(timed.base), *_COPY),
        *(*_unpacking(known), *_as_counted(known)),
        *(*subtitle_options(known), *orientation_tags(known), "-y", file_argument(result)),
    ]
    run(command, pulse)
    made = read_streams(result)
    names = {str(digests): "-", str(result): "RESULT", str(source): "SOURCE"}
    proof = compared(source, result, known, timed, digests, names, pulse)
    if proof.method == "decoded-frames-equal" and any(not change.size_only for change in changing):
        raise Changing(changing)
    validation = validate(result, pulse)
    return Made(
        path=result,
        suffix=".mkv",
        puid="fmt/569",
        format_name="Matroska",
        format_version="4",
        mime="video/x-matroska",
        tool=version("ffmpeg"),
        command=shown(command, names),
        proof=proof,
        properties=properties(made),
        lost=(*timed.hidden_but_kept, *losses(known, made), *beside(source, known, copied=True)),
        findings=(*unproven(proof, name), *unfit(validation, name)),
        validation=validation,
    )


def _unpacking(known: Streams) -> list[str]:
    """The options that take sound out of a packing that Matroska does not know, sample by sample."""
    return [
        part
        for number, stream in enumerate(known.sound)
        if stream["codec_name"] in _UNPACKED
        for part in (f"-c:a:{number}", "pcm_s16le" if _is_short(stream) else "pcm_s24le")
    ]


def _is_short(stream: Mapping[str, Any]) -> bool:
    return str(stream.get("sample_fmt", "")).startswith("s16")


def _as_counted(known: Streams) -> list[str]:
    """Where a container only counts pictures and none is coded before its turn, each is shown when it was counted.

    Left to itself ffmpeg takes the next picture's time for each, and the picture comes late by one.
    """
    if not without_times(known):
        return []
    plain = [number for number, stream in enumerate(known.video) if not int(stream.get("has_b_frames") or 0)]
    return [part for number in plain for part in (f"-bsf:v:{number}", "setts=pts=DTS")]


def _refuse_sound(changing: tuple[Change, ...]) -> None:
    """A track of Matroska has one rate and one set of channels. Raises ToolFailed."""
    if any(change.kind == "sound" for change in changing):
        raise Changing(changing)


def _with_times(inputs: list[str]) -> list[str]:
    return [part for word in inputs for part in (("-fflags", "+genpts", word) if word == "-noautorotate" else (word,))]


def compared(
    source: Path, result: Path, known: Streams, timed: Timing, digests: Path, names: dict[str, str], pulse: Pulse
) -> Proof:
    """Source and result by their streams, their subtitles and when each stream begins. Raises ToolFailed."""
    before = _Side(timed.inputs(source), known, timed)
    after = _Side(Timing().inputs(result), read_streams(result), Timing())
    method, had, has, commands = "", dict[str, str](), dict[str, str](), list[list[str]]()
    unpacking = _unpacking(known)
    for way, options in _WAYS.items():
        method = way
        plain = unpacking if way == "stream-digests-equal" else ()
        commands = [_hashing(one, (*one.maps(text=False), *options, *plain), digests) for one in (before, after)]
        had, has = (_hashed(hashing, digests, pulse) for hashing in commands)
        if had and had == has:
            break
    why = [f"{name} differs" for name in had if had[name] != has.get(name)] + ([] if had else ["nothing was read"])
    if before.streams.text:
        words = [_words(one, digests) for one in (before, after)]
        texts = [_worded(command, digests, pulse) for command in words]
        commands += words
        had, has = ({**known, **text.digests} for known, text in zip((had, has), texts, strict=True))
        why += [] if texts[0].digests == texts[1].digests else ["the subtitles differ"]
        drift = max(largest_drift(*texts), largest_shift(*texts))
        why += [f"subtitles are shown at other times ({drift * 1000:.1f} ms)"] if drift > _SHIFT else []
    shift = _shift(before, after, digests, pulse)
    if shift is None:
        why.append("a stream has no first frame")
    elif shift > _SHIFT:
        why.append(f"a stream begins {shift * 1000:.1f} ms away from where it did")
    note = f"largest difference of the streams' beginnings {(shift or 0) * 1000:.2f} ms (Matroska counts milliseconds)"
    packed = (
        "sound in a packing that Matroska does not know went into plain PCM and is compared by its samples"
        if unpacking
        else ""
    )
    note = "; ".join(part for part in (note, packed, before.timing.filling) if part)
    return Proof(method, not why, had, has, tuple(shown(line, names) for line in commands), note, "; ".join(why))


def _words(one: _Side, digests: Path) -> list[str]:
    options = (*text_options(one.streams.text), "-f", "framemd5", "-y", str(digests))
    return [find("ffmpeg"), *FFMPEG_INPUT, *one.inputs, *one.maps(text=True), *options]


def _worded(command: list[str], digests: Path, pulse: Pulse) -> Side:
    run(command, pulse)
    return side(None, None, (), digests)


def _hashing(one: _Side, outputs: Sequence[str], digests: Path) -> list[str]:
    hashing = ("-f", "streamhash", "-hash", "sha256", "-y", str(digests))
    return [find("ffmpeg"), *FFMPEG_INPUT, *one.inputs, *outputs, *hashing]


def _hashed(command: list[str], digests: Path, pulse: Pulse) -> dict[str, str]:
    run(command, pulse)
    return stream_digests(digests.read_text())


def _shift(before: _Side, after: _Side, digests: Path, pulse: Pulse) -> float | None:
    """By how much the first frames of the streams moved against each other, as the decoder gives them.

    None where one has none. One output each: a limit of frames that one stream reaches ends all others of an output.
    Of a container that only counts pictures some more are looked at: they may be coded in another order than shown.
    """
    sides: list[Side] = []
    frames = _COUNTED if without_times(before.streams) else 1
    for one in (before, after):
        maps = one.maps(text=False)
        heads = [digests.with_suffix(f".head{number}") for number in range(len(maps) // 2)]
        command = [find("ffmpeg"), *FFMPEG_INPUT, *one.inputs]
        for number, head in enumerate(heads):
            options = ("-frames", str(frames), "-fps_mode", "passthrough", "-enc_time_base:v", "-1")
            plain = ("-c:v", "rawvideo", "-c:a", "pcm_s16le", "-f", "framemd5", "-y", str(head))
            command += [*maps[2 * number : 2 * number + 2], *options, *plain]
        run(command, pulse)
        times = tuple(moments for head in heads for moments in read_frames(head).times.values())
        sides.append(Side({}, times, tuple(moments[0] for moments in times)))
    same = len(sides[0].times) == len(sides[1].times) == len(before.maps(text=False)) // 2
    same = same and all(len(had) == len(has) for had, has in zip(sides[0].times, sides[1].times, strict=True))
    return max(largest_shift(*sides), largest_drift(*sides)) if same else None
