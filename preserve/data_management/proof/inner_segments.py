"""Segments of a log that lie within others: what a kill left of joining, or somebody put there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

from metadata.findings import Finding
from preserve.data_management.log_rows import Numbered

Entries = Callable[[int, int], Iterable[Numbered]]
"""The entries of a log from one number up to and including another."""


def contradicting(segments: Iterable[tuple[int, int, Path]], entries: Entries, code: str) -> Iterator[Finding]:
    """A finding of this code for each that says otherwise than the log: first number, last number and file of each."""
    for first, last, path in segments:
        ours = (entry.text for entry in entries(first, last))
        try:
            with path.open(encoding="utf-8", newline="\n") as stream:
                pairs = enumerate(zip_longest((line.removesuffix("\n") for line in stream), ours), first)
                bad = next((number for number, (theirs, mine) in pairs if theirs != mine), 0)
        except FileNotFoundError:
            continue  # joined since we looked
        except (OSError, UnicodeDecodeError):
            bad = first
        if bad or last < first:
            yield Finding(code, path.name, "error", {"number": bad or first})
