"""A case that has fallen due, decided to be destroyed by four people; carried out at a moment after the pause."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from preserve.administration.actor import Actor
from preserve.administration.disposal.executing import Report, execute
from preserve.administration.duties import Role
from preserve.administration.people import Person
from preserve.clock import now
from preserve.data_management.archive import Archive
from preserve.data_management.database import open_catalogue
from preserve.home import open_home
from tests.support.office import Office, make_office

LONG_AGO = date(2013, 5, 20)
ARCHIVIST = Person("chen", "陈档案", frozenset({Role.ARCHIVIST}))


def after_the_pause() -> datetime:
    """A moment at which the pause is over."""
    return now() + timedelta(days=40)


def aged_office(folder: Path, retention: str, *options: str) -> Office:
    """A case closed in 2013 whose recordings are no evidence: with 10 years it is due, with 30 its recordings are."""
    return make_office(
        folder,
        *options,
        today=LONG_AGO,
        retention=retention,
        incidents=[],
        measures=[],
        objects=lambda given: [{**one, "evidence": False, "with_case": False} for one in given],
    )


def decide(office: Office, *items: str) -> str:
    """Drawn, appraised by two, approved, proposed, supervised by two, approved; the number of the disposal."""
    number = office.json("", "retention", "review")["review"]["number"]
    for who in ("", "wang"):
        office.json(who, "retention", "appraise", number, "--all-items", "--decision", "destroy")
    office.json("head", "retention", "approve", number)
    chosen = [word for item in items for word in ("--item", item)]
    made = office.json("", "disposal", "propose", number, *chosen)["disposal"]["number"]
    office.json("wang", "disposal", "supervise", made)
    office.json("zhao", "disposal", "supervise", made)
    office.json("head", "disposal", "approve", made)
    return str(made)


def carry_out(
    home_path: Path, number: str, kill_at: int = 0, meanwhile: Callable[[str], None] = lambda what: None
) -> Report:
    """Carry it out in this process; with `kill_at` the process is killed before its step of that number.

    `meanwhile` is what others do before each step.
    """
    home = open_home(home_path)
    catalogue = open_catalogue(home)
    count = 0

    def watch(step: str) -> None:
        nonlocal count
        count += 1
        if count == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        meanwhile(step)

    try:
        return execute(Actor(Archive(home, catalogue, after_the_pause), ARCHIVIST), number, watch=watch)
    finally:
        catalogue.close()


def originals_of(office: Office) -> dict[str, str]:
    """The digests of the case's files as it was deposited, and their names."""
    folder = office.papers.parent / "case"
    return {
        hashlib.sha256(path.read_bytes()).hexdigest(): path.name
        for path in folder.rglob("*")
        if path.is_file() and path.name != "case.json"
    }


def found_in(home: Path, digests: dict[str, str]) -> list[str]:
    """Files anywhere in the archive that hold one of these contents, whatever they are called."""
    return [
        f"{path.relative_to(home)}: {digests[seen]}"
        for path in sorted(home.rglob("*"))
        if path.is_file()
        # Opening and closing the catalogue here would drop the locks that this process holds on it.
        and not path.name.startswith("catalogue.sqlite")
        and (seen := hashlib.sha256(path.read_bytes()).hexdigest()) in digests
    ]


def main(arguments: list[str]) -> None:
    """`home number kill_at`: prints what is left to do."""
    report = carry_out(Path(arguments[0]), arguments[1], int(arguments[2]))
    told: dict[str, Any] = {"done": report.done, "tasks": [t.why for one in report.outcomes for t in one.tasks]}
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
