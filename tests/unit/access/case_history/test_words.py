"""What happened in plain words; what nobody put into words stands by its code, and other cases are not named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from preserve.access.case_history.model import Happening
from preserve.access.case_history.words import told, what, who
from preserve.messages import say, speaking
from tests.support.histories import OBJID, history_of

OTHER = "aip-01jd0000000000000000000000"
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


def entry(action: str = "copy.changed", **details: Any) -> Happening:
    return Happening("2026-03-01T00:00:00Z", "ledger", "wang", action, "success", "7", details=details)


def said(happening: Happening, *, contents: bool = True, short: bool = True, **labels: str) -> str:
    with speaking("en"):
        return told(happening, history_of(contents=contents), labels, short=short)


def test_what_has_words_is_said_and_what_has_none_stands_as_it_is() -> None:
    with speaking("en"):
        assert what(entry("case.registered")) == say("history.action-case-registered")
        assert what(entry("moon.landed")) == say("history.unnamed", code="moon.landed")
        check = Happening("2026-03-01T00:00:00Z", "audit", "", "intact", "success", "run-1")
        assert what(check) == say("history.check-intact")
        assert who(check) == say("history.by-audit") and who(entry()) == "wang"
        event = Happening("2026-03-01T00:00:00Z", "package", "", "ingestion end", "success", "e1")
        assert who(event) == say("history.by-unknown")


def test_media_go_by_their_labels_and_digests_by_their_beginning() -> None:
    text = said(entry(medium="m-1", sha256="ab" * 32, state="suspect"), **{"m-1": "Drive A"})
    assert "Drive A" in text and "m-1" not in text
    assert "abababababababab…" in text and "ab" * 9 not in text
    with speaking("en"):
        assert say("words.copy-suspect") in text


def test_what_everybody_knows_is_not_worth_a_word() -> None:
    assert said(entry(subject=OBJID, version=1, urgent=False, reason="", note=None)) == ""
    assert said(entry(version=2)) != ""


def test_other_cases_are_counted_and_never_named() -> None:
    for happening in (entry(cases=[OBJID, OTHER]), entry(subject=OTHER), entry(moved={OTHER: "x"})):
        assert OTHER not in said(happening)
    assert "2" in said(entry(cases=[OBJID, OTHER]))


def test_names_of_files_are_for_those_who_may_see_them() -> None:
    happening = entry(files=["张某举报信.pdf", "b.pdf"])
    assert "张某举报信.pdf" in said(happening)
    assert "张某" not in said(happening, contents=False)
    event = Happening("2026-03-01T00:00:00Z", "package", "x", "ingestion end", "success", "e1")
    with speaking("en"):
        assert said(event, contents=False) == say("history.withheld")


def test_long_lists_and_long_texts_are_cut_and_say_so() -> None:
    shown = said(entry(files=[f"{number:02}.pdf" for number in range(20)]))
    assert "11.pdf" in shown and "12.pdf" not in shown and "8" in shown
    long = Happening("2026-03-01T00:00:00Z", "package", "x", "ingestion end", "success", "e1", text="字" * 700)
    with speaking("en"):
        assert said(long) == "字" * 599 + "… " + say("history.shortened")
    assert said(long, short=False) == "字" * 700


@pytest.mark.parametrize(("value", "code"), [(True, "words.yes"), (False, "history.no")])
def test_yes_and_no(value: bool, code: str) -> None:
    with speaking("en"):
        assert say(code) in said(entry(whole=value))
