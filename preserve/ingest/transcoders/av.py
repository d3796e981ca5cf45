"""Video and sound: FFV1 and FLAC in Matroska, or the streams as they are; each with proof. And access copies.

The source is decoded once: the same run encodes and takes an MD5 of every decoded frame and a SHA-256 of the
decoded sound. The result is then decoded and must give the same. Every command can be repeated with a plain ffmpeg.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.programs import FFMPEG_INPUT, Pulse, ToolFailed, file_argument, find, probe, run, shown, version

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
_COPIED_SOUND = {"aac", "mp3", "flac", "opus", "vorbis", "ac3", "mp2"}
_COPIED_VIDEO = {"h264", "hevc", "ffv1"}


@dataclass(frozen=True, slots=True)
class _Source:
    """What ffprobe said of a source, sorted."""

    said: dict[str, Any]
    video: list[dict[str, Any]]
    sound: list[dict[str, Any]]
    text: list[dict[str, Any]]
    left: list[dict[str, Any]]  # cover pictures, data and unknown streams


def _sorted(said: dict[str, Any]) -> _Source:
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
    return _Source(said, video, sound, text, left)


def _maps(source: _Source, text: bool) -> list[str]:
    chosen = [*source.video, *source.sound, *(source.text if text else [])]
    return [part for stream in chosen for part in ("-map", f"0:{stream['index']}")]


def _pixels(streams: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """For each stream how to encode without changing a value, and how to decode the result for the comparison."""
    encode: list[str] = []
    compare: list[str] = []
    for number, stream in enumerate(streams):
        given = str(stream.get("pix_fmt", "yuv420p"))
        wanted = _WIDER.get(given, given)
        if given.startswith("yuvj"):
            wanted = given.replace("yuvj", "yuv")
            encode += [
                f"-filter:v:{number}",
                f"scale=in_range=full:out_range=full,format={wanted}",
                f"-color_range:v:{number}",
                "pc",
            ]
        else:
            encode += [f"-pix_fmt:v:{number}", wanted]
        compare += [f"-pix_fmt:v:{number}", wanted]
    return encode, compare


def _samples(streams: list[dict[str, Any]]) -> tuple[list[str], list[str], str]:
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
    given = str(stream.get("sample_fmt", "s16")).removesuffix("p")
    channels = int(stream.get("channels", 2))
    lossy_float = given in ("flt", "dbl") and not str(stream.get("codec_name", "")).startswith("pcm_")
    if given in ("flt", "dbl") and not lossy_float:
        kind = "pcm_f32le" if given == "flt" else "pcm_f64le"
        return ["-c", kind], kind
    if channels > 8:
        return ["-c:a", "pcm_s32le"], "pcm_s32le"
    if given in ("u8", "s16"):
        return ["-c", "flac", "-sample_fmt", "s16"], "pcm_s16le"
    if given == "s32" and int(stream.get("bits_per_raw_sample") or 32) > 24:
        return ["-c:a", "pcm_s32le"], "pcm_s32le"
    # Lossy decoders answer in float; 24 bits hold more than they ever knew.
    return ["-c", "flac", "-sample_fmt", "s32", "-bits_per_raw_sample", "24"], "pcm_s24le"


def _frame_command(source: Path, maps: list[str], filters: list[str], out: str) -> list[str]:
    return [
        find("ffmpeg"),
        *FFMPEG_INPUT,
        "-noautorotate",
        "-i",
        file_argument(source),
        *maps,
        "-fps_mode",
        "passthrough",
        *filters,
        "-c:v",
        "rawvideo",
        "-f",
        "framemd5",
        "-y",
        out,
    ]


def to_lossless(source: Path, scratch: Path, stem: str, pulse: Pulse, threads: int, name: str) -> Made:
    """FFV1 level 3 with slice checksums, sound as FLAC, in Matroska (RFC 9043, 9639, 9559). Raises ToolFailed."""
    known = _sorted(probe(source))
    if not known.video and not known.sound:
        raise ToolFailed("no video and no sound stream")
    result = scratch / f"{stem}.mkv"
    frames, sound = scratch / f"{stem}.framemd5", scratch / f"{stem}.sound"
    filters, same_pixels = _pixels(known.video)
    encode_sound, compared, rounding = _samples(known.sound)
    complaints: list[str] = []
    command = [
        find("ffmpeg"),
        *FFMPEG_INPUT,
        "-noautorotate",
        "-i",
        file_argument(source),
        *_maps(known, True),
        "-map_metadata",
        "0",
        "-map_chapters",
        "0",
        "-fps_mode",
        "passthrough",
        *filters,
        "-c:v",
        "ffv1",
        "-level",
        "3",
        "-g",
        "1",
        "-slices",
        str(_slices(known)),
        "-slicecrc",
        "1",
        *encode_sound,
        *_text(known),
        *_rotation_tag(known),
        "-threads",
        str(threads),
        "-y",
        file_argument(result),
    ]
    video_maps = [part for s in known.video for part in ("-map", f"0:{s['index']}")]
    sound_maps = [part for s in known.sound for part in ("-map", f"0:{s['index']}")]
    if known.video:
        command += [
            *video_maps,
            "-fps_mode",
            "passthrough",
            *filters,
            "-c:v",
            "rawvideo",
            "-f",
            "framemd5",
            "-y",
            str(frames),
        ]
    if known.sound:
        command += [*sound_maps, *compared, "-f", "streamhash", "-hash", "sha256", "-y", str(sound)]
    run(command, pulse, complaints=complaints)
    made = _sorted(probe(result))
    source_digests, times = _digests(frames if known.video else None, sound if known.sound else None)
    result_frames, result_sound = scratch / f"{stem}.result.framemd5", scratch / f"{stem}.result.sound"
    commands: list[tuple[str, ...]] = []
    names = {
        str(frames): "-",
        str(sound): "-",
        str(result): "RESULT",
        str(source): "SOURCE",
        str(result_frames): "-",
        str(result_sound): "-",
    }
    check = [find("ffmpeg"), *FFMPEG_INPUT, "-noautorotate", "-i", file_argument(result)]
    if known.video:
        part = [
            "-map",
            "0:v",
            "-fps_mode",
            "passthrough",
            "-c:v",
            "rawvideo",
            *same_pixels,
            "-f",
            "framemd5",
            "-y",
            str(result_frames),
        ]
        commands += [
            shown(_frame_command(source, video_maps, filters, str(frames)), names),
            shown([*check, *part], names),
        ]
        check += part
    if known.sound:
        part = ["-map", "0:a", *compared, "-f", "streamhash", "-hash", "sha256", "-y", str(result_sound)]
        plain = [find("ffmpeg"), *FFMPEG_INPUT, "-i"]
        commands += [
            shown([*plain, file_argument(source), *sound_maps, *part[2:]], names),
            shown([*plain, file_argument(result), *part], names),
        ]
        check += part
    run(check, pulse)
    result_digests, result_times = _digests(
        result_frames if known.video else None, result_sound if known.sound else None
    )
    lost = list(_lost(known, made))
    drift = _largest_drift(times, result_times)
    if drift > 0.0011:
        lost.append(f"frame times differ by up to {drift * 1000:.1f} ms")
    drifted = f"largest difference of frame times {drift * 1000:.2f} ms (Matroska counts milliseconds)"
    note = "; ".join(part for part in (drifted if times else "", rounding) if part)
    holds = bool(source_digests) and source_digests == result_digests
    findings = (*_damage(complaints, name), *(() if holds else (Finding("normalise.proof-fails", name, "error"),)))
    only_sound = not known.video
    return Made(
        result,
        ".mka" if only_sound else ".mkv",
        "fmt/569",
        "Matroska",
        "4",
        "audio/x-matroska" if only_sound else "video/x-matroska",
        version("ffmpeg"),
        shown(command, names),
        Proof(
            "decoded-frames-equal" if known.video else "decoded-samples-equal",
            holds,
            source_digests,
            result_digests,
            tuple(commands),
            note,
        ),
        _properties(made),
        tuple(lost),
        findings,
    )


def to_flac(source: Path, scratch: Path, stem: str, pulse: Pulse, name: str) -> Made:
    """Sound alone as FLAC (RFC 9639), compared sample by sample. Raises ToolFailed."""
    known = _sorted(probe(source))
    if not known.sound:
        raise ToolFailed("no sound stream")
    encode, compared, rounding = _samples(known.sound)
    complaints: list[str] = []
    if "flac" not in encode or len(known.sound) > 1:
        return to_lossless(source, scratch, stem, pulse, 0, name)
    result, sound, again = (scratch / f"{stem}{end}" for end in (".flac", ".sound", ".result.sound"))
    first = ["-map", f"0:{known.sound[0]['index']}"]
    hashing = [*compared, "-f", "streamhash", "-hash", "sha256", "-y"]
    command = [
        find("ffmpeg"),
        *FFMPEG_INPUT,
        "-i",
        file_argument(source),
        *first,
        "-map_metadata",
        "0",
        *encode,
        "-compression_level",
        "8",
        "-y",
        file_argument(result),
        *first,
        *hashing,
        str(sound),
    ]
    run(command, pulse, complaints=complaints)
    check = [find("ffmpeg"), *FFMPEG_INPUT, "-i", file_argument(result), "-map", "0:a", *hashing, str(again)]
    run(check, pulse)
    made = _sorted(probe(result))
    before, _ = _digests(None, sound)
    after, _ = _digests(None, again)
    names = {str(sound): "-", str(again): "-", str(result): "RESULT", str(source): "SOURCE"}
    source_check = [find("ffmpeg"), *FFMPEG_INPUT, "-i", file_argument(source), *first, *hashing, str(sound)]
    holds = bool(before) and before == after
    return Made(
        result,
        ".flac",
        "fmt/279",
        "FLAC (Free Lossless Audio Codec)",
        "1.2.1",
        "audio/flac",
        version("ffmpeg"),
        shown(command, names),
        Proof(
            "decoded-samples-equal", holds, before, after, (shown(source_check, names), shown(check, names)), rounding
        ),
        _properties(made),
        tuple(_lost(known, made)),
        (*_damage(complaints, name), *(() if holds else (Finding("normalise.proof-fails", name, "error"),))),
    )


def rewrap(source: Path, scratch: Path, stem: str, pulse: Pulse, name: str) -> Made:
    """The streams bit for bit in Matroska. Raises ToolFailed.

    Proven by equal digests of the streams as they are; where the container asks for another framing of the same
    bits (Annex B, ADTS), by equal digests of what they decode to.
    """
    known = _sorted(probe(source))
    result = scratch / f"{stem}.mkv"
    command = [
        find("ffmpeg"),
        *FFMPEG_INPUT,
        "-fflags",
        "+genpts",
        "-i",
        file_argument(source),
        *_maps(known, True),
        "-map_metadata",
        "0",
        "-map_chapters",
        "0",
        "-c",
        "copy",
        *_text(known),
        *_rotation_tag(known),
        "-y",
        file_argument(result),
    ]
    run(command, pulse)
    made = _sorted(probe(result))
    digests = scratch / f"{stem}.digests"
    names = {str(digests): "-", str(result): "RESULT", str(source): "SOURCE"}
    ways: dict[str, tuple[list[str], list[str]]] = {
        "stream-digests-equal": ([], ["-c", "copy"]),
        "decoded-frames-equal": (["-noautorotate"], ["-fps_mode", "passthrough", "-c:a", "pcm_s32le"]),
    }
    for way, (turned, tail) in ways.items():
        method = way
        before_command, after_command = (
            [
                find("ffmpeg"),
                *FFMPEG_INPUT,
                *turned,
                "-i",
                file_argument(path),
                *_maps(streams, False),
                *tail,
                "-f",
                "streamhash",
                "-hash",
                "sha256",
                "-y",
                str(digests),
            ]
            for path, streams in ((source, known), (result, made))
        )
        before, after = (_hashed(command, digests, pulse) for command in (before_command, after_command))
        if before and before == after:
            break
    holds = bool(before) and before == after
    return Made(
        result,
        ".mkv",
        "fmt/569",
        "Matroska",
        "4",
        "video/x-matroska",
        version("ffmpeg"),
        shown(command, names),
        Proof(method, holds, before, after, (shown(before_command, names), shown(after_command, names))),
        _properties(made),
        tuple(_lost(known, made)),
        () if holds else (Finding("normalise.proof-fails", name, "error"),),
    )


def _hashed(command: list[str], digests: Path, pulse: Pulse) -> dict[str, str]:
    run(command, pulse)
    return _stream_digests(digests.read_text())


def may_rewrap(source: Path) -> bool:
    """Whether every stream can go into Matroska as it is."""
    known = _sorted(probe(source))
    return all(s["codec_name"] in _COPIED_VIDEO for s in known.video) and all(
        s["codec_name"] in _COPIED_SOUND for s in known.sound
    )


def _damage(complaints: list[str], name: str) -> tuple[Finding, ...]:
    """What a decoder complained of although it went on: the source is damaged there, and the result with it."""
    told = [re.sub(r" @ 0x[0-9a-f]+", "", line.strip()) for line in complaints if line.strip()]
    told = [line for line in told if "monotonically increasing dts" not in line]
    if not told:
        return ()
    return (Finding("normalise.decode-errors", name, "warning", {"reason": told[0][:200]}, "\n".join(told)[-2000:]),)


def access_video(source: Path, scratch: Path, stem: str, pulse: Pulse, threads: int, name: str) -> Made:
    """A small MP4 that browsers play: H.264, AAC, upright, at most 960 wide. Raises ToolFailed."""
    result = scratch / f"{stem}.mp4"
    command = [
        find("ffmpeg"),
        *FFMPEG_INPUT,
        "-i",
        file_argument(source),
        "-map",
        "0:V:0",
        "-map",
        "0:a:0?",
        "-vf",
        "scale=w='2*trunc(min(960,iw)/2)':h=-2,format=yuv420p",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "27",
        "-c:a",
        "aac",
        "-b:a",
        "96k",
        "-ac",
        "2",
        "-movflags",
        "+faststart",
        "-map_metadata",
        "-1",
        "-threads",
        str(threads),
        "-y",
        file_argument(result),
    ]
    complaints: list[str] = []
    run(command, pulse, complaints=complaints)
    made = _access(source, result, command, ".mp4", ("fmt/199", "MPEG-4 Media File", "", "video/mp4"))
    return replace(made, findings=_damage(complaints, name))


def access_sound(source: Path, scratch: Path, stem: str, pulse: Pulse, name: str) -> Made:
    """AAC in MP4 that browsers play. Raises ToolFailed."""
    result = scratch / f"{stem}.m4a"
    command = [
        find("ffmpeg"),
        *FFMPEG_INPUT,
        "-i",
        file_argument(source),
        "-map",
        "0:a:0",
        "-c:a",
        "aac",
        "-b:a",
        "96k",
        "-ac",
        "2",
        "-movflags",
        "+faststart",
        "-map_metadata",
        "-1",
        "-y",
        file_argument(result),
    ]
    complaints: list[str] = []
    run(command, pulse, complaints=complaints)
    made = _access(source, result, command, ".m4a", ("fmt/199", "MPEG-4 Media File", "", "audio/mp4"))
    return replace(made, findings=_damage(complaints, name))


def _access(source: Path, result: Path, command: list[str], suffix: str, kind: tuple[str, str, str, str]) -> Made:
    names = {str(result): "RESULT", str(source): "SOURCE"}
    proof = Proof("not-provable", True, {}, {}, (), "an access copy is smaller than its source on purpose")
    return Made(
        result, suffix, *kind, version("ffmpeg"), shown(command, names), proof, _properties(_sorted(probe(result)))
    )


def _slices(source: _Source) -> int:
    height = max((int(s.get("height") or 0) for s in source.video), default=0)
    return 24 if height > 1080 else 16 if height >= 480 else 4


def _text(source: _Source) -> list[str]:
    """Subtitles as they are, but for MP4's own kind, which Matroska does not hold."""
    codecs = {stream["codec_name"] for stream in source.text}
    return ["-c:s", "srt"] if codecs & {"mov_text", "text"} else ["-c:s", "copy"] if codecs else []


def rotation(stream: dict[str, Any]) -> int:
    """Degrees by which a player turns the picture."""
    for data in stream.get("side_data_list", []):
        if "rotation" in data:
            return int(float(data["rotation"])) % 360
    return int(float(stream.get("tags", {}).get("rotate", 0) or 0)) % 360


def _rotation_tag(source: _Source) -> list[str]:
    """This Matroska writer keeps no display matrix: the angle goes into a tag, and the event says so."""
    if source.video and rotation(source.video[0]):
        return ["-metadata:s:v:0", f"DISPLAY_ROTATION={rotation(source.video[0])}"]
    return []


def _stream_digests(text: str) -> dict[str, str]:
    """`0,v,SHA256=…` lines as digests by stream."""
    found = {}
    for line in text.splitlines():
        parts = line.strip().split(",")
        if len(parts) == 3 and "=" in parts[2]:
            found[f"stream {parts[0]} {parts[1]} sha256"] = parts[2].partition("=")[2]
    return found


def _frames(path: Path) -> Iterator[tuple[str, float, str]]:
    """Stream, time in seconds and MD5 of each frame in a framemd5 file."""
    base: dict[str, float] = {}
    with path.open(encoding="ascii", errors="replace") as stream:
        for line in stream:
            if line.startswith("#tb "):
                number, _, fraction = line[4:].partition(":")
                top, _, bottom = fraction.strip().partition("/")
                base[number.strip()] = int(top) / int(bottom)
            elif not line.startswith("#"):
                parts = [part.strip() for part in line.split(",")]
                if len(parts) >= 6:
                    yield parts[0], int(parts[2]) * base.get(parts[0], 0.001), parts[5]


def _digests(frames: Path | None, sound: Path | None) -> tuple[dict[str, str], list[float]]:
    """Digests by stream, and the times of the first video stream's frames."""
    found: dict[str, str] = {}
    times: list[float] = []
    if frames is not None:
        running: dict[str, Any] = {}
        counts: dict[str, int] = {}
        for stream, moment, digest in _frames(frames):
            running.setdefault(stream, hashlib.sha256()).update(digest.encode() + b"\n")
            counts[stream] = counts.get(stream, 0) + 1
            if stream == "0":
                times.append(moment)
        for stream, digest_of_all in running.items():
            found[f"video {stream} frames"] = str(counts[stream])
            found[f"video {stream} sha256 of frame md5 list"] = digest_of_all.hexdigest()
    if sound is not None and os.path.exists(sound):
        for number, value in enumerate(_stream_digests(sound.read_text()).values()):
            found[f"sound {number} sha256 of samples"] = value
    return found, times


def _largest_drift(before: list[float], after: list[float]) -> float:
    """The largest difference between the frames' distances from the first one, in seconds."""
    if not before or len(before) != len(after):
        return 0.0
    return max(abs((a - before[0]) - (b - after[0])) for a, b in zip(before, after, strict=True))


_NOT_TAGS = {
    "major_brand",
    "minor_version",
    "compatible_brands",
    "encoder",
    "duration",
    "handler_name",
    "vendor_id",
    "language",
    "rotate",
    "creation_time",
    "timecode",
}


def _lost(before: _Source, after: _Source) -> Iterator[str]:
    """What the target does not hold, one sentence each."""
    for stream in before.left:
        tag = stream.get("codec_tag_string", "")
        what = stream.get("codec_name") or stream.get("tags", {}).get("handler_name") or tag
        yield f"stream {stream['index']} ({stream.get('codec_type', 'unknown')}: {what})"
    if before.video and (angle := rotation(before.video[0])):
        yield f"display rotation of {angle} degrees as a matrix; it is kept as the tag DISPLAY_ROTATION"
    if len(before.said.get("chapters", [])) != len(after.said.get("chapters", [])):
        yield f"{len(before.said['chapters'])} chapters"
    result = {k.lower(): v for k, v in after.said.get("format", {}).get("tags", {}).items()}
    for stream in after.said.get("streams", []):
        result.update({k.lower(): v for k, v in stream.get("tags", {}).items()})
    sources = [before.said.get("format", {}), *before.video, *before.sound]
    for holder in sources:
        for tag, value in holder.get("tags", {}).items():
            if tag.lower() in _NOT_TAGS - {"timecode", "creation_time"}:
                continue
            kept = result.get(tag.lower())
            if kept is None or (tag.lower() not in ("creation_time",) and str(kept) != str(value)):
                yield f"tag {tag}={value}"
    for first, second in zip(before.video, after.video, strict=False):
        for key in (
            "width",
            "height",
            "sample_aspect_ratio",
            "color_range",
            "color_space",
            "color_primaries",
            "color_transfer",
            "chroma_location",
        ):
            given, kept = first.get(key), second.get(key)
            if given not in (None, "unknown", "unspecified", "0:1", "1:1") and given != kept:
                yield f"{key} {given} (now {kept})"
        if _first_field(first) != _first_field(second):
            yield f"field_order {first.get('field_order')} (now {second.get('field_order', 'unknown')})"
        kinds = {str(data.get("side_data_type")) for data in second.get("side_data_list", [])}
        for data in first.get("side_data_list", []):
            kind = str(data.get("side_data_type"))
            if kind not in kinds and kind not in ("Display Matrix", "CPB properties"):
                yield f"side data of the video stream: {kind}"
    given, kept = _apart(before), _apart(after)
    if abs(given - kept) > 0.002:
        # An MP4 edit list hides the encoder's delay; Matroska as written here lets it be heard.
        yield f"start of the sound against the picture: {given * 1000:.0f} ms (now {kept * 1000:.0f} ms)"
    if len(before.text) != len(after.text):
        yield f"{len(before.text)} subtitle streams"


def _first_field(stream: dict[str, Any]) -> str:
    """`t` or `b`: the field shown first (Matroska has no word for how fields were coded); nothing if progressive."""
    order = str(stream.get("field_order", ""))
    return {"tt": "t", "tb": "t", "bb": "b", "bt": "b"}.get(order, "")


def _apart(source: _Source) -> float:
    """Seconds from the start of the first picture to the start of the first sound."""
    if not source.video or not source.sound:
        return 0.0
    return float(source.sound[0].get("start_time") or 0) - float(source.video[0].get("start_time") or 0)


def _properties(made: _Source) -> tuple[tuple[str, str], ...]:
    found = [("duration", f"{float(made.said.get('format', {}).get('duration', 0) or 0):.3f} s")]
    for stream in made.video:
        found += [
            ("video codec", str(stream["codec_name"])),
            ("width", str(stream.get("width"))),
            ("height", str(stream.get("height"))),
            ("pixel format", str(stream.get("pix_fmt"))),
            ("frame rate", str(stream.get("avg_frame_rate"))),
        ]
    for stream in made.sound:
        found += [
            ("sound codec", str(stream["codec_name"])),
            ("sample rate", str(stream.get("sample_rate"))),
            ("channels", str(stream.get("channels"))),
        ]
    return tuple(found)
