"""The history of a case with ten thousand events on paper: how long it takes and how large it is."""

from __future__ import annotations

import os
from datetime import timedelta

from benchmarks.measure import PROGRAM, describe, keeping_home, row, scratch, timed
from preserve.clock import now
from preserve.data_management import ledger
from preserve.data_management.database import open_catalogue
from preserve.data_management.tables import cases
from preserve.home import open_home

_EVENTS = 10_000
_SECONDS, _MEMORY, _SIZE = 60, 1536 << 20, 4 << 20


def main() -> list[str]:
    """One run of the command, with its proof, seen from outside."""
    with scratch() as folder:
        case = folder / "case"
        case.mkdir()
        (case / "a.txt").write_text("一")
        describe(case, "史〔2026〕1号", ["a.txt"])
        home = keeping_home(folder / "home")
        timed([PROGRAM, "ingest", str(case)], home=home)
        catalogue = open_catalogue(open_home(home))
        moment = now()
        with catalogue.begin() as connection:
            objid = connection.execute(cases.select()).one().objid
            for number in range(_EVENTS):
                ledger.append(
                    connection,
                    action="case.viewed",
                    subject=objid,
                    actor=f"official-{number % 40}",
                    details={"what": "catalogue"},
                    moment=moment + timedelta(seconds=number),
                )
        catalogue.close()
        target = folder / "history.pdf"
        took = timed([PROGRAM, "--lang", "zh", "show", objid, "--history", "--pdf", str(target)], home=home)
        size = os.path.getsize(target)
    return [
        row(
            f"history of {_EVENTS:,} events as PDF/A with proof",
            f"{took.seconds:.1f} s",
            f"{_SECONDS} s",
            f"{took.seconds / _SECONDS:.2f}",
            "≤ 1",
            took.seconds <= _SECONDS,
        ),
        row(
            "memory of it",
            f"{took.memory / 1e6:.0f} MB",
            f"{_MEMORY / 1e6:.0f} MB",
            f"{took.memory / _MEMORY:.2f}",
            "≤ 1",
            took.memory <= _MEMORY,
        ),
        row(
            "size of the PDF",
            f"{size / 1e6:.1f} MB",
            f"{_SIZE / 1e6:.0f} MB",
            f"{size / _SIZE:.2f}",
            "≤ 1",
            size <= _SIZE,
        ),
    ]
