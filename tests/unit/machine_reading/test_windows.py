"""Sound cut into windows: silent where nobody speaks, whole where somebody does, in its own time."""

from __future__ import annotations

from array import array

import pytest

from preserve.machine_reading.speech_profile import speech_profile
from preserve.machine_reading.voices import CHUNK, CHUNK_SECONDS, RATE
from preserve.machine_reading.windows import LONGEST, Window, Windows

WANTED = speech_profile(None).voices


def cut(*parts: tuple[float, bool]) -> tuple[list[Window], int]:
    """The windows of a sound of such seconds with or without a voice, and the most that was kept of it."""
    windows, made, most, at = Windows(WANTED), [], 0, 0
    for seconds, spoken in parts:
        for _ in range(round(seconds / CHUNK_SECONDS)):
            # Every sample says where it is, so that one in the wrong place is seen.
            chunk = array("h", [(at + place) % 30_000 + 1 for place in range(CHUNK)]).tobytes()
            made += windows.add(chunk, 0.9 if spoken else 0.0)
            at += CHUNK
            most = max(most, len(windows._kept))
    return [*made, *windows.end()], most


def test_a_voice_keeps_its_samples_and_its_time() -> None:
    (window,), _ = cut((10, False), (3, True), (10, False))
    assert window.start == pytest.approx(9.9, abs=0.1)
    sound = array("h", window.sound)
    first = round(window.start * RATE)
    assert len(sound) / RATE == pytest.approx(3.2, abs=0.1)
    assert all(sample == (first + place) % 30_000 + 1 for place, sample in enumerate(sound))


def test_between_two_voices_it_is_silent() -> None:
    (window,), _ = cut((1, False), (2, True), (4, False), (2, True), (1, False))
    sound = array("h", window.sound)
    middle = round((5 - window.start) * RATE)
    assert not any(sound[middle - RATE : middle + RATE])
    assert len(window.spans) == 2


def test_no_window_is_longer_than_a_model_takes() -> None:
    windows, _ = cut((100, True), (1, False), *((3, True), (1.5, False)) * 20)
    assert all(len(window.sound) / 2 / RATE <= LONGEST + 1 for window in windows)
    spoken = sum(until - since for window in windows for since, until in window.spans)
    assert spoken == pytest.approx(160, abs=1)


def test_what_was_silent_is_forgotten() -> None:
    for parts in (((150, False),), ((2, True), (150, False)), ((120, True),)):
        _, most = cut(*parts)
        assert most < 60 * RATE * 2


def test_a_voice_before_a_long_silence_is_given_without_waiting_for_the_end() -> None:
    windows = Windows(WANTED)
    chunk = bytes(2 * CHUNK)
    for _ in range(round(2 / CHUNK_SECONDS)):
        assert list(windows.add(chunk, 0.9)) == []
    given = [window for _ in range(round(LONGEST / CHUNK_SECONDS)) for window in windows.add(chunk, 0.0)]
    assert len(given) == 1 and list(windows.end()) == []
