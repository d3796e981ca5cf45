"""Preservation planning as tables: what a policy would change, and what newer signatures say."""

from __future__ import annotations

from preserve.messages import speaking
from preserve.services.migration import FormatNamed, Identified, Renamed
from preserve.services.planning import Preview, TouchedFormat
from preserve.services.tables import planning as tables


def test_a_policy_shows_what_it_would_make_and_leave_out() -> None:
    touched = TouchedFormat("", "Wave", "", "", "wave", ("flac",), (), 3, 2000, 1000, described="Wave · pcm")
    preview = Preview("compact", "ab", 1, 3, 2000, 1000, 0, 0, (touched,))
    with speaking("en"):
        shown = tables.preview(preview)
    assert shown.rows[0][:2] == ("—", "Wave · pcm") and shown.rows[0][3:] == ("—", "3", "2.0 kB", "1.0 kB")
    assert len(shown.heads) == 7 and not any(head.startswith("plan.") for head in shown.heads)


def test_newer_signatures_show_before_and_now() -> None:
    change = Renamed("o1", FormatNamed("", "unknown", ""), FormatNamed("fmt/141", "Wave", "2"), "signature", ("a", "b"))
    with speaking("zh"):
        shown = tables.identify(Identified(0, "v120", 1, 2, (change,), ()))
    assert shown.rows == (("o1", "— unknown", "fmt/141 Wave 2", "signature", "2"),)
    assert not any(head.startswith("plan.") for head in shown.heads)
