"""Small copies of video and sound that browsers play; smaller than their sources on purpose, so nothing is proven."""

from __future__ import annotations

from pathlib import Path

from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.ingest.transcoders.av_streams import damage, properties, read_streams
from preserve.programs import FFMPEG_INPUT, Pulse, file_argument, find, run, shown, version

_SOUND = ("-c:a", "aac", "-b:a", "96k", "-ac", "2", "-movflags", "+faststart", "-map_metadata", "-1")


def access_video(source: Path, scratch: Path, stem: str, pulse: Pulse, threads: int, name: str) -> Made:
    """A small MP4: H.264, AAC, upright, at most 960 wide. Raises ToolFailed."""
    command = [
        *(find("ffmpeg"), *FFMPEG_INPUT, "-i", file_argument(source), "-map", "0:V:0", "-map", "0:a:0?"),
        *("-vf", "scale=w='2*trunc(min(960,iw)/2)':h=-2,format=yuv420p"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "27", *_SOUND, "-threads", str(threads)),
    ]
    return _make(source, scratch / f"{stem}.mp4", command, "video/mp4", pulse, name)


def access_sound(source: Path, scratch: Path, stem: str, pulse: Pulse, name: str) -> Made:
    """AAC in MP4. Raises ToolFailed."""
    command = [find("ffmpeg"), *FFMPEG_INPUT, "-i", file_argument(source), "-map", "0:a:0", *_SOUND]
    return _make(source, scratch / f"{stem}.m4a", command, "audio/mp4", pulse, name)


def _make(source: Path, result: Path, command: list[str], mime: str, pulse: Pulse, name: str) -> Made:
    command = [*command, "-y", file_argument(result)]
    complaints: list[str] = []
    run(command, pulse, complaints=complaints)
    return Made(
        path=result,
        suffix=result.suffix,
        puid="fmt/199",
        format_name="MPEG-4 Media File",
        format_version="",
        mime=mime,
        tool=version("ffmpeg"),
        command=shown(command, {str(result): "RESULT", str(source): "SOURCE"}),
        proof=Proof("not-provable", True, {}, {}, (), "an access copy is smaller than its source on purpose"),
        properties=properties(read_streams(result)),
        findings=damage(complaints, name),
    )
