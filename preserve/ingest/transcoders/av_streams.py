"""The streams of a recording as ffprobe tells them, and the options of ffmpeg that follow from them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.programs import probe

# What FFV1 level 3 in ffmpeg holds as it is; other pixel formats are first put into one that holds every value.
_WIDER = {
    "rgb24": "bgr0",
    "bgr24": "bgr0",
    "rgb0": "bgr0",
    "pal8": "bgra",
    "rgba": "bgra",
    "monow": "gray",
    "monob": "gray",
    "nv12": "yuv420p",
    "uyvy422": "yuv422p",
    "yuyv422": "yuv422p",
}


@dataclass(frozen=True, slots=True)
class Streams:
    """What ffprobe said of a source, sorted."""

    said: dict[str, Any]
    video: list[dict[str, Any]]
    sound: list[dict[str, Any]]
    text: list[dict[str, Any]]
    left: list[dict[str, Any]]  # cover pictures, data and unknown streams


def read_streams(path: Path) -> Streams:
    """What ffprobe says of a file. Raises ToolFailed."""
    return sort_streams(probe(path))


def sort_streams(said: dict[str, Any]) -> Streams:
    """Video, sound and subtitles apart; cover pictures and what has no codec are left."""
    video, sound, text, left = [], [], [], []
    for stream in said.get("streams", []):
        kind = stream.get("codec_type")
        if kind == "video" and not stream.get("disposition", {}).get("attached_pic") and stream.get("codec_name"):
            video.append(stream)
        elif kind == "audio" and stream.get("codec_name"):
            sound.append(stream)
        elif kind == "subtitle" and stream.get("codec_name"):
            text.append(stream)
        else:
            left.append(stream)
    return Streams(said, video, sound, text, left)


def pixel_options(streams: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """For each stream how to encode without changing a value, and how to decode the result for the comparison."""
    encode: list[str] = []
    compare: list[str] = []
    for number, stream in enumerate(streams):
        source_format = str(stream.get("pix_fmt", "yuv420p"))
        wanted = _WIDER.get(source_format, source_format)
        if source_format.startswith("yuvj"):
            wanted = source_format.replace("yuvj", "yuv")
            encode += [
                f"-filter:v:{number}",
                f"scale=in_range=full:out_range=full,format={wanted}",
                f"-color_range:v:{number}",
                "pc",
            ]
            # Full range under its old name on both sides: under the new one ffmpeg would press it into the narrow one.
            compare += [f"-pix_fmt:v:{number}", source_format]
        else:
            encode += [f"-pix_fmt:v:{number}", wanted]
            compare += [f"-pix_fmt:v:{number}", wanted]
    return encode, compare


def sound_options(streams: list[dict[str, Any]]) -> tuple[list[str], list[str], str]:
    """For each stream how to encode without loss, the PCM by which both sides are compared; and a note on rounding."""
    encode: list[str] = []
    compare: list[str] = []
    rounded = []
    for number, stream in enumerate(streams):
        options, pcm = _sample_kind(stream)
        encode += [f"{part}:a:{number}" if part.startswith("-") else part for part in options]
        compare += [f"-c:a:{number}", pcm]
        if pcm == "pcm_s24le" and str(stream.get("sample_fmt", "")).startswith(("flt", "dbl")):
            rounded.append(str(number))
    note = (
        ""
        if not rounded
        else (
            f"sound {', '.join(rounded)} decodes to floating point; both sides are compared as 24-bit samples, "
            "in which peaks above full scale are cut"
        )
    )
    return encode, compare, note


def _sample_kind(stream: dict[str, Any]) -> tuple[list[str], str]:
    source_format = str(stream.get("sample_fmt", "s16")).removesuffix("p")
    channels = int(stream.get("channels", 2))
    lossy_float = source_format in ("flt", "dbl") and not str(stream.get("codec_name", "")).startswith("pcm_")
    if source_format in ("flt", "dbl") and not lossy_float:
        kind = "pcm_f32le" if source_format == "flt" else "pcm_f64le"
        return ["-c", kind], kind
    if channels > 8:
        return ["-c:a", "pcm_s32le"], "pcm_s32le"
    if source_format in ("u8", "s16"):
        return ["-c", "flac", "-sample_fmt", "s16"], "pcm_s16le"
    if source_format == "s32" and int(stream.get("bits_per_raw_sample") or 32) > 24:
        return ["-c:a", "pcm_s32le"], "pcm_s32le"
    # Lossy decoders answer in float; 24 bits hold more than they ever knew.
    return ["-c", "flac", "-sample_fmt", "s32", "-bits_per_raw_sample", "24"], "pcm_s24le"


def slices(source: Streams) -> int:
    """How many slices of a frame FFV1 encodes side by side."""
    height = max((int(s.get("height") or 0) for s in source.video), default=0)
    return 24 if height > 1080 else 16 if height >= 480 else 4


def subtitle_options(source: Streams) -> list[str]:
    """Subtitles as they are, but for kinds that Matroska's registry of codecs does not have as ffmpeg writes them."""
    codecs = [(f"-c:s:{n}", "srt" if s["codec_name"] in REWRITTEN else "copy") for n, s in enumerate(source.text)]
    return [part for option in codecs for part in option]


REWRITTEN = {"mov_text", "text", "webvtt"}
WORDS = {"mov_text", "text", "subrip", "srt", "ass", "ssa", "webvtt"}


def text_options(streams: list[dict[str, Any]]) -> list[str]:
    """How subtitles are compared: those of words by their words and times, those of pictures as they are."""
    codecs = [
        (f"-c:s:{number}", "srt" if stream["codec_name"] in WORDS else "copy") for number, stream in enumerate(streams)
    ]
    return [part for option in codecs for part in option]


def properties(result: Streams) -> tuple[tuple[str, str], ...]:
    """What PREMIS says of a result."""
    values = [("duration", f"{float(result.said.get('format', {}).get('duration', 0) or 0):.3f} s")]
    for stream in result.video:
        values += [
            ("video codec", str(stream["codec_name"])),
            ("width", str(stream.get("width"))),
            ("height", str(stream.get("height"))),
            ("pixel format", str(stream.get("pix_fmt"))),
            ("frame rate", str(stream.get("avg_frame_rate"))),
        ]
    for stream in result.sound:
        values += [
            ("sound codec", str(stream["codec_name"])),
            ("sample rate", str(stream.get("sample_rate"))),
            ("channels", str(stream.get("channels"))),
        ]
    return tuple(values)


def damage(complaints: list[str], name: str) -> tuple[Finding, ...]:
    """What a decoder complained of although it went on: the source is damaged there, and the result with it."""
    lines = [re.sub(r" @ 0x[0-9a-f]+", "", line.strip()) for line in complaints if line.strip()]
    lines = [line for line in lines if "monotonically increasing dts" not in line]
    if not lines:
        return ()
    return (Finding("normalise.decode-errors", name, "warning", {"reason": lines[0][:200]}, "\n".join(lines)[-2000:]),)
