"""Joining split files, and reading time codes: properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from preserve.description.schema import CaseDescription
from preserve.ingest.apply_rules import view_of
from preserve.ingest.facts import Character
from preserve.ingest.rules.recordings import Recording, join, recordings, time_code, undated

ZERO = datetime(2026, 1, 1, tzinfo=UTC)
SPANS = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 900)), min_size=1, max_size=25)


def taken(spans: list[tuple[int, int]]) -> list[Recording]:
    return [
        Recording(f"{n}.mp4", "d", ZERO + timedelta(seconds=start), ZERO + timedelta(seconds=start + length))
        for n, (start, length) in enumerate(spans)
    ]


@given(SPANS, st.integers(0, 30), st.randoms(use_true_random=False))
def test_runs_cover_just_the_seconds_that_were_recorded(
    spans: list[tuple[int, int]], tolerance: int, chance: object
) -> None:
    """Held against a plain set of seconds: holes up to the tolerance are filled, no others."""
    seconds = {second for start, length in spans for second in range(start, start + length)}
    ordered = sorted(seconds)
    filled = set(seconds)
    for before, after in pairwise(ordered):
        if after - before - 1 <= tolerance:
            filled.update(range(before, after))
    shuffled = taken(spans)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    runs = join(shuffled, tolerance)
    covered = [
        second
        for run in runs
        for second in range(int((run.start - ZERO).total_seconds()), int((run.end - ZERO).total_seconds()))
    ]
    assert len(covered) == len(set(covered))
    assert set(covered) == filled
    assert sorted(part.file for run in runs for part in run.parts) == sorted(f"{n}.mp4" for n in range(len(spans)))


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_time_codes_come_back(hours: int, minutes: int, seconds: int) -> None:
    assert time_code(f"{hours}:{minutes:02}:{seconds:02}") == hours * 3600 + minutes * 60 + seconds
    assert time_code(f"{minutes}:{seconds:02}") == minutes * 60 + seconds


def test_what_is_no_time_code() -> None:
    assert [time_code(text) for text in ("", "5", "开头", "1:60", "-1:00", "1:2:3:4", "nan:1", "1:nan", "inf:00")] == [
        None
    ] * 9


def test_what_is_reckoned_of_a_case_is_never_that_of_another_view() -> None:
    case = CaseDescription.model_validate(
        {
            "case_number": "1",
            "case_type": "inspection",
            "title": "t",
            "cause": "c",
            "producer": {"name": "某局"},
            "start": "2026-01-05",
            "closed": "2026-02-02",
            "objects": [{"file": name, "kind": "录像", "stage": "investigation"} for name in ("a.mp4", "b.mp4")],
        }
    )
    timed = Character("video", "t", duration=60.0, started=ZERO, started_from="recorded")
    view = view_of(
        case,
        {"a.mp4": timed, "b.mp4": Character("video", "t")},
        today=ZERO.date(),
        state_secrets=False,
        own_profiles=None,
    )
    assert [recording.file for recording in recordings(view)] == ["a.mp4"]
    assert [item.file for item, _ in undated(view)] == ["b.mp4"]
    assert recordings(view) is recordings(view)  # looked for once, however many rules ask
    other = replace(view, characters={"b.mp4": timed})
    assert [recording.file for recording in recordings(other)] == ["b.mp4"] and not undated(other)
    assert not recordings(replace(view, characters=None))
