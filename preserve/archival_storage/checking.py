"""Reads one copy back from its medium and says what it is: intact, damaged and where, or not checked and why."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from preserve.archival_storage.pace import OutOfBudget
from preserve.archival_storage.packages import contents_of
from preserve.data_management.proof.anchors import Anchor
from storage_adapters.contract import CopyRef, FileCheck, Scope, StorageAdapter
from storage_adapters.errors import CopyUnknown, MediumAbsent, StorageError, WrongMedium

Outcome = Literal["intact", "damaged", "not-checked"]
REASONS = {"damaged": "altered", "absent": "absent", "unexpected": "unexpected", "unreadable": "unreadable"}


@dataclass(frozen=True, slots=True)
class CopyCheck:
    """What a copy was found to be. `reason` is empty where it is intact; `problems` name its files."""

    name: str
    medium: str
    outcome: Outcome
    reason: str
    files: int
    size: int
    manifest: str
    milliseconds: int
    problems: tuple[FileCheck, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How a check goes on from an earlier one, and how it may end before it is done.

    `known` are paths that the earlier check found intact; `note` is told of each file as it is done. `more` is asked
    before a file is begun, with its size where it is known: where it raises OutOfBudget, the files begun are read to
    their end and noted, then it is passed on.
    """

    known: Collection[str] = ()
    note: Callable[[FileCheck], None] = lambda check: None
    more: Callable[[int], None] = lambda size: None


FROM_THE_START = Unfinished()
"""A check that nothing goes before, and that ends only when all is read."""


def check_copy(
    adapter: StorageAdapter,
    medium: str,
    anchor: Anchor,
    progress: Callable[[int], None],
    unfinished: Unfinished = FROM_THE_START,  # frozen
    *,
    from_medium: bool = True,
) -> CopyCheck:
    """Hold every file of a copy against the digests that the ledger anchors, and look for files too many.

    A medium that goes away or fails as a whole makes the copy not checked, never damaged. What `progress` raises is
    passed on at once.
    """
    check = _Check(medium, anchor, unfinished)
    try:
        check.compare(adapter, progress, from_medium)
    except CopyUnknown as error:
        if _there(adapter):
            return check.result("damaged", "absent", str(error))
        return check.result("not-checked", "medium-absent")
    except (MediumAbsent, WrongMedium) as error:
        reason = "wrong-medium" if isinstance(error, WrongMedium) else "medium-absent"
        return check.result("not-checked", reason, str(error))
    except StorageError as error:
        return check.result("not-checked", "unreadable-medium", str(error))
    if check.ended is not None:
        raise check.ended
    if not check.problems:
        return check.result("intact")
    if not _there(adapter):
        # It went away while it was read: what could not be read says nothing about the copy.
        return check.result("not-checked", "medium-absent")
    worst = min(check.problems, key=lambda problem: list(REASONS).index(problem.verdict))
    return check.result("damaged", REASONS[worst.verdict], worst.detail)


class _Check:
    """One copy under way: what was read of it so far, and what is wrong."""

    def __init__(self, medium: str, anchor: Anchor, unfinished: Unfinished) -> None:
        self.medium, self.anchor, self.unfinished = medium, anchor, unfinished
        self.files = self.size = 0
        self.problems: list[FileCheck] = []
        self.ended: OutOfBudget | None = None
        self.began = time.perf_counter()

    def compare(self, adapter: StorageAdapter, progress: Callable[[int], None], from_medium: bool) -> None:
        """Read the copy's own lists, then every file that is not known to be intact. Raises StorageError."""
        copy, known = CopyRef(self.anchor.name), self.unfinished.known
        contents = contents_of(adapter, copy, self.anchor)
        self.problems += contents.problems
        if self.problems:
            return  # where its own lists are not proven there is nothing to hold the files against
        expected = [file for file in contents.expected if file.path not in known]
        for file in adapter.verify(copy, Scope(expected, True, from_medium, self._may_go_on), progress):
            if file.verdict == "unexpected" and file.path in known:
                continue
            self.files, self.size = self.files + 1, self.size + file.size
            self.unfinished.note(file)
            if file.verdict != "intact":
                self.problems.append(file)

    def _may_go_on(self, size: int) -> bool:
        try:
            self.unfinished.more(size)
        except OutOfBudget as error:
            self.ended = error
        return self.ended is None

    def result(self, outcome: Outcome, reason: str = "", detail: str = "") -> CopyCheck:
        """What the copy was found to be."""
        return CopyCheck(
            self.anchor.name,
            self.medium,
            outcome,
            reason,
            self.files,
            self.size,
            self.anchor.manifest if outcome == "intact" else "",
            int((time.perf_counter() - self.began) * 1000),
            tuple(self.problems),
            detail,
        )


def _there(adapter: StorageAdapter) -> bool:
    try:
        return adapter.probe().present
    except StorageError:
        return False
