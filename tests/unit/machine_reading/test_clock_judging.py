"""Jumps and stops of a clock that was read: found, and never where a machine only misread a digit."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from preserve.machine_reading.clock_judging import begins, judge, reads_of
from preserve.machine_reading.clock_profile import clock_profile
from preserve.machine_reading.records import ClockShown, Engine

BOX = (10.0, 10.0, 300.0, 10.0, 300.0, 50.0, 10.0, 50.0)
NINE = datetime(2026, 3, 14, 9, 58, 7)
ENGINE = Engine(tool="test")
PROFILE = clock_profile(None)


def shown(at: float, text: str, score: float = 0.9) -> ClockShown:
    """A read."""
    return ClockShown(file="a.mp4", engine=ENGINE, at=at, text=text, shows=text, box=BOX, score=score)


def clock(times: Iterable[float], start: datetime = NINE, ahead: float = 0.0) -> list[ClockShown]:
    """Reads of a clock that runs: at these seconds of the recording."""
    return [shown(at, (start + timedelta(seconds=at + ahead)).replace(microsecond=0).isoformat()) for at in times]


def every_two(begin: float, end: float) -> list[float]:
    return [begin + 2.0 * n for n in range(int((end - begin) / 2))]


def breaks(reads: list[ClockShown]) -> list[tuple[str, float, float, float]]:
    found = judge(reads_of(reads, PROFILE.least_score), PROFILE)
    return [(one.what, one.before.at, one.after.at, one.seconds) for one in found]


def test_a_running_clock_has_no_break_in_an_hour_whatever_the_phase_of_its_seconds() -> None:
    chance = random.Random(4)
    at, times = 0.0, []
    while at < 3600:
        times.append(round(at, 3))
        at += chance.choice([1.92, 2.0, 2.04, 3.9])
    for ahead in (0.0, 0.3, 0.96, 0.999):
        assert breaks(clock(times, ahead=ahead)) == []


@pytest.mark.parametrize("cut", [3.0, 4.0, 45.0, 3600.0, -7.0, -3600.0])
def test_a_jump_is_found_between_its_two_reads(cut: float) -> None:
    reads = clock(every_two(0, 40)) + clock(every_two(40, 80), ahead=cut)
    assert breaks(reads) == [("jump", 38.0, 40.0, cut)]


def test_less_than_three_seconds_or_three_reads_are_no_jump() -> None:
    assert breaks(clock(every_two(0, 40)) + clock(every_two(40, 80), ahead=1.0)) == []
    assert breaks(clock(every_two(0, 40)) + clock([40.0, 42.0], ahead=60) + clock(every_two(44, 80))) == []


def test_single_wrong_digits_are_no_jump() -> None:
    chance = random.Random(7)
    reads = clock(every_two(0, 1200))
    for place in chance.sample(range(len(reads)), 150):
        digits = [spot for spot, one in enumerate(reads[place].shows) if one.isdecimal() and spot > 10]
        spot = chance.choice(digits)
        text = reads[place].shows
        wrong = text[:spot] + chance.choice("0123456789") + text[spot + 1 :]
        try:
            datetime.fromisoformat(wrong)
        except ValueError:
            continue
        reads[place] = shown(reads[place].at, wrong)
    assert breaks(reads) == []


def test_a_digit_that_is_misread_as_long_as_it_stands_is_no_jump() -> None:
    """All of 10:03 is read as 10:08."""
    reads = [
        shown(one.at, one.shows.replace("T10:03", "T10:08")) if "T10:03" in one.shows else one
        for one in clock(every_two(0, 900))
    ]
    assert breaks(reads) == []


def test_a_real_jump_beside_misread_digits_is_found() -> None:
    reads = clock(every_two(0, 300)) + clock(every_two(300, 600), ahead=45)
    reads[10] = shown(reads[10].at, "2026-03-14T19:58:27")
    reads[151] = shown(reads[151].at, "", 0.2)
    assert breaks(reads) == [("jump", 298.0, 300.0, 45.0)]


def test_reads_that_are_not_sure_count_for_nothing() -> None:
    unsure = [shown(one.at, one.shows, 0.3) for one in clock(every_two(40, 80), ahead=60)]
    assert breaks(clock(every_two(0, 40)) + unsure) == []


def test_a_stop_is_told_once_and_what_follows_is_no_jump() -> None:
    still = [shown(at, "2026-03-14T09:58:47") for at in every_two(40, 64)]
    assert breaks(clock(every_two(0, 40)) + still + clock(every_two(64, 100), ahead=-23)) == [
        ("stop", 40.0, 62.0, 22.0)
    ]
    assert breaks(clock(every_two(0, 40)) + still + clock(every_two(64, 100))) == [("stop", 40.0, 62.0, 22.0)]


def test_a_clock_without_a_date_goes_past_midnight() -> None:
    late = datetime(2026, 3, 14, 23, 59, 30)
    reads = [shown(one.at, one.shows.partition("T")[2]) for one in clock(every_two(0, 80), late)]
    assert breaks(reads) == []
    assert breaks(reads[:20] + [shown(one.at + 0.0, one.shows) for one in reads[30:]]) == []
    jumped = reads[:20] + [shown(one.at - 20, one.shows) for one in reads[30:]]
    assert breaks(jumped) == [("jump", 38.0, 40.0, 20.0)]


def test_the_order_in_which_reads_come_does_not_matter() -> None:
    reads = clock(every_two(0, 40)) + clock(every_two(40, 80), ahead=45)
    random.Random(1).shuffle(reads)
    assert breaks(reads) == [("jump", 38.0, 40.0, 45.0)]


def test_what_the_clock_shows_at_the_beginning() -> None:
    reads = clock(every_two(4, 60))
    reads[0] = shown(4.0, "2026-03-14T19:58:11")
    assert begins(reads_of(reads, 0.5)) == NINE
    assert begins(reads_of(reads[:2], 0.5)) is None
    assert begins(reads_of([shown(one.at, one.shows.partition("T")[2]) for one in reads], 0.5)) is None


def at_pace(rate: float, begin: float, end: float, spacing: float = 2.0) -> list[ClockShown]:
    """Reads of a clock that runs at another pace from `begin` on, where it showed the right time."""
    times = [begin + spacing * n for n in range(int((end - begin) / spacing))]
    start = NINE + timedelta(seconds=begin)
    return [
        shown(at, (start + timedelta(seconds=rate * (at - begin))).replace(microsecond=0).isoformat()) for at in times
    ]


@pytest.mark.parametrize("rate", [-1.0, -4.0, 0.5, 2.0, 8.0])
def test_a_clock_that_runs_at_another_pace_is_told_once(rate: float) -> None:
    reads = [*clock(every_two(0, 40)), *at_pace(rate, 40, 80), *clock(every_two(80, 120), ahead=40 * (rate - 1))]
    (one,) = judge(reads_of(reads, PROFILE.least_score), PROFILE)
    assert (one.what, round(one.rate)) == ("pace", round(rate)) or one.rate == pytest.approx(rate, abs=0.1)
    assert abs(one.before.at - 40) <= 8
    assert abs(one.after.at - 80) <= 8


def test_a_whole_recording_that_is_played_backwards() -> None:
    (one,) = judge(reads_of(at_pace(-1, 0, 600), PROFILE.least_score), PROFILE)
    assert (one.what, one.rate, one.before.at, one.after.at) == ("pace", -1.0, 0.0, 598.0)


@pytest.mark.parametrize("spacing", [1.0, 1.92, 2.0, 3.3])
@pytest.mark.parametrize("drift", [0.98, 1.0, 1.02, 1.1])
def test_a_clock_that_is_a_little_fast_or_slow_has_no_break(spacing: float, drift: float) -> None:
    assert breaks(at_pace(drift, 0, 900, spacing)) == []


def test_small_jumps_one_after_the_other_are_no_pace() -> None:
    reads = [one for n in range(6) for one in clock(every_two(20 * n, 20 * n + 20), ahead=5.0 * n)]
    assert [one[0] for one in breaks(reads)] == ["jump"] * 5


@pytest.mark.parametrize("phase", [0.0, 0.3, 0.6, 0.9])
def test_the_many_reads_around_a_jump_are_no_pace(phase: float) -> None:
    near = [15.0, 15.4, 15.6, 15.8, 16.0, 16.2]
    before = clock([*every_two(0, 16), *near[:4]], ahead=phase)
    after = clock([*near[4:], *every_two(18, 60)], ahead=11 + phase)
    assert breaks(before + after) == [("jump", 15.8, 16.0, 11.0)]
