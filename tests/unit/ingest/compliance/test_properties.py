"""The four-property test: what was found speaks against an item, what was not looked at is not said to pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from metadata.findings import Finding
from preserve.ingest.compliance.properties import Item, four_properties, overall
from tests.support.views import view


def _items(*findings: Finding, read: bool = True, sealing: bool = False) -> Sequence[Item]:
    return four_properties(view({} if read else None), findings, sealing=sealing)


def _result(items: Sequence[Item], kind: str, item: str) -> str:
    (row,) = [row for row in items if (row.kind, row.item) == (kind, item)]
    return row.result


def test_results_grow_with_what_was_looked_at() -> None:
    stages: list[dict[str, Any]] = [{"read": False}, {}, {"sealing": True}]
    results = {
        name: [_result(_items(**stage), kind, name) for stage in stages]
        for kind, name in (
            ("authenticity", "length"),
            ("integrity", "content"),
            ("authenticity", "fixity"),
            ("authenticity", "papers"),
            ("usability", "environment"),
        )
    }
    assert results == {
        "length": ["pass", "pass", "pass"],
        "content": ["not-tested", "pass", "pass"],
        "fixity": ["not-tested", "not-tested", "pass"],
        "papers": ["not-tested", "not-tested", "at-seal"],
        "environment": ["not-tested", "not-tested", "not-tested"],
    }


@pytest.mark.parametrize(
    ("severity", "values", "result"),
    [
        ("error", {}, "fail"),
        ("refuse", {}, "fail"),
        ("warning", {}, "warning"),
        ("note", {}, "pass"),
        ("error", {"accepted_by": "周建国"}, "pass"),
    ],
)
def test_open_findings_speak_against_an_item(severity: Any, values: dict[str, str], result: str) -> None:
    finding = Finding("format.truncated", "a.mp4", severity, {"reason": "", **values})
    items = _items(finding)
    assert _result(items, "integrity", "content") == result
    assert overall(items, "integrity") == result
    assert overall(items, "security") == "pass"


def test_one_answered_finding_does_not_hide_an_open_one() -> None:
    answered = Finding("format.truncated", "a.mp4", "error", {"reason": "", "accepted_by": "周建国"})
    still_open = Finding("format.empty", "b.mp4", "warning")
    assert _result(_items(answered, still_open), "integrity", "content") == "warning"


def test_without_a_scanner_nothing_is_said_to_be_free_of_viruses() -> None:
    absent = Finding("sip.no-scanner", "", "warning")
    virus = Finding("sip.virus", "a.doc", "refuse", {"virus": "Own.Test"})
    assert _result(_items(), "security", "virus") == "pass"
    assert _result(_items(absent), "security", "virus") == "not-tested"
    assert _result(_items(absent, virus), "security", "virus") == "fail"


def test_every_item_has_a_ground() -> None:
    for items in (_items(read=False), _items(), _items(sealing=True)):
        assert all(item.basis and not item.basis.startswith("compliance.") for item in items)


@pytest.mark.parametrize("code", ["format.truncated", "format.empty", "format.unreadable"])
def test_nobody_is_told_that_files_are_whole_while_one_is_not(code: str) -> None:
    items = _items(Finding(code, "a.pdf", "warning", {"reason": ""}))
    assert {_result(items, "integrity", "content"), _result(items, "usability", "opens")} == {"warning"}
    whole = {item.item: item.basis for item in _items()}
    assert whole["content"] not in [item.basis for item in items]
