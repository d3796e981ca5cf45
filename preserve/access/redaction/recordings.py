"""Video and sound: ranges covered, blurred or muted, and clips, exact to the frame; made anew by ffmpeg.

Pictures and sound are decoded, changed and encoded again as a whole: no packet of the source goes over, so nothing
that was there can be left beside it. Blurring keeps at most eight squares along the longer side of what is blurred.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.access.redaction.frames import Recording, Span, frame_times, touched
from preserve.access.redaction.painting import Mark, bright_layer
from preserve.access.redaction.plan import Box, Redaction
from preserve.errors import PreserveError, Refused
from preserve.programs import FFMPEG_INPUT, Pulse, ToolFailed, file_argument, find, probe, run, shown, version

_SQUARES = 8
_PIECE = 0.005  # seconds in one piece of sound: muting begins and ends with a piece
_WHOLE = Box(0, 0, 100, 100, "%")
_GOOD = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p", "-a53cc", "0")
_LOSSLESS = ("-c:v", "ffv1", "-level", "3", "-g", "1", "-slices", "16", "-slicecrc", "1")


@dataclass(frozen=True, slots=True)
class Cut:
    """A recording that was made: the command, the frames of the source in it, and its bounds there in seconds."""

    command: tuple[str, ...]
    tool: str
    first: int | None
    last: int | None
    begin: float
    end: float
    left_out: int


def ending(recording: Recording, lossless: bool) -> str:
    """Of what is made: MP4 for looking at; Matroska where nothing may be lost."""
    if lossless:
        return ".mkv" if recording.video else ".flac"
    return ".mp4" if recording.video else ".m4a"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a recording: without what, from when to when in seconds, marked how, and with what loss."""

    name: str
    redactions: Sequence[Redaction]
    begin: float | None = None
    end: float | None = None
    mark: Mark | None = None
    lossless: bool = False


def make(source: Path, result: Path, recording: Recording, wish: Wish, pulse: Pulse) -> Cut:
    """Write the copy of `source`, which is `recording`, to `result`. Raises ToolFailed, Refused where it is damaged.

    A range is met by the frames of which any part is on the screen during it, so that nothing within it escapes.
    """
    times = frame_times(source, wish.name, recording, pulse) if recording.video else None
    span = _span(recording, times, wish.begin, wish.end)
    marked = _mark(result, recording, wish.mark) if times is not None else None
    graph: list[str] = []
    maps: list[str] = []
    if times is not None:
        graph += _video(recording, times, wish.redactions, span, marked is not None, wish.lossless)
        maps += ["-map", "[video]"]
    # Of a redacted recording only the default sound track is kept: nobody examined the others.
    sound = recording.sound[:1] if wish.redactions else recording.sound
    for number, stream in enumerate(sound):
        graph.append(_sound(stream, number, wish.redactions, span))
        maps += ["-map", f"[sound{number}]"]
    command = [find("ffmpeg"), *FFMPEG_INPUT, "-i", file_argument(source)]
    if marked is not None:
        command += ["-protocol_whitelist", "file,pipe", "-f", "png_pipe", "-i", file_argument(marked)]
    command += ["-filter_complex", ";".join(graph), *maps]
    command += _codecs(recording, sound, wish.lossless)
    command += ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-y", file_argument(result)]
    complaints: list[str] = []
    run(command, pulse, complaints=complaints)
    if any("partial file" in line or "ended prematurely" in line for line in complaints):
        raise Refused("redaction.unreadable", wish.name, reason=complaints[0].strip()[-300:])
    first, last = _bounds(times, span)
    _prove(result, None if first is None or last is None else last - first + 1, len(sound))
    names = {str(source): "SOURCE", str(result): "RESULT", **({str(marked): "MARK"} if marked else {})}
    left_out = recording.others + len(recording.sound) - len(sound)
    begin, end = (span.begin, span.end) if span else (0.0, recording.length)
    return Cut(shown(command, names), version("ffmpeg"), first, last, begin, end, left_out)


def _mark(result: Path, recording: Recording, mark: Mark | None) -> Path | None:
    """The watermark as a picture beside the result."""
    if mark is None:
        return None
    marked = result.with_name(f"{result.stem}.mark.png")
    bright_layer(mark, recording.width & ~1, recording.height & ~1).save(marked)
    return marked


def _bounds(times: Sequence[float] | None, span: Span | None) -> tuple[int | None, int | None]:
    """The first and the last frame of what is made; of sound alone none."""
    if times is None:
        return None, None
    return (span.first, span.last) if span else (0, len(times) - 1)


def _span(recording: Recording, times: Sequence[float] | None, begin: float | None, end: float | None) -> Span | None:
    """What of the recording is wanted; None for all of it."""
    if begin is None or end is None:
        return None
    if times is None:
        return Span(0, 0, begin, min(end, recording.length), begin, end)
    return touched(times, recording.length, begin, end)


def _codecs(recording: Recording, sound: Sequence[dict[str, Any]], lossless: bool) -> list[str]:
    if lossless:
        picture = list(_LOSSLESS) if recording.video else []
        wide = any(str(one.get("sample_fmt", "s16")).removesuffix("p") not in ("u8", "s16") for one in sound)
        # What decodes to floating point is kept with 24 bits, more than a lossy codec ever knew.
        return [
            *picture,
            "-c:a",
            "flac",
            *(["-sample_fmt", "s32"] if wide else ["-sample_fmt", "s16"]),
            "-fps_mode",
            "passthrough",
            "-enc_time_base",
            "1:90000",
        ]
    picture = [*_GOOD, "-enc_time_base", "1:90000", "-video_track_timescale", "90000"] if recording.video else []
    channels = max((int(one.get("channels", 1)) for one in sound), default=1)
    return [
        *picture,
        "-c:a",
        "aac",
        "-b:a",
        "128k",
        *(["-ac", "2"] if channels > 2 else []),
        "-fps_mode",
        "passthrough",
        "-movflags",
        "+faststart",
    ]


def _video(
    recording: Recording,
    times: Sequence[float],
    redactions: Sequence[Redaction],
    span: Span | None,
    marked: bool,
    lossless: bool,
) -> Iterator[str]:
    assert recording.video is not None
    width, height = recording.width & ~1, recording.height & ~1
    upright = {90: "transpose=cclock,", 180: "hflip,vflip,", 270: "transpose=clock,"}.get(recording.turn, "")
    steps = [f"[0:{recording.video['index']}]{upright}sidedata=mode=delete"]
    if span is not None:
        steps.append(f"trim=start={span.after:.7f}:end={span.before:.7f}")
    if not lossless:
        if (width, height) != (recording.width, recording.height):
            steps.append(f"crop={width}:{height}:0:0")
        steps.append("format=yuv420p")
    yield ",".join(steps) + "[v0]"
    number = 0
    for box, (kind, when) in _by_box(redactions, times, recording.length).items():
        placed = (box[0] or _WHOLE).pixels(width, height, 1.0)
        assert placed is not None
        left, top = placed[0] & ~1, placed[1] & ~1
        wide, high = min((placed[2] - left + 1) & ~1, width - left), min((placed[3] - top + 1) & ~1, height - top)
        shown_when = "+".join(f"between(t,{one.after:.7f},{one.before:.7f})" for one in when)
        if kind == "box":
            yield (
                f"[v{number}]drawbox=x={left}:y={top}:w={wide}:h={high}:color=black:t=fill:enable='{shown_when}'"
                f"[v{number + 1}]"
            )
        else:
            longer = max(wide, high)
            across, down = (max(1, round(_SQUARES * side / longer)) for side in (wide, high))
            yield (
                f"[v{number}]split[a{number}][b{number}];[b{number}]crop={wide}:{high}:{left}:{top},"
                f"scale={across}:{down}:flags=area,scale={wide}:{high}:flags=bilinear[c{number}];"
                f"[a{number}][c{number}]overlay={left}:{top}:enable='{shown_when}'[v{number + 1}]"
            )
        number += 1
    if marked:
        yield f"[v{number}][1:v]overlay=0:0:format=auto[v{number + 1}]"
        number += 1
    # The first frame is the one that was on the screen when the range begins: it is shown from then on.
    end = f"settb=1/90000,setpts='max(PTS-{span.begin:.7f}/TB,0)'" if span is not None else "null"
    yield f"[v{number}]{end}[video]"


def _by_box(
    redactions: Sequence[Redaction], times: Sequence[float], length: float
) -> dict[tuple[Box | None, str], tuple[str, list[Span]]]:
    """One filter for all ranges of the same kind at the same place."""
    found: dict[tuple[Box | None, str], tuple[str, list[Span]]] = {}
    for redaction in redactions:
        if redaction.what in ("box", "blur", "blur-mute") and redaction.begin is not None and redaction.end is not None:
            kind = "box" if redaction.what == "box" else "blur"
            met = touched(times, length, redaction.begin, redaction.end)
            found.setdefault((redaction.box, kind), (kind, []))[1].append(met)
    return found


def _sound(stream: dict[str, Any], number: int, redactions: Sequence[Redaction], span: Span | None) -> str:
    rate = int(stream.get("sample_rate") or 48_000)
    samples = max(round(rate * _PIECE), 16)
    piece = samples / rate
    steps = []
    if span is not None:
        steps.append(f"atrim=start={span.begin:.7f}:end={span.end:.7f}")
    silent = [
        redaction for redaction in redactions if redaction.what in ("mute", "blur-mute") and redaction.begin is not None
    ]
    if silent:
        # A filter is switched by whole pieces, by the time at which a piece begins: so they are small, and it is
        # switched on one piece early.
        when = "+".join(f"between(t,{(one.begin or 0) - piece:.7f},{one.end:.7f})" for one in silent)
        steps += [f"asetnsamples=n={samples}:p=0", f"volume=volume=0:enable='{when}'"]
    if span is not None:
        steps.append(f"asetpts=PTS-{span.begin:.7f}/TB")
    return f"[0:{stream['index']}]{','.join(steps) or 'anull'}[sound{number}]"


def _prove(result: Path, frames: int | None, sounds: int) -> None:
    """Raises PreserveError unless it holds the frames that it should, the sound tracks, and no other stream."""
    streams = probe(result)["streams"]
    kinds = sorted(stream.get("codec_type", "") for stream in streams)
    if kinds != ["audio"] * sounds + ["video"] * (frames is not None):
        raise PreserveError("redaction.proof-fails", str(result), detail=" ".join(kinds))
    if frames is None:
        return
    said = run(
        [
            find("ffprobe"),
            *FFMPEG_INPUT[1:],
            "-select_streams",
            "v:0",
            "-count_packets",
            "-show_entries",
            "stream=nb_read_packets",
            "-print_format",
            "csv=p=0",
            file_argument(result),
        ]
    )
    if said.strip().strip(",") != str(frames):
        raise PreserveError("redaction.proof-fails", str(result), detail=f"{said.strip()} frames, not {frames}")


__all__ = ["Cut", "ToolFailed", "ending", "make"]
