"""Art. 13, 14: holes and overlaps between a device's files, with their times; a hole that is explained is a note."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadata.findings import Finding
from preserve.ingest.rules.recordings_run_on import check
from tests.support.views import document, recorded, video, view


def _findings(
    spans: dict[str, tuple[float, float]],
    *more: dict[str, Any],
    device: str = "A1",
    second: dict[str, Any] | None = None,
    measures: list[dict[str, Any]] | None = None,
) -> list[Finding]:
    """Of recordings by file: start (seconds after ten) and length. `second`: more of the second one's fields."""
    objects = [recorded(file, device, **(second or {} if number == 1 else {})) for number, file in enumerate(spans)]
    characters = {file: video(start, length) for file, (start, length) in spans.items()}
    return list(check(view(characters, *objects, *more, measures=measures or [])))


def _codes(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code.removeprefix("rule.recording-"), finding.severity) for finding in findings]


HOLE = {"1.mp4": (0.0, 300.0), "2.mp4": (400.0, 300.0)}


def test_a_hole_is_named_with_its_times() -> None:
    (hole,) = _findings({"1.mp4": (0, 300), "2.mp4": (302.5, 300)})
    assert (hole.code, hole.severity, hole.where) == ("rule.recording-gap", "error", "2.mp4")
    assert (hole.values["before"], hole.values["device"], hole.values["article"]) == ("1.mp4", "A1", "14")
    assert (hole.values["start"], hole.values["end"]) == ("2026-01-06 10:05:00", "2026-01-06 10:05:02")
    assert hole.values["seconds"] == 2.5
    assert _findings({"1.mp4": (0, 300), "2.mp4": (302, 300)}) == []


@pytest.mark.parametrize("explains", ["1.mp4", "2.mp4"])
def test_a_hole_that_is_explained_in_writing_is_a_note(explains: str) -> None:
    written = document("中止记录说明", explains=explains)
    assert _codes(_findings(HOLE, written)) == [("gap-explained", "note")]
    assert _codes(_findings(HOLE, {**written, "explains": "立案审批表.pdf"})) == [("gap", "error")]


@pytest.mark.parametrize(
    ("spoken", "code"),
    [
        ("0:03", ("gap-spoken", "note")),
        ("5:00", ("gap-spoken", "note")),
        ("5:01", ("gap-spoken-nowhere", "error")),
        ("开头", ("gap-spoken-nowhere", "error")),
    ],
)
def test_an_explanation_aloud_lies_within_the_recording(spoken: str, code: tuple[str, str]) -> None:
    assert _codes(_findings(HOLE, second={"spoken_explanation": spoken})) == [code]


def test_an_overlap_is_a_warning_and_leaves_no_hole_behind_a_short_file() -> None:
    (overlap,) = _findings({"long.mp4": (0, 600), "short.mp4": (100, 50), "next.mp4": (600, 60)})
    assert (overlap.code, overlap.severity, overlap.where) == ("rule.recording-overlap", "warning", "short.mp4")
    assert (overlap.values["start"], overlap.values["end"]) == ("2026-01-06 10:01:40", "2026-01-06 10:02:30")


def test_files_whose_device_is_not_known_are_not_one_recording() -> None:
    assert _findings(HOLE, device="") == []


def test_between_two_measures_that_were_recorded_nothing_was_interrupted() -> None:
    first = {"measure": "检查", "start": "2026-01-06 10:00", "end": "2026-01-06 10:05"}
    second = {"measure": "询问", "start": "2026-01-06 11:00", "end": "2026-01-06 11:05"}
    spans = {"1.mp4": (0.0, 300.0), "2.mp4": (3600.0, 300.0)}
    assert _codes(_findings(spans)) == [("gap", "error")]
    assert _findings(spans, measures=[first, second]) == []
    through = {"measure": "检查", "start": "2026-01-06 10:00", "end": "2026-01-06 11:05"}
    assert _codes(_findings(spans, measures=[first, second, through])) == [("gap", "error")]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 900)), min_size=1, max_size=6))
def test_holes_are_just_the_seconds_in_which_nothing_was_recorded(spans: list[tuple[int, int]]) -> None:
    findings = _findings({f"{number}.mp4": (start, length) for number, (start, length) in enumerate(spans)})
    seconds = {second for start, length in spans for second in range(start, start + length)}
    empty = max(seconds) + 1 - min(seconds) - len(seconds)
    holes = sum(float(finding.values["seconds"]) for finding in findings if finding.code == "rule.recording-gap")
    tolerated = 2 * (len(spans) - 1)  # a hole of at most two seconds is none
    assert empty - tolerated <= holes <= empty
