"""What a target cannot hold of a recording, found by asking both sides and comparing, one sentence each.

Equal frames and samples prove that nothing of picture and sound was lost, and nothing else. An expert who is shown the
preservation copy asks more: when the camera says it recorded, which way up it was held, which colours the numbers mean,
whether picture and sound begin together. ffmpeg drops or rewrites such things without a word and succeeds. So nothing
here trusts what ffmpeg ought to do: what ffprobe says of the source and does not say alike of the result is named, goes
into the PREMIS event, and makes its outcome a warning. Left out on purpose is only what describes the old container or
the program that wrote it, or is kept in another place; each such exception says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from preserve.ingest.transcoders.av_orientation import orientation
from preserve.ingest.transcoders.av_streams import REWRITTEN, Streams
from preserve.visible_text import one_line

_OF_THE_CONTAINER = {
    "major_brand",
    "minor_version",
    "compatible_brands",
    "encoder",
    "duration",
    "handler_name",
    "vendor_id",
    "language",  # a property of the track in Matroska, not a tag
    "rotate",  # what ffprobe makes of the display matrix, which is compared by itself
}
_REWRITTEN = {"creation_time"}  # the same moment in another form: it must be there, and may read otherwise
_PICTURE = (
    "width",
    "height",
    "sample_aspect_ratio",
    "color_range",
    "color_space",
    "color_primaries",
    "color_transfer",
    "chroma_location",
)
_UNSAID = (None, "unknown", "unspecified", "0:1", "1:1")  # values by which ffprobe says nothing
_KEPT_ELSEWHERE = ("Display Matrix", "CPB properties")  # as a tag; for the buffer of a decoder that is not used


def losses(before: Streams, after: Streams) -> Iterator[str]:
    """What the target does not hold, one sentence each."""
    for stream in before.left:
        yield _left(stream)
    for first, second in zip(before.video, after.video, strict=False):
        if (had := orientation(first)) and not _matrix(second):
            kept = orientation(second) == had
            yield f"display matrix of stream {first['index']}: {had}; " + (
                "it is kept in the track's tags" if kept else "it is not kept"
            )
    yield from _chapters(before.said.get("chapters", []), after.said.get("chapters", []))
    yield from _tags(before, after)
    for first, second in zip(before.video, after.video, strict=False):
        yield from _picture(first, second)
    for first, second in zip(before.sound, after.sound, strict=False):
        yield from _sound(first, second)
    for stream in before.text:
        if stream["codec_name"] in REWRITTEN:
            kind = stream["codec_name"]
            yield f"style and place of the subtitles of stream {stream['index']} ({kind}); words and times are kept"
    if len(before.text) != len(after.text):
        yield f"{len(before.text)} subtitle streams"


def _left(stream: dict[str, Any]) -> str:
    tags = stream.get("tags", {})
    what = tags.get("filename") or stream.get("codec_name") or tags.get("handler_name")
    what = what or stream.get("codec_tag_string", "")
    return f"stream {stream['index']} ({stream.get('codec_type', 'unknown')}: {_shown(what)})"


def _shown(text: object) -> str:
    return one_line(str(text))


def _matrix(stream: dict[str, Any]) -> bool:
    return any("rotation" in data for data in stream.get("side_data_list", []))


def _chapters(had: list[dict[str, Any]], has: list[dict[str, Any]]) -> Iterator[str]:
    if len(had) != len(has):
        yield f"{len(had)} chapters"
        return
    for number, (first, second) in enumerate(zip(had, has, strict=True), 1):
        title, now = (chapter.get("tags", {}).get("title", "") for chapter in (first, second))
        if title != now:
            yield f"title of chapter {number}: {_shown(title)}"


def _sound(first: dict[str, Any], second: dict[str, Any]) -> Iterator[str]:
    for key in ("channels", "channel_layout"):
        had, has = first.get(key), second.get(key)
        if had not in _UNSAID and has not in (None, "unknown") and had != has:
            yield f"{key} {had} of stream {first['index']} (now {has})"


def _tags(before: Streams, after: Streams) -> Iterator[str]:
    """Tags may move between container and stream; the text of each must be somewhere."""
    result = {name.lower(): value for name, value in after.said.get("format", {}).get("tags", {}).items()}
    for stream in after.said.get("streams", []):
        result.update({name.lower(): value for name, value in stream.get("tags", {}).items()})
    for holder in (before.said.get("format", {}), *before.video, *before.sound):
        for tag, value in holder.get("tags", {}).items():
            name = tag.lower()
            if name in _OF_THE_CONTAINER:
                continue
            kept = result.get(name)
            if kept is None or (name not in _REWRITTEN and str(kept) != str(value)):
                yield f"tag {tag}={_shown(value)}"


def _picture(first: dict[str, Any], second: dict[str, Any]) -> Iterator[str]:
    """What the numbers of a picture mean: shape, colours, fields, and what lies beside the stream."""
    for key in _PICTURE:
        had, has = first.get(key), second.get(key)
        if had not in _UNSAID and had != has:
            yield f"{key} {had} (now {has})"
    if _first_field(first) != _first_field(second):
        yield f"field_order {first.get('field_order')} (now {second.get('field_order', 'unknown')})"
    kinds = {str(data.get("side_data_type")) for data in second.get("side_data_list", [])}
    for data in first.get("side_data_list", []):
        kind = str(data.get("side_data_type"))
        if kind not in kinds and kind not in _KEPT_ELSEWHERE:
            yield f"side data of the video stream: {kind}"


def _first_field(stream: dict[str, Any]) -> str:
    """`t` or `b`: the field shown first (Matroska has no word for how fields were coded); nothing if progressive."""
    order = str(stream.get("field_order", ""))
    return {"tt": "t", "tb": "t", "bb": "b", "bt": "b"}.get(order, "")
