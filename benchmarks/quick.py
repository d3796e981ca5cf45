"""What does not depend on the machine, held against what is kept: `python -m benchmarks.quick [--accept REASON]`.

Each command that reads catalogue or ledger, on a home of some hundred cases, and one ingest of 2,000 files. A change
that makes the program ask, decode, read or start more than a tenth more is seen the day it is made; whoever means it
writes down the new numbers with the reason.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.counting import count
from benchmarks.growth import COMMANDS, words_of
from benchmarks.imitated_home import build, number_of
from benchmarks.measure import describe, keeping_home, scratch

KEPT = Path(__file__).parent / "kept.json"
CASES, FILES = 400, 2_000
ONE_MORE = f"ingest of one case more beside {CASES}"
MANY_FILES = f"ingest of {FILES:,} files"
_RISE = {"memory": 1.25, "imported": 1.03}  # of all others a tenth
# What may be added to a small number without a word: what chance and other versions of libraries add.
_SLACK = {
    "queries": 3,
    "steps": 1_500,
    "decodings": 3,
    "opened": 12,
    "read": 400_000,
    "memory": 20_000_000,
    "imported": 8,
}
_UNITS = {
    "read": "bytes read",
    "memory": "bytes of memory",
    "steps": "steps of the database",
    "opened": "files opened",
    "imported": "modules imported",
}

Counted = dict[str, dict[str, int]]


def measured(folder: Path) -> Counted:
    """The counts of each command, and of the ingest, by their names."""
    home = build(folder, CASES)
    counted = {name: asdict(count(words_of(name, CASES), home)) for name in COMMANDS}
    for counts in counted.values():
        del counts["memory"]  # of a small command it is Python's
    one_more = asdict(count(["ingest", str(_case(folder / "small", 5))], home))
    large = asdict(count(["ingest", str(_case(folder / "large", FILES))], keeping_home(folder / "ingested")))
    return {**counted, ONE_MORE: one_more, MANY_FILES: large}


def _case(folder: Path, files: int) -> Path:
    """A deposit of so many small texts, of a case that the imitated home does not hold."""
    folder.mkdir()
    names = [f"{number:04}.txt" for number in range(files)]
    for number, name in enumerate(names):
        (folder / name).write_text(f"{number} 现场检查笔录，当事人陈述。\n" * 20, encoding="utf-8")
    describe(folder, number_of(CASES), names)
    return folder


def risen(kept: Mapping[str, Mapping[str, int]], now: Mapping[str, Mapping[str, int]]) -> list[str]:
    """A sentence for each number that rose too far, or that nothing is kept of."""
    sentences = []
    for command, counts in now.items():
        for name, number in counts.items():
            before = kept.get(command, {}).get(name)
            what = f"{command}: {_UNITS.get(name, name)}"
            if before is None:
                sentences.append(f"{what}: nothing is kept of it; it is {number:,}")
            elif number > before * _RISE.get(name, 1.1) and number - before > _SLACK.get(name, 0):
                share = f" ({number / before - 1:+.0%})" if before else ""
                sentences.append(f"{what} rose from {before:,} to {number:,}{share}")
    return sentences


def accept(file: Path, now: Counted, reason: str) -> None:
    """Keep these numbers from here on, and why."""
    known: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"reasons": []}
    known["reasons"] = [*known["reasons"], reason]
    known["counts"] = now
    file.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def report(file: Path, now: Counted) -> int:
    """Say what rose; the exit status."""
    kept = json.loads(file.read_text(encoding="utf-8"))["counts"] if file.exists() else {}
    sentences = risen(kept, now)
    for sentence in sentences:
        print(sentence)
    if sentences:
        print('If this is meant: python -m benchmarks.quick --accept "why", and commit benchmarks/kept.json.')
        return 1
    print(f"Nothing rose: {len(now)} commands ask, decode, read and start no more than is kept.")
    return 0


def main(arguments: list[str]) -> int:
    """Measure; hold against what is kept, or keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", metavar="REASON", help="keep the new numbers, and why")
    reason = parser.parse_args(arguments).accept
    if reason is not None and not reason.strip():
        parser.error("a reason, please")
    with scratch() as folder:
        now = measured(folder)
    if reason is None:
        return report(KEPT, now)
    accept(KEPT, now, reason)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
