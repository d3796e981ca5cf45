"""Samples at their time: holes skipped, the last chunk filled up, and blocks whose time nobody knows."""

from __future__ import annotations

import io

import pytest

from preserve.machine_reading.sound import Times, chunks
from preserve.machine_reading.voices import CHUNK_BYTES, RATE

BLOCK = 2048


def told(*begins: str, count: int = BLOCK) -> bytes:
    """What ffmpeg says of blocks that begin at these seconds."""
    line = "[Parsed_ashowinfo_3 @ 0x1] n:{} pts:0 pts_time:{} pos:1 fmt:s16 rate:16000 nb_samples:{} checksum:1\n"
    return "".join(line.format(number, begin, count) for number, begin in enumerate(begins)).encode()


def given(said: bytes, blocks: int, count: int = BLOCK, silence: float = 1.0) -> tuple[int, Times]:
    """How many chunks come of so many blocks, and their times."""
    times = Times()
    pieces = list(chunks(io.BytesIO(b"\1\1" * count * blocks), io.BytesIO(said), times, silence))
    assert all(len(piece) == CHUNK_BYTES for piece in pieces)
    return len(pieces), times


def test_without_a_hole_samples_tell_the_time() -> None:
    count, times = given(b"Input #0, wav\n" + told("0", "0.128", "0.256") + b"size= 12kB\n", 3)
    assert count == 12 and times.real(5.0) == 5.0


def test_a_hole_is_skipped_and_its_end_keeps_its_time() -> None:
    count, times = given(told("0", "3600.128"), 2)
    assert count == 4 + 32 + 4  # a second of silence is 31.25 chunks
    assert times.real(0.1) == 0.1
    assert times.real(BLOCK / RATE + 1.0) == pytest.approx(3600.128)


def test_a_short_hole_is_filled() -> None:
    count, times = given(told("0", "0.628"), 2)
    assert count == 24 and times.ahead == 0.0


def test_sound_that_begins_late_begins_late() -> None:
    _, times = given(told("20"), 1)
    assert times.real(1.0) == pytest.approx(20)


def test_time_that_runs_backwards_or_is_not_known_is_not_believed() -> None:
    for second in ("-5", "0.001", "nan", "NOPTS"):
        count, times = given(told("0", second), 2)
        assert count == 8 and times.ahead == 0.0


def test_what_ends_in_the_middle_is_filled_up() -> None:
    times = Times()
    pieces = list(chunks(io.BytesIO(b"\1\1" * 700), io.BytesIO(told("0", "0.128")), times, 1.0))
    assert len(pieces) == 2 and pieces[1].endswith(bytes(100))


def test_a_thousand_holes_are_a_thousand_lines() -> None:
    _, times = given(told(*(f"{number * 10}" for number in range(1000))), 1000)
    last = 999 * (BLOCK / RATE + 1.0)
    assert times.real(last) == pytest.approx(9990, abs=0.1)
