"""Chances of speech joined to stretches, and stretches as they are drawn."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preserve.machine_reading.speech_profile import speech_profile
from preserve.machine_reading.voices import CHUNK_SECONDS, Joining, bands, passages, spans_of, spoken_in

WANTED = speech_profile(None).voices
SECOND = round(1 / CHUNK_SECONDS)


def chances(*parts: tuple[float, float]) -> list[float]:
    """Seconds and the chance in them, one after the other."""
    return [chance for seconds, chance in parts for _ in range(round(seconds * SECOND))]


def test_a_voice_is_found_where_it_is() -> None:
    (span,) = spans_of(chances((2, 0.0), (3, 0.9), (5, 0.1)), WANTED)
    assert span == pytest.approx((2, 5), abs=0.1)


def test_a_short_pause_does_not_end_it_and_a_long_one_does() -> None:
    assert len(list(spans_of(chances((2, 0.9), (0.3, 0.0), (2, 0.9)), WANTED))) == 1
    assert len(list(spans_of(chances((2, 0.9), (1, 0.0), (2, 0.9)), WANTED))) == 2


def test_a_click_is_no_voice() -> None:
    assert list(spans_of(chances((2, 0.0), (0.1, 0.99), (2, 0.0)), WANTED)) == []


def test_once_begun_less_is_enough() -> None:
    (span,) = spans_of(chances((1, 0.4), (1, 0.6), (1, 0.4), (1, 0.1)), WANTED)
    assert span == pytest.approx((1, 3), abs=0.1)


def test_one_that_talks_without_a_pause_is_cut_and_nothing_is_lost() -> None:
    spans = list(spans_of(chances((70, 0.9)), WANTED, longest=27))
    assert [round(until - since) for since, until in spans] == [27, 27, 15]
    assert all(one[1] == other[0] for one, other in pairwise(spans))


def test_it_says_how_far_it_listened() -> None:
    joining = Joining(WANTED)
    for chance in chances((4, 0.0)):
        joining.add(chance)
    assert joining.until == pytest.approx(4, abs=0.1) and joining.speaking_since is None


@given(st.lists(st.floats(0, 1), max_size=400), st.sampled_from([1.0, 27.0, float("inf")]))
def test_stretches_follow_each_other_and_lie_within(row: list[float], longest: float) -> None:
    spans = list(spans_of(row, WANTED, longest))
    assert all(since < until for since, until in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert not spans or spans[-1][1] <= len(row) * CHUNK_SECONDS + 1e-9


def test_so_much_was_spoken_in_the_first_minute() -> None:
    assert spoken_in([(0, 2), (58, 70), (80, 90)], 0, 60) == 4


def test_as_many_bands_as_there_are_places() -> None:
    spans = [(second, second + 0.4) for second in range(40_000)]
    drawn = bands(spans, 40_000)
    assert len(drawn) <= 1000 and sum(width for _, width in drawn) <= 1000
    assert bands([(0, 1), (50, 100)], 100, 10) == ((0, 1), (5, 5))
    assert bands([(5, 6)], 0) == () and bands([(200, 201)], 100) == ()


def test_a_moment_of_a_long_recording_is_still_seen() -> None:
    assert bands([(20_000, 20_000.3)], 43_200) == ((462, 1),)


def test_passages_are_few_and_none_is_left_out() -> None:
    spans = [(second, second + 1) for second in range(0, 10_000, 20)]
    shown = passages(spans, 10, 60)
    assert 0 < len(shown) <= 60
    assert shown[0][0] == 0 and shown[-1][1] == spans[-1][1]
    assert passages([(0, 1), (5, 6), (30, 31)], 10, 60) == ((0, 6), (30, 31))
