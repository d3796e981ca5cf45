"""The sound of a recording as samples of 16-kHz mono, as ffmpeg decodes it: every sound stream, from the beginning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from preserve.machine_reading.voices import CHUNK_BYTES, RATE
from preserve.programs import FFMPEG_INPUT, ToolFailed, file_argument, find, probe

_MOST_STREAMS = 16


def sound_streams(path: Path) -> int:
    """How many sound streams can be decoded. Raises ToolFailed for what is none, ToolMissing without ffprobe."""
    streams = [
        one for one in probe(path).get("streams", []) if one.get("codec_type") == "audio" and one.get("codec_name")
    ]
    return min(len(streams), _MOST_STREAMS)


def sound_command(path: Path, streams: int, seconds: float) -> list[str]:
    """ffmpeg's arguments for the first `seconds` of the sound on its standard output. Raises ToolMissing.

    Microphones that were recorded apart are heard together. Where the sound begins late or has a hole the samples are
    silent, so that a sample's number is its time.
    """
    if streams < 1:
        raise ToolFailed("no sound stream")
    inputs = "".join(f"[0:a:{number}]" for number in range(streams))
    mixed = f"{inputs}amix=inputs={streams}:duration=longest:normalize=0," if streams > 1 else "[0:a:0]"
    return [
        find("ffmpeg"),
        *FFMPEG_INPUT,
        "-threads",
        "1",
        "-vn",
        "-sn",
        "-dn",
        "-i",
        file_argument(path),
        "-filter_complex",
        f"{mixed}aresample={RATE}:async=1:first_pts=0[out]",
        "-map",
        "[out]",
        "-t",
        f"{seconds:.3f}",
        "-ac",
        "1",
        "-f",
        "s16le",
        "pipe:1",
    ]


def chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """The samples in pieces of one chunk; the last is filled up with silence."""
    while piece := stream.read(CHUNK_BYTES):
        yield piece if len(piece) == CHUNK_BYTES else piece + bytes(CHUNK_BYTES - len(piece))
