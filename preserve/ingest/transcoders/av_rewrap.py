"""Video and sound as they are in another container: the streams bit for bit in Matroska, with proof."""

from __future__ import annotations

from pathlib import Path

from metadata.findings import Finding
from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.ingest.transcoders.av_digests import stream_digests
from preserve.ingest.transcoders.av_losses import losses
from preserve.ingest.transcoders.av_streams import (
    Streams,
    maps,
    properties,
    read_streams,
    rotation_tag,
    subtitle_options,
)
from preserve.programs import FFMPEG_INPUT, Pulse, file_argument, find, run, shown, version

_COPIED_SOUND = {"aac", "mp3", "flac", "opus", "vorbis", "ac3", "mp2"}
_COPIED_VIDEO = {"h264", "hevc", "ffv1"}
_WAYS: dict[str, tuple[list[str], list[str]]] = {
    "stream-digests-equal": ([], ["-c", "copy"]),
    "decoded-frames-equal": (["-noautorotate"], ["-fps_mode", "passthrough", "-c:a", "pcm_s32le"]),
}
"""How the two are compared, the stronger way first: options before the input, options for the digests."""


def may_rewrap(source: Path) -> bool:
    """Whether every stream can go into Matroska as it is."""
    known = read_streams(source)
    return all(s["codec_name"] in _COPIED_VIDEO for s in known.video) and all(
        s["codec_name"] in _COPIED_SOUND for s in known.sound
    )


def rewrap(source: Path, scratch: Path, stem: str, pulse: Pulse, name: str) -> Made:
    """The streams bit for bit in Matroska. Raises ToolFailed.

    Proven by equal digests of the streams as they are; where the container asks for another framing of the same
    bits (Annex B, ADTS), by equal digests of what they decode to.
    """
    known = read_streams(source)
    result, digests = scratch / f"{stem}.mkv", scratch / f"{stem}.digests"
    command = [
        *(find("ffmpeg"), *FFMPEG_INPUT, "-fflags", "+genpts", "-i", file_argument(source)),
        *(*maps(known, True), "-map_metadata", "0", "-map_chapters", "0", "-c", "copy"),
        *(*subtitle_options(known), *rotation_tag(known), "-y", file_argument(result)),
    ]
    run(command, pulse)
    made = read_streams(result)
    names = {str(digests): "-", str(result): "RESULT", str(source): "SOURCE"}
    for way in _WAYS:
        method = way
        commands = [_hashing(path, streams, way, digests) for path, streams in ((source, known), (result, made))]
        before, after = (_hashed(hashing, digests, pulse) for hashing in commands)
        if before and before == after:
            break
    holds = bool(before) and before == after
    return Made(
        path=result,
        suffix=".mkv",
        puid="fmt/569",
        format_name="Matroska",
        format_version="4",
        mime="video/x-matroska",
        tool=version("ffmpeg"),
        command=shown(command, names),
        proof=Proof(method, holds, before, after, tuple(shown(hashing, names) for hashing in commands)),
        properties=properties(made),
        lost=tuple(losses(known, made)),
        findings=() if holds else (Finding("normalise.proof-fails", name, "error"),),
    )


def _hashing(path: Path, streams: Streams, way: str, digests: Path) -> list[str]:
    before, options = _WAYS[way]
    return [
        *(find("ffmpeg"), *FFMPEG_INPUT, *before, "-i", file_argument(path), *maps(streams, False), *options),
        *("-f", "streamhash", "-hash", "sha256", "-y", str(digests)),
    ]


def _hashed(command: list[str], digests: Path, pulse: Pulse) -> dict[str, str]:
    run(command, pulse)
    return stream_digests(digests.read_text())
