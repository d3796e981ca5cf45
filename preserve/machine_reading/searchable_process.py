"""Has a searchable copy made by a process with bounds; a page that breaks it is left out, and all is made again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preserve.machine_reading.bounded import Broken, Limits, run_bounded
from preserve.machine_reading.records import PageText, line_of
from preserve.machine_reading.searchable import LeftOut, Searchable, Words
from preserve.machine_reading.searchable_child import NO_ROOM, UNREADABLE
from preserve.typesetting.judging import Verdict

_CHILD = "preserve.machine_reading.searchable_child"
LIMITS = Limits(memory=4 << 30, seconds=300, written=64 << 30)
_MOST_BROKEN = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """Files with their names in the case, what was read of them, where the copy goes, and a folder for what waits."""

    files: Sequence[tuple[Path, str]]
    texts: Iterable[PageText]
    output: str
    scratch: Path
    words: Words


def make_searchable(wanted: Wanted, pulse: Callable[[], None], limits: Limits = LIMITS) -> Searchable:
    """Make it. `pulse` is called about once a second and may raise to stop.

    Raises Broken: `NO_ROOM` where it cannot be written, `UNREADABLE` where nothing can be shown, else what broke the
    process too often, or where no page is at fault.
    """
    words = wanted.words
    request: dict[str, Any] = {
        "files": [{"path": str(path), "name": name} for path, name in wanted.files],
        "broken": [],
        "texts": [line_of(text) for text in wanted.texts],
        "output": wanted.output,
        "scratch": str(wanted.scratch),
        "title": words.title,
        "mark": words.mark,
        "source": words.source,
        "moment": words.moment.isoformat(),
    }
    while True:
        place: list[Any] = ["", 0]
        try:
            for told in run_bounded(_CHILD, request, limits, pulse):
                place = told.get("at", place)
                if "made" in told:
                    return _made(told["made"])
        except Broken as error:
            if not place[0] or error.code in (NO_ROOM, UNREADABLE) or len(request["broken"]) == _MOST_BROKEN:
                raise
            request["broken"].append([*place, f"{error.code} {error.words}"])


def _made(told: dict[str, Any]) -> Searchable:
    verdict = told["verdict"]
    return Searchable(
        told["pages"],
        told["lines"],
        told["kept"],
        tuple(LeftOut(**one) for one in told["left_out"]),
        Verdict(verdict["validator"], verdict["passed"], tuple(verdict["rules"]), tuple(verdict["undecided"])),
    )
