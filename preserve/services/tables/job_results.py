"""What came of a job, as people read it: from the document of its result, whichever operation it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from preserve.messages import bytes_for_people, say
from preserve.services.tables import Table, facts

TEXTS = ("case_number", "number", "objid", "label", "medium", "month", "archive")
NUMBERS = ("cases", "packages", "entries", "checkpoints", "files", "originals", "done", "settled", "gone", "suspect")
SIZES = ("bytes", "capacity", "waiting_bytes")
LISTS = ("written", "left", "failed", "damaged", "not_checked", "insert", "overdue", "changes", "checks", "repairs")
COUNTED = ("counts",)
MORE_LISTS = ("discs", "tasks", "waiting", "missing")
KEYS = (*TEXTS, *COUNTED, *NUMBERS, *SIZES, *LISTS, *MORE_LISTS)
"""What is shown of a result, in this order; lists by how many there are."""


_OTHERWISE = {"campaign": ("counts", "damaged"), "receiver": ("written",)}
"""Of results that have the one, what bears a name of KEYS and is something else."""


def result(document: Mapping[str, Any]) -> Table:
    """The facts of a result that people ask for."""
    other = {key for mark, keys in _OTHERWISE.items() if mark in document for key in keys}
    rows = [
        (say(f"job.fact-{key}"), text) for key in KEYS if key not in other and (text := _text(key, document.get(key)))
    ]
    return facts([*rows, *_of_import(document)])


def _of_import(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """How many cases of a campaign are in which state."""
    counts = document.get("counts")
    if "campaign" in document and isinstance(counts, Mapping):
        yield from ((say(f"imports.state-{state}"), str(count)) for state, count in counts.items() if count)


def _text(key: str, value: Any) -> str:
    if key in COUNTED:
        return str(sum(value.values())) if isinstance(value, Mapping) else ""
    if isinstance(value, bool) or value is None or value == "":
        return ""
    if isinstance(value, (list, tuple)):
        return str(len(value)) if value else ""
    if isinstance(value, int):
        return bytes_for_people(value) if key in SIZES else str(value)
    return str(value) if key in TEXTS else ""


def findings(document: Any) -> list[Mapping[str, Any]]:
    """Every finding and every failure in a result, said in its language already, each once."""
    found: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for one in _walk(document):
        if {"code", "message", "hint"} <= one.keys():
            key = (str(one["code"]), str(one.get("where", "")), str(one["message"]))
            found.setdefault(key, {"severity": "error", "where": "", **one})
    return sorted(found.values(), key=lambda one: _WORST.index(one["severity"]) if one["severity"] in _WORST else 9)


_WORST: Sequence[str] = ("refuse", "error", "warning", "note")


def _walk(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for each in value.values():
            yield from _walk(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _walk(each)
