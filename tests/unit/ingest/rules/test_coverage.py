"""Spans of time and what covers them: pieces with the files beside them, and what explains a piece."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from preserve.description.schema import CaseObject
from preserve.ingest.rules.coverage import Piece, touching, uncovered
from preserve.ingest.rules.recordings import Recording
from tests.unit.ingest.rules.test_life import Case, judged

TEN = datetime(2026, 3, 4, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _taken(*spans: tuple[int, int]) -> list[Recording]:
    item = CaseObject(file="a.mp4", kind="现场录像", stage="execution")
    return [Recording(f"{start}.mp4", "A", TEN + start * MINUTE, TEN + end * MINUTE, item=item) for start, end in spans]


def _minutes(pieces: list[Piece]) -> list[tuple[int, int, str, str]]:
    return [
        (
            int((piece.start - TEN) / MINUTE),
            int((piece.end - TEN) / MINUTE),
            piece.before.file if piece.before else "",
            piece.after.file if piece.after else "",
        )
        for piece in pieces
    ]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], [(0, 30, "", "")]),
        ([(0, 30)], []),
        ([(-5, 40)], []),
        ([(1, 29)], []),  # within the slack at both ends
        ([(0, 5)], [(5, 30, "0.mp4", "")]),
        ([(20, 30)], [(0, 20, "", "20.mp4")]),
        ([(0, 10), (20, 30)], [(10, 20, "0.mp4", "20.mp4")]),
        ([(0, 10), (2, 25), (20, 30)], []),
        ([(-9, -5), (40, 50)], [(0, 30, "-9.mp4", "40.mp4")]),
        ([(5, 10), (15, 20)], [(0, 5, "", "5.mp4"), (10, 15, "5.mp4", "15.mp4"), (20, 30, "15.mp4", "")]),
    ],
)
def test_pieces_lie_between_what_is_recorded(spans: list[tuple[int, int]], expected: object) -> None:
    assert _minutes(uncovered(_taken(*spans), TEN, TEN + 30 * MINUTE, 2 * MINUTE)) == expected


def test_what_comes_near_touches() -> None:
    taken = _taken((-3, -1), (5, 6), (33, 40))
    assert [one.file for one in touching(taken, TEN, TEN + 30 * MINUTE, 2 * MINUTE)] == ["-3.mp4", "5.mp4"]


NOT, EXPLAINED = "error measure-not-recorded", "note measure-not-recorded-explained"


def _ends_early(case: Case) -> None:
    """The sealing goes on for ten minutes, the last file stops after six."""
    case.files.update({"a1.mp4": (0, 300), "a2.mp4": (300, 60)})


def _begins_late(case: Case) -> None:
    case.files.update({"a1.mp4": (200, 100), "a2.mp4": (300, 300)})


def _explains(case: Case, file: str) -> None:
    case.of("中止记录说明.pdf")["explains"] = file


@pytest.mark.parametrize(("file", "expected"), [("a2.mp4", EXPLAINED), ("a1.mp4", NOT), ("中止记录说明.pdf", NOT)])
def test_the_end_is_explained_by_what_names_the_last_file(file: str, expected: str) -> None:
    case = Case()
    _ends_early(case)
    _explains(case, file)
    assert judged(case) == [expected]


def test_the_beginning_is_explained_by_what_names_the_first_file_or_by_words_in_it() -> None:
    written, spoken, outside = Case(), Case(), Case()
    for case in (written, spoken, outside):
        _begins_late(case)
    _explains(written, "a1.mp4")
    spoken.of("a1.mp4")["spoken_explanation"] = "0:03"
    outside.of("a1.mp4")["spoken_explanation"] = "9:00"
    assert [judged(case) for case in (written, spoken, outside)] == [[EXPLAINED], [EXPLAINED], [NOT]]


def test_words_at_the_end_of_the_last_file_explain_that_it_stopped() -> None:
    for spoken, expected in (("0:58", EXPLAINED), ("0:05", NOT)):
        case = Case()
        _ends_early(case)
        case.of("a2.mp4")["spoken_explanation"] = spoken
        assert judged(case) == [expected]


def test_each_piece_needs_its_own_explanation() -> None:
    case = Case()
    case.files.update({"a1.mp4": (200, 60), "a2.mp4": (260, 100)})
    _explains(case, "a1.mp4")
    assert judged(case) == [NOT]
    case.content["objects"].append({"file": "又.pdf", "kind": "中止记录说明", "stage": "调查", "explains": "a2.mp4"})
    assert judged(case) == [EXPLAINED]


def test_an_explanation_of_another_day_explains_nothing() -> None:
    case = Case()
    case.files.update({"a1.mp4": (-86400, 300), "a2.mp4": (-86100, 300)})
    case.both(stored="2026-03-04 09:00")
    _explains(case, "a2.mp4")
    assert judged(case) == [NOT]
