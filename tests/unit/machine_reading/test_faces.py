"""Faces: found in a photograph in the public domain at several sizes, and followed through frames."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from preserve.machine_reading.faces import SMALLEST, Box, FaceFinder, Seen, follow
from preserve.machine_reading.models import model_for

PORTRAIT = Path(__file__).parents[2] / "support" / "material" / "astronaut.jpg"
FACE = (0.34, 0.12, 0.52, 0.42)
"""Where the face is in it, by eye."""


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder(model_for("face").read("detector"))


@pytest.mark.parametrize("side", [512, 256, 128])
def test_a_face_is_found_at_several_sizes(finder: FaceFinder, side: int) -> None:
    assert 0.25 * side > SMALLEST
    scene = Image.new("RGB", (640, 480), (120, 130, 140))
    scene.paste(Image.open(PORTRAIT).resize((side, side)), (60, 0))
    (found,) = finder.faces(np.asarray(scene))
    truth = Box(*((FACE[at] * side + (60, 0, 60, 0)[at]) / (640, 480)[at % 2] for at in range(4)))
    assert found.overlap(truth) > 0.4 and found.score > 0.5


def test_where_there_is_no_face_none_is_found(finder: FaceFinder) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (360, 640, 3), dtype=np.uint8)
    for picture in (np.zeros((48, 48, 3), np.uint8), np.full((1000, 30, 3), 255, np.uint8), noise):
        assert finder.faces(picture) == []


def moving(at: float, left: float = 0.1) -> Box:
    return Box(left + at, 0.2, left + at + 0.1, 0.4)


def test_what_stands_still_is_one_stretch() -> None:
    (seen,) = follow((float(at), [moving(0)]) for at in range(20))
    assert seen == Seen(0.0, 19.0, moving(0))


def test_what_moves_is_cut_into_stretches_that_share_a_frame() -> None:
    frames = [(float(at), [moving(at * 0.03)]) for at in range(20)]
    seen = sorted(follow(frames), key=lambda one: one.begin)
    assert len(seen) > 2
    assert all(before.end == after.begin for before, after in pairwise(seen))
    assert (seen[0].begin, seen[-1].end) == (0.0, 19.0)
    assert all(one.box.area <= 0.1 * 0.2 * 4 for one in seen), "a box is not the whole way"


def test_one_that_is_missed_for_a_frame_stays_one_and_two_stay_two() -> None:
    frames = [(float(at), [moving(0)] if at != 3 else []) for at in range(7)]
    assert [(one.begin, one.end) for one in follow(frames)] == [(0.0, 6.0)]
    both = [(float(at), [moving(0), moving(0, 0.6)]) for at in range(5)]
    assert len(list(follow(both))) == 2


def test_one_that_went_and_came_is_two() -> None:
    frames = [(float(at), [moving(0)] if at < 3 or at > 12 else []) for at in range(16)]
    assert sorted((one.begin, one.end) for one in follow(frames)) == [(0.0, 2.0), (13.0, 15.0)]


edges = st.floats(0, 1, allow_nan=False)
boxes = st.builds(lambda a, b, c, d: Box(min(a, c), min(b, d), max(a, c), max(b, d)), edges, edges, edges, edges)


@given(st.lists(st.lists(boxes, max_size=4), max_size=12))
def test_every_place_of_every_frame_lies_in_a_stretch(found: list[list[Box]]) -> None:
    frames = [(float(at), here) for at, here in enumerate(found)]
    seen = list(follow(frames))
    for at, here in frames:
        for box in here:
            assert any(
                one.begin <= at <= one.end
                and one.box.left <= box.left
                and one.box.top <= box.top
                and one.box.right >= box.right
                and one.box.bottom >= box.bottom
                for one in seen
            )
