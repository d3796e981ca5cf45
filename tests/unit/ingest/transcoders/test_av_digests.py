"""Digests and times out of what ffmpeg writes of a stream."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.ingest.transcoders.av_digests import Side, largest_drift, largest_shift, read_frames, side, stream_digests

_FRAMES = """#format: frame checksums
#tb 0: 1/25
#dimensions 0: 64x48
0,          0,          0,        1,     4608, aa
0,          1,          1,        1,     4608, bb
"""


def test_digests_by_stream() -> None:
    assert stream_digests("0,v,SHA256=ab\n1,a,SHA256=cd\nnoise\n") == {
        "stream 0 v sha256": "ab",
        "stream 1 a sha256": "cd",
    }


def test_frames_heads_and_times(tmp_path: Path) -> None:
    path = tmp_path / "frames"
    path.write_text(_FRAMES)
    frames = read_frames(path)
    assert frames.heads["0"]["dimensions"] == "64x48"
    assert frames.times == {"0": pytest.approx([0, 0.04])}
    assert read_frames(path, ends=True).times["0"] == pytest.approx([0, 0.04, 0.04, 0.08])
    other = tmp_path / "other"
    other.write_text(_FRAMES.replace("bb", "cc"))
    assert read_frames(other).digests != frames.digests
    whole = side(path, None, (), None)
    assert whole.digests["video 0 frames"] == "2" and whole.digests["video 0 size"] == "64x48"
    assert whole.begins == (0.0,)


def test_the_largest_difference_over_all_streams_counts() -> None:
    before = Side({}, ([0.0, 0.1], [0.0, 0.2]), (0.0, 0.5))
    assert largest_drift(before, Side({}, ([5.0, 5.1], [0.0, 0.23]), ())) == pytest.approx(0.03)
    assert largest_shift(before, Side({}, (), (1.0, 1.45))) == pytest.approx(0.05)
    assert largest_shift(before, Side({}, (), (1.0,))) == 0.0
