"""What a target cannot hold of a recording: one difference at a time."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from preserve.ingest.transcoders.av_losses import losses
from preserve.ingest.transcoders.av_streams import sort_streams

_SAID: dict[str, Any] = {
    "format": {"tags": {"creation_time": "2026-03-12T01:30:15.000000Z", "title": "现场", "major_brand": "isom"}},
    "chapters": [{"id": 0, "tags": {"title": "第一段"}}],
    "streams": [
        {
            "index": 0,
            "codec_type": "video",
            "codec_name": "h264",
            "width": 640,
            "height": 480,
            "color_range": "tv",
            "sample_aspect_ratio": "1:1",
            "field_order": "tt",
            "start_time": "0.000",
            "side_data_list": [{"side_data_type": "Mastering display metadata"}],
            "tags": {"timecode": "10:00:00:00", "handler_name": "VideoHandler"},
        },
        {"index": 1, "codec_type": "audio", "codec_name": "aac", "channel_layout": "stereo"},
        {"index": 2, "codec_type": "subtitle", "codec_name": "subrip"},
    ],
}


def _lost(change: Any) -> list[str]:
    after = copy.deepcopy(_SAID)
    change(after)
    return list(losses(sort_streams(_SAID), sort_streams(after)))


def test_alike_nothing_is_lost() -> None:
    assert _lost(lambda said: None) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda said: said["format"]["tags"].pop("title"), "tag title=现场"),
        (lambda said: said["format"]["tags"].update(title="other"), "tag title=现场"),
        (lambda said: said["format"]["tags"].pop("creation_time"), "tag creation_time=2026-03-12T01:30:15.000000Z"),
        (lambda said: said["streams"][0]["tags"].pop("timecode"), "tag timecode=10:00:00:00"),
        (lambda said: said["chapters"].clear(), "1 chapters"),
        (lambda said: said["streams"][0].update(color_range="pc"), "color_range tv (now pc)"),
        (lambda said: said["streams"][0].update(field_order="bb"), "field_order tt (now bb)"),
        (
            lambda said: said["streams"][0]["side_data_list"].clear(),
            "side data of the video stream: Mastering display metadata",
        ),
        (lambda said: said["chapters"][0]["tags"].update(title=""), "title of chapter 1: 第一段"),
        (lambda said: said["streams"][1].update(channel_layout="mono"), "channel_layout stereo of stream 1 (now mono)"),
        (lambda said: said["streams"].pop(), "1 subtitle streams"),
    ],
)
def test_each_difference_is_one_sentence(change: Any, sentence: str) -> None:
    assert _lost(change) == [sentence]


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said["format"]["tags"].pop("major_brand"),
        lambda said: said["format"]["tags"].update(creation_time="2026-03-12 01:30:15"),
        lambda said: said["streams"][0]["tags"].pop("handler_name"),
        lambda said: said["streams"][0].update(field_order="tb"),
        lambda said: said["streams"][0].update(sample_aspect_ratio="unknown"),
        lambda said: said["streams"][1].update(tags=said["format"].pop("tags")),
    ],
)
def test_what_only_describes_the_container_or_moved_is_not_lost(change: Any) -> None:
    assert _lost(change) == []


def test_what_is_not_carried_at_all_is_named() -> None:
    before = copy.deepcopy(_SAID)
    before["streams"].append({"index": 3, "codec_type": "data", "codec_tag_string": "gpmd"})
    before["streams"][0]["side_data_list"] = [{"side_data_type": "Display Matrix", "rotation": -90}]
    sentences = list(losses(sort_streams(before), sort_streams(_SAID)))
    assert sentences == [
        "stream 3 (data: gpmd)",
        "display matrix of stream 0: turned clockwise by 90 degrees; it is not kept",
    ]
    tagged = copy.deepcopy(_SAID)
    tagged["streams"][0]["tags"]["DISPLAY_ROTATION_CLOCKWISE"] = "90"
    sentences = list(losses(sort_streams(before), sort_streams(tagged)))
    assert sentences[1].endswith("turned clockwise by 90 degrees; it is kept in the track's tags")
