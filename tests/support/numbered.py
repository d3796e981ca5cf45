"""An archive that gives archival numbers itself, with a fonds; and deposits that get one."""

from __future__ import annotations

from pathlib import Path

from preserve.data_management.archive import Archive
from preserve.ingest.runner import Answerer, Result, run
from preserve.profiles import SHIPPED
from preserve.progress import Silent
from preserve.services import fonds
from tests.support.sessions import founded, founder
from tests.support.tiny_case import write_case

BODY = "临江市文化和旅游局"
NUMBER = "J019"
SERIES = "ZY·ZF·2026·D30"


def give_numbers(archive: Archive, most: int = 4) -> None:
    """Have the archive give numbers by the shipped pattern; a sequence has at most so many digits."""
    text = (SHIPPED / "numbering.toml").read_text(encoding="utf-8")
    text = text.replace('use = "check"', 'use = "give"').replace("most = 4", f"most = {most}")
    archive.home.profiles.mkdir(exist_ok=True)
    (archive.home.profiles / "numbering.toml").write_text(text, encoding="utf-8")


def numbering_archive(folder: Path, number: str = NUMBER) -> Archive:
    """A new archive that gives numbers, with the fonds `culture`."""
    archive = founded(folder)
    give_numbers(archive)
    fonds.enter(founder(archive), "culture", name=BODY, number=number)
    return archive


def take_in(archive: Archive, folder: Path, name: str, **changes: object) -> Result:
    """Take a tiny case of that number in."""
    case = write_case(folder / name, case_number=name, **changes)
    return run(archive.home, archive.catalogue, case, person=Answerer("zhou", may=True), jobs=1, watcher=Silent())
