"""Video and sound without loss: FFV1 and FLAC in Matroska, or FLAC alone; each with proof.

The source is decoded once: the same run encodes and takes an MD5 of every decoded frame and a SHA-256 of the
decoded sound. The result is then decoded and must give the same. Every command can be repeated with a plain ffmpeg.
"""

from __future__ import annotations

from pathlib import Path

from metadata.findings import Finding
from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.ingest.transcoders.av_digests import digests_of, largest_drift
from preserve.ingest.transcoders.av_losses import losses
from preserve.ingest.transcoders.av_streams import (
    Streams,
    damage,
    maps,
    pixel_options,
    properties,
    read_streams,
    rotation_tag,
    slices,
    sound_options,
    subtitle_options,
)
from preserve.programs import FFMPEG_INPUT, Pulse, ToolFailed, file_argument, find, run, shown, version

_DRIFT = 0.0011  # seconds: Matroska counts milliseconds, so a frame's time may move by half of one either way
_SAMPLES = ("-f", "streamhash", "-hash", "sha256", "-y")
_FRAMES = ("-f", "framemd5", "-y")
_EVERY_FRAME = ("-fps_mode", "passthrough")


class _Comparison:
    """How the frames and samples of a source are compared with those of the result, and by which commands."""

    def __init__(self, source: Path, result: Path, known: Streams, scratch: Path, stem: str) -> None:
        self.source, self.result, self.known = source, result, known
        self.filters, self.same_pixels = pixel_options(known.video)
        self.encode_sound, self.pcm, self.rounding = sound_options(known.sound)
        self.video_maps = [part for s in known.video for part in ("-map", f"0:{s['index']}")]
        self.sound_maps = [part for s in known.sound for part in ("-map", f"0:{s['index']}")]
        self.frames, self.sound = scratch / f"{stem}.framemd5", scratch / f"{stem}.sound"
        self.result_frames = scratch / f"{stem}.result.framemd5"
        self.result_sound = scratch / f"{stem}.result.sound"
        files = (self.frames, self.sound, self.result_frames, self.result_sound)
        self.names = {**{str(path): "-" for path in files}, str(result): "RESULT", str(source): "SOURCE"}

    def of_source(self) -> list[str]:
        """Outputs that are added to the run which encodes."""
        outputs: list[str] = []
        if self.known.video:
            frames = (*self.filters, "-c:v", "rawvideo", *_FRAMES, str(self.frames))
            outputs += [*self.video_maps, *_EVERY_FRAME, *frames]
        if self.known.sound:
            outputs += [*self.sound_maps, *self.pcm, *_SAMPLES, str(self.sound)]
        return outputs

    def _frames_of_result(self) -> list[str]:
        return ["-map", "0:v", *_EVERY_FRAME, "-c:v", "rawvideo", *self.same_pixels, *_FRAMES, str(self.result_frames)]

    def _sound_of_result(self) -> list[str]:
        return ["-map", "0:a", *self.pcm, *_SAMPLES, str(self.result_sound)]

    def of_result(self) -> list[str]:
        """The run that decodes the result."""
        command = [find("ffmpeg"), *FFMPEG_INPUT, "-noautorotate", "-i", file_argument(self.result)]
        command += self._frames_of_result() if self.known.video else []
        return command + (self._sound_of_result() if self.known.sound else [])

    def commands(self) -> tuple[tuple[str, ...], ...]:
        """By which anyone can get the same digests of either side."""
        commands: list[list[str]] = []
        source, result = file_argument(self.source), file_argument(self.result)
        if self.known.video:
            plain = [find("ffmpeg"), *FFMPEG_INPUT, "-noautorotate", "-i"]
            frames = (*_EVERY_FRAME, *self.filters, "-c:v", "rawvideo", *_FRAMES, str(self.frames))
            commands += [[*plain, source, *self.video_maps, *frames], [*plain, result, *self._frames_of_result()]]
        if self.known.sound:
            plain = [find("ffmpeg"), *FFMPEG_INPUT, "-i"]
            sound = self._sound_of_result()
            commands += [[*plain, source, *self.sound_maps, *sound[2:]], [*plain, result, *sound]]
        return tuple(shown(command, self.names) for command in commands)

    def proof(self) -> tuple[Proof, float]:
        """What the digests say, now that both sides were decoded; and by how many seconds frames moved at most."""
        video, sound = bool(self.known.video), bool(self.known.sound)
        before, times = digests_of(self.frames if video else None, self.sound if sound else None)
        after, result_times = digests_of(self.result_frames if video else None, self.result_sound if sound else None)
        drift = largest_drift(times, result_times)
        moved = f"largest difference of frame times {drift * 1000:.2f} ms (Matroska counts milliseconds)"
        note = "; ".join(part for part in (moved if times else "", self.rounding) if part)
        method = "decoded-frames-equal" if video else "decoded-samples-equal"
        return Proof(method, bool(before) and before == after, before, after, self.commands(), note), drift


def to_lossless(source: Path, scratch: Path, stem: str, pulse: Pulse, threads: int, name: str) -> Made:
    """FFV1 level 3 with slice checksums, sound as FLAC, in Matroska (RFC 9043, 9639, 9559). Raises ToolFailed."""
    known = read_streams(source)
    if not known.video and not known.sound:
        raise ToolFailed("no video and no sound stream")
    result = scratch / f"{stem}.mkv"
    comparison = _Comparison(source, result, known, scratch, stem)
    command = [
        *(find("ffmpeg"), *FFMPEG_INPUT, "-noautorotate", "-i", file_argument(source), *maps(known, True)),
        *("-map_metadata", "0", "-map_chapters", "0", *_EVERY_FRAME, *comparison.filters),
        *("-c:v", "ffv1", "-level", "3", "-g", "1", "-slices", str(slices(known)), "-slicecrc", "1"),
        *(*comparison.encode_sound, *subtitle_options(known), *rotation_tag(known)),
        *("-threads", str(threads), "-y", file_argument(result), *comparison.of_source()),
    ]
    complaints: list[str] = []
    run(command, pulse, complaints=complaints)
    made = read_streams(result)
    run(comparison.of_result(), pulse)
    proof, drift = comparison.proof()
    lost = list(losses(known, made))
    if drift > _DRIFT:
        lost.append(f"frame times differ by up to {drift * 1000:.1f} ms")
    return Made(
        path=result,
        suffix=".mkv" if known.video else ".mka",
        puid="fmt/569",
        format_name="Matroska",
        format_version="4",
        mime="video/x-matroska" if known.video else "audio/x-matroska",
        tool=version("ffmpeg"),
        command=shown(command, comparison.names),
        proof=proof,
        properties=properties(made),
        lost=tuple(lost),
        findings=(*damage(complaints, name), *_unproven(proof, name)),
    )


def _unproven(proof: Proof, name: str) -> tuple[Finding, ...]:
    return () if proof.holds else (Finding("normalise.proof-fails", name, "error"),)


def to_flac(source: Path, scratch: Path, stem: str, pulse: Pulse, name: str) -> Made:
    """Sound alone as FLAC (RFC 9639), compared sample by sample. Raises ToolFailed."""
    known = read_streams(source)
    if not known.sound:
        raise ToolFailed("no sound stream")
    encode, pcm, rounding = sound_options(known.sound)
    if "flac" not in encode or len(known.sound) > 1:
        return to_lossless(source, scratch, stem, pulse, 0, name)
    result, sound, again = (scratch / f"{stem}{end}" for end in (".flac", ".sound", ".result.sound"))
    first = ["-map", f"0:{known.sound[0]['index']}"]
    hashing = [*pcm, *_SAMPLES]
    plain = [find("ffmpeg"), *FFMPEG_INPUT, "-i"]
    command = [
        *(*plain, file_argument(source), *first, "-map_metadata", "0", *encode, "-compression_level", "8"),
        *("-y", file_argument(result), *first, *hashing, str(sound)),
    ]
    complaints: list[str] = []
    run(command, pulse, complaints=complaints)
    check = [*plain, file_argument(result), "-map", "0:a", *hashing, str(again)]
    run(check, pulse)
    made = read_streams(result)
    before, after = digests_of(None, sound)[0], digests_of(None, again)[0]
    names = {str(sound): "-", str(again): "-", str(result): "RESULT", str(source): "SOURCE"}
    repeat = [*plain, file_argument(source), *first, *hashing, str(sound)]
    commands = (shown(repeat, names), shown(check, names))
    proof = Proof("decoded-samples-equal", bool(before) and before == after, before, after, commands, rounding)
    return Made(
        path=result,
        suffix=".flac",
        puid="fmt/279",
        format_name="FLAC (Free Lossless Audio Codec)",
        format_version="1.2.1",
        mime="audio/flac",
        tool=version("ffmpeg"),
        command=shown(command, names),
        proof=proof,
        properties=properties(made),
        lost=tuple(losses(known, made)),
        findings=(*damage(complaints, name), *_unproven(proof, name)),
    )
