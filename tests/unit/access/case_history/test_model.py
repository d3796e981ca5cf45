"""When a history is good: every copy, the ledger, and what was destroyed only as it was decided."""

from __future__ import annotations

import pytest

from metadata.findings import Finding
from preserve.data_management.destroyed import Gone
from tests.support.histories import MEDIUM, OBJID, copy_of, history_of

GONE = Gone(OBJID, "", "D2026-0001", "destroyed", "2026-02-01T00:00:00Z", "0" * 64)
FINDING = Finding("history.package-unread", "x", "error", {"reason": ""})


@pytest.mark.parametrize(
    ("states", "good", "bad", "intact"),
    [
        (("verified",), 1, 0, True),
        (("verified", "due"), 2, 0, True),
        (("verified", "suspect"), 1, 1, False),
        (("verified", "lost"), 1, 1, False),
        (("repaired",), 0, 1, False),
        (("written",), 0, 0, False),
        ((), 0, 0, False),
    ],
)
def test_only_what_was_read_back_is_good(states: tuple[str, ...], good: int, bad: int, intact: bool) -> None:
    history = history_of(copies=tuple((copy_of(state), MEDIUM) for state in states))
    assert (history.good_copies, history.bad_copies, history.intact, history.sound) == (good, bad, intact, intact)


def test_a_finding_spoils_it_however_many_copies_there_are() -> None:
    assert not history_of(findings=(FINDING,)).intact
    assert not history_of(findings=(FINDING,)).sound


def test_what_was_destroyed_is_sound_only_where_nothing_good_is_left() -> None:
    assert history_of(gone=(GONE,), copies=()).sound
    assert not history_of(gone=(GONE,), copies=()).intact
    assert not history_of(gone=(GONE,), copies=(), findings=(FINDING,)).sound
    assert not history_of(gone=(GONE,), copies=((copy_of("suspect"), MEDIUM), (copy_of("verified"), MEDIUM))).sound
