"""Small copies of video and sound that browsers play; smaller than their sources on purpose, so nothing is proven.

Every picture, every sound, subtitles of words and chapters with their titles go in; what does not is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from metadata.findings import Finding
from preserve.ingest.facts import Proof
from preserve.ingest.transcoders import Made
from preserve.ingest.transcoders.av_streams import WORDS, Streams, damage, properties, read_streams
from preserve.ingest.transcoders.av_times import timing
from preserve.programs import FFMPEG_INPUT, Pulse, ToolFailed, file_argument, find, run, shown, version

# What a container says of its file and its streams stays behind (places, names); the titles of chapters do not.
_PLAIN = ("-map_metadata:g", "-1", "-map_metadata:s", "-1", "-map_chapters", "0", "-movflags", "+faststart")
SOUND: tuple[str, ...] = ("-c:a", "aac", "-b:a", "96k", "-ac", "2")
PICTURE: tuple[str, ...] = (
    *("-filter:v", "scale=w='2*trunc(min(960,iw)/2)':h=-2,format=yuv420p"),
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "27"),
)


def access_video(source: Path, scratch: Path, stem: str, pulse: Pulse, threads: int, name: str) -> Made:
    """A small MP4: H.264, AAC, upright, at most 960 wide. Raises ToolFailed."""
    known = read_streams(source)
    words = [stream for stream in known.text if stream["codec_name"] in WORDS]
    codecs = (*PICTURE, *SOUND, *(("-c:s", "mov_text") if words else ()), "-threads", str(threads))
    choices: tuple[_Chosen, _Chosen] = ((known.video, known.sound, words), (known.video[:1], known.sound[:1], []))
    return _make(source, scratch / f"{stem}.mp4", known, choices, codecs, pulse, name)


def access_sound(source: Path, scratch: Path, stem: str, pulse: Pulse, name: str) -> Made:
    """AAC in MP4. Raises ToolFailed."""
    known = read_streams(source)
    choices: tuple[_Chosen, _Chosen] = (([], known.sound, []), ([], known.sound[:1], []))
    return _make(source, scratch / f"{stem}.m4a", known, choices, SOUND, pulse, name)


_Chosen = tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]


def _make(
    source: Path,
    result: Path,
    known: Streams,
    choices: Sequence[_Chosen],
    codecs: Sequence[str],
    pulse: Pulse,
    name: str,
) -> Made:
    """With all that can go in; where one of them cannot be decoded, with the first of each."""
    if not choices[0][0] and not choices[0][1]:
        raise ToolFailed("no video and no sound stream")
    complaints: list[str] = []
    for number, chosen in enumerate(choices):
        streams = [stream for kind in chosen for stream in kind]
        command = _command(source, result, chosen, codecs)
        complaints.clear()
        try:
            run(command, pulse, complaints=complaints)
            break
        except ToolFailed:
            if number + 1 == len(choices) or choices[number + 1] == chosen:
                raise
    left = [stream for stream in (*known.video, *known.sound, *known.text, *known.left) if stream not in streams]
    seen = [stream for stream in left if stream not in known.left]
    lost = [f"stream {_word(stream)}, left out of the access copy" for stream in left]
    hidden = timing(source, known, copied=False).hidden
    lost += [f"{what}; the access copy shows only that" for what in hidden]
    findings = damage(complaints, name)
    if seen:
        what = "; ".join(_word(stream) for stream in seen)
        findings += (Finding("normalise.access-left-out", name, "note", {"what": what}),)
    return Made(
        path=result,
        suffix=result.suffix,
        puid="fmt/199",
        format_name="MPEG-4 Media File",
        format_version="",
        mime="video/mp4" if choices[0][0] else "audio/mp4",
        tool=version("ffmpeg"),
        command=shown(command, {str(result): "RESULT", str(source): "SOURCE"}),
        proof=Proof("not-provable", True, {}, {}, (), "an access copy is smaller than its source on purpose"),
        properties=properties(read_streams(result)),
        lost=tuple(lost),
        findings=findings,
    )


def _command(source: Path, result: Path, chosen: _Chosen, codecs: Sequence[str]) -> list[str]:
    maps = [part for kind in chosen for stream in kind for part in ("-map", f"0:{stream['index']}")]
    # A player begins with the first picture and the first sound; the others are there to be chosen.
    begin = [part for kind in "va" for part in (f"-disposition:{kind}", "0", f"-disposition:{kind}:0", "default")]
    read = [find("ffmpeg"), *FFMPEG_INPUT, "-i", file_argument(source)]
    return [*read, *maps, *codecs, *begin, *_PLAIN, "-y", file_argument(result)]


def _word(stream: dict[str, Any]) -> str:
    codec = stream.get("codec_name") or stream.get("codec_tag_string") or "unknown"
    return f"{stream['index']} ({stream.get('codec_type', 'unknown')}: {codec})"
