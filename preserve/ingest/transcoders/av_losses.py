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

from preserve.ingest.transcoders.av_streams import Streams, rotation

_APART = 0.002  # seconds by which picture and sound may move against each other: two of Matroska's milliseconds

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
        tag = stream.get("codec_tag_string", "")
        what = stream.get("codec_name") or stream.get("tags", {}).get("handler_name") or tag
        yield f"stream {stream['index']} ({stream.get('codec_type', 'unknown')}: {what})"
    if before.video and (angle := rotation(before.video[0])):
        yield f"display rotation of {angle} degrees as a matrix; it is kept as the tag DISPLAY_ROTATION"
    if len(before.said.get("chapters", [])) != len(after.said.get("chapters", [])):
        yield f"{len(before.said['chapters'])} chapters"
    yield from _tags(before, after)
    for first, second in zip(before.video, after.video, strict=False):
        yield from _picture(first, second)
    had, has = _apart(before), _apart(after)
    if abs(had - has) > _APART:
        # An MP4 edit list hides the encoder's delay; Matroska as written here lets it be heard.
        yield f"start of the sound against the picture: {had * 1000:.0f} ms (now {has * 1000:.0f} ms)"
    if len(before.text) != len(after.text):
        yield f"{len(before.text)} subtitle streams"


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
                yield f"tag {tag}={value}"


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


def _apart(source: Streams) -> float:
    """Seconds from the start of the first picture to the start of the first sound."""
    if not source.video or not source.sound:
        return 0.0
    return float(source.sound[0].get("start_time") or 0) - float(source.video[0].get("start_time") or 0)
