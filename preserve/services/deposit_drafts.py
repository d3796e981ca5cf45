"""The description of a deposit that waits, drafted from its files, read from a workbook, and given out as one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metadata.identity import tidy
from preserve.clock import zone
from preserve.description.fields import without_empty
from preserve.description.vocabulary import read_vocabulary
from preserve.description.workbook import write_workbook
from preserve.description.writing import write_json
from preserve.ingest.draft import draft as draft_from_files
from preserve.ingest.draft import read_drafting
from preserve.ingest.handing_in.access import Known, require_change
from preserve.ingest.handing_in.described import draft_of, keep, read_sent
from preserve.services.deposit_descriptions import DraftKept, described, kept, rows_of
from preserve.services.documents import FindingShown
from preserve.services.operation import command, job, query
from preserve.services.preparation import HANDING_IN
from preserve.services.runs import Runs
from preserve.services.session import Session
from preserve.services.waiting import LOOK

LARGEST_FILE = 32 << 20


@command("deposit_description.read", duty=HANDING_IN, subject="deposit")
def read_file(session: Session, deposit: str, name: str, data: bytes, version: str) -> DraftKept:
    """Take the description from a file that was sent (案卷.xlsx, case.toml, case.json), mistakes and all.

    Raises NotFound, Conflict, Refused where it holds no description.
    """
    content, _ = read_sent(session.home, name, data)
    return kept(session, deposit, version, lambda before: content)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A description that was drafted from the files; `findings` say what was guessed."""

    deposit: str
    files: int
    findings: tuple[FindingShown, ...]


@job("deposit_description.draft", duty=HANDING_IN, subject="deposit", runs=Runs("waited", place="deposit"))
def draft(session: Session, deposit: str) -> Drafted:
    """Draft the description from what the files show by themselves; what somebody filled in already stays.

    Raises NotFound, Conflict.
    """
    place, _ = described(session, deposit)
    require_change(place, session.person)
    session.progress.begin("deposit.drafting")
    return drafted(session, place)


def drafted(session: Session, place: Known) -> Drafted:
    """The same of a deposit that was found already; permission is the caller's. Raises Conflict, Refused, Busy."""
    home, before = session.home, draft_of(session.home, place)
    content, findings = draft_from_files(
        place.folder, home.profiles, zone(home.settings.time_zone), home.settings.institution
    )
    plain: dict[str, Any] = json.loads(write_json(content))
    if plain["title"] == place.folder.name:
        plain["title"] = place.record.name
    known_rows = {tidy(str(row.get("file", ""))): row for row in rows_of(before.content, "objects")}
    rows = [without_empty({**row, **without_empty(known_rows.get(tidy(row["file"]), {}))}) for row in plain["objects"]]
    merged = without_empty({**plain, **without_empty(before.content)}) | {"objects": rows}
    place.room.path.mkdir(parents=True, exist_ok=True)
    with place.room.held():
        if place.record.kind == "inbox":
            place.room.write(place.record)
        keep(home, place.room, merged, before.version, draft_of(home, place).version)
    return Drafted(place.room.id, len(rows), tuple(findings))


@dataclass(frozen=True, slots=True)
class DescriptionFile:
    """The description as a workbook, where it lies for whoever shows it."""

    deposit: str
    path: Path


@query("deposit_description.workbook", duty=HANDING_IN, subject="deposit", look=LOOK)
def workbook(session: Session, deposit: str) -> DescriptionFile:
    """The description as 案卷.xlsx, as far as it is filled in. Raises NotFound, Conflict."""
    home = session.home
    place, draft = described(session, deposit)
    place.room.path.mkdir(parents=True, exist_ok=True)
    target = place.room.path / "export.xlsx"
    part = place.room.path / f".export.{session.person.account}.xlsx"
    own = home.profiles
    write_workbook(part, draft.content, read_vocabulary(own), volumes=read_drafting(own).volumes.divide)
    part.replace(target)
    return DescriptionFile(deposit, target)
