"""The options of ffmpeg that follow from what ffprobe says of a recording."""

from __future__ import annotations

from typing import Any

import pytest

from preserve.ingest.transcoders.av_streams import (
    damage,
    pixel_options,
    slices,
    sort_streams,
    sound_options,
    subtitle_options,
    text_options,
)


def _said(*streams: dict[str, Any]) -> dict[str, Any]:
    return {"streams": [{"index": index, **stream} for index, stream in enumerate(streams)]}


def test_cover_pictures_and_what_has_no_codec_are_left() -> None:
    streams = sort_streams(
        _said(
            {"codec_type": "video", "codec_name": "h264"},
            {"codec_type": "video", "codec_name": "mjpeg", "disposition": {"attached_pic": 1}},
            {"codec_type": "audio", "codec_name": "aac"},
            {"codec_type": "audio"},
            {"codec_type": "subtitle", "codec_name": "mov_text"},
            {"codec_type": "data", "codec_name": "bin_data"},
        )
    )
    assert [stream["index"] for stream in streams.left] == [1, 3, 5]
    assert text_options([*streams.text, {"codec_name": "hdmv_pgs_subtitle"}]) == ["-c:s:0", "srt", "-c:s:1", "copy"]
    assert subtitle_options(streams) == ["-c:s:0", "srt"]


@pytest.mark.parametrize(
    ("source", "encoded", "compared"),
    [
        ("yuv420p", "yuv420p", "yuv420p"),
        ("pal8", "bgra", "bgra"),
        ("nv12", "yuv420p", "yuv420p"),
        ("yuvj420p", "yuv420p", "yuvj420p"),
    ],
)
def test_pixels_go_into_a_format_that_holds_every_value(source: str, encoded: str, compared: str) -> None:
    encode, compare = pixel_options([{"pix_fmt": source}])
    assert encode[1].endswith(encoded)
    assert compare == ["-pix_fmt:v:0", compared]
    assert ("-filter:v:0" in encode) == source.startswith("yuvj")  # full range stays full range


@pytest.mark.parametrize(
    ("stream", "codec", "pcm", "rounded"),
    [
        ({"sample_fmt": "s16", "codec_name": "pcm_s16le"}, "flac", "pcm_s16le", False),
        ({"sample_fmt": "fltp", "codec_name": "aac"}, "flac", "pcm_s24le", True),
        ({"sample_fmt": "flt", "codec_name": "pcm_f32le"}, "pcm_f32le", "pcm_f32le", False),
        (
            {"sample_fmt": "s32", "codec_name": "pcm_s32le", "bits_per_raw_sample": "32"},
            "pcm_s32le",
            "pcm_s32le",
            False,
        ),
        ({"sample_fmt": "s32", "codec_name": "flac", "bits_per_raw_sample": "24"}, "flac", "pcm_s24le", False),
        ({"sample_fmt": "s16", "codec_name": "pcm_s16le", "channels": 12}, "pcm_s32le", "pcm_s32le", False),
    ],
)
def test_samples_are_kept_and_compared_as_wide_as_they_are(
    stream: dict[str, Any], codec: str, pcm: str, rounded: bool
) -> None:
    encode, compare, note = sound_options([stream])
    assert codec in encode and compare == ["-c:a:0", pcm]
    assert bool(note) == rounded


@pytest.mark.parametrize(("height", "count"), [(240, 4), (480, 16), (1080, 16), (2160, 24)])
def test_larger_pictures_have_more_slices(height: int, count: int) -> None:
    assert slices(sort_streams(_said({"codec_type": "video", "codec_name": "x", "height": height}))) == count


def test_a_decoders_complaints_are_a_finding_but_for_what_matters_not() -> None:
    assert damage(["\n", "non monotonically increasing dts\n"], "a.mp4") == ()
    (finding,) = damage(["[h264 @ 0x55aa] error while decoding MB 3 4\n"], "a.mp4")
    assert (finding.code, finding.where) == ("normalise.decode-errors", "a.mp4")
    assert finding.values["reason"] == "[h264] error while decoding MB 3 4"
