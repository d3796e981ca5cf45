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


def check_copy(
    adapter: StorageAdapter,
    medium: str,
    anchor: Anchor,
    progress: Callable[[int], None],
    *,
    known: Collection[str] = (),
    note: Callable[[FileCheck], None] = lambda check: None,
    more: Callable[[int], None] = lambda size: None,
    from_medium: bool = True,
) -> CopyCheck:
    """Hold every file of a copy against the digests that the ledger anchors, and look for files too many.

    `known` are paths that an earlier, unfinished check found intact; `note` is told of each file as it is done. A
    medium that goes away or fails as a whole makes the copy not checked, never damaged. What `progress` raises is
    passed on at once. `more` is asked before a file is begun, with its size where it is known: where it raises
    OutOfBudget, the files begun are read to their end and noted, then it is passed on.
    """
    began = time.perf_counter()
    copy = CopyRef(anchor.name)
    files = size = 0
    problems: list[FileCheck] = []
    ended: OutOfBudget | None = None

    def ask(size: int) -> bool:
        nonlocal ended
        try:
            more(size)
        except OutOfBudget as error:
            ended = error
        return ended is None

    def result(outcome: Outcome, reason: str = "", detail: str = "") -> CopyCheck:
        spent = int((time.perf_counter() - began) * 1000)
        return CopyCheck(
            anchor.name,
            medium,
            outcome,
            reason,
            files,
            size,
            anchor.manifest if outcome == "intact" else "",
            spent,
            tuple(problems),
            detail,
        )

    try:
        contents = contents_of(adapter, copy, anchor)
        problems += contents.problems
        expected = [file for file in contents.expected if file.path not in known]
        # Where its own lists are not proven there is nothing to hold the files against.
        checks = adapter.verify(copy, Scope(expected, True, from_medium, ask), progress) if not problems else iter(())
        for check in checks:
            if check.verdict == "unexpected" and check.path in known:
                continue
            files, size = files + 1, size + check.size
            note(check)
            if check.verdict != "intact":
                problems.append(check)
    except CopyUnknown as error:
        return result("damaged", "absent", str(error)) if _there(adapter) else result("not-checked", "medium-absent")
    except (MediumAbsent, WrongMedium) as error:
        return result("not-checked", "wrong-medium" if isinstance(error, WrongMedium) else "medium-absent", str(error))
    except StorageError as error:
        return result("not-checked", "unreadable-medium", str(error))
    if ended is not None:
        raise ended
    if not problems:
        return result("intact")
    if not _there(adapter):
        # It went away while it was read: what could not be read says nothing about the copy.
        return result("not-checked", "medium-absent")
    worst = min(problems, key=lambda check: list(REASONS).index(check.verdict))
    return result("damaged", REASONS[worst.verdict], worst.detail)


def _there(adapter: StorageAdapter) -> bool:
    try:
        return adapter.probe().present
    except StorageError:
        return False
