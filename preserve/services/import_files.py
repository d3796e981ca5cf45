"""What the home keeps of campaigns, `imports/<id>/`: the plan and the decisions, held to the ledger.

What came of the cases and which bytes carriers did not give are lines that a run adds. They are no truth: the journal
says what is in the archive, and a line that a killed run left half-written is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from metadata.findings import Finding
from preserve.data_management import ledger
from preserve.data_management.archive import Archive
from preserve.errors import NotFound, NotIntact
from preserve.home import Home
from preserve.ingest.legacy.plans import (
    Decision,
    Plan,
    digest_of,
    later_wins,
    read_decisions,
    read_plan,
    write_decisions,
    write_plan,
)
from preserve.ingest.legacy.records import BadRange
from preserve.ingest.legacy.twice import OnCarrier
from storage_adapters.durable import write_file

_NEWEST = 20
PLANNED, DECIDED, BEGAN, ENDED = "import.planned", "import.decided", "import.began", "import.ended"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case in a run: `kept` with its identifier, or why it is not; `when` RFC 3339."""

    case: int
    state: str
    when: str
    case_number: str = ""
    objid: str = ""
    code: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A campaign as the home has it."""

    folder: Path
    plan: Plan
    decisions: tuple[Decision, ...]
    bad: Mapping[OnCarrier, tuple[BadRange, ...]] = field(default_factory=dict)
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)

    def nominal(self, case: int) -> Path:
        """The name under which a case of it is a deposit; nothing lies there."""
        return self.folder / f"{case + 1:05d}"


def folder_of(home: Home, campaign: str) -> Path:
    """Where a campaign is kept. Raises NotFound for what is no name of one."""
    if not campaign or not all(sign.isdigit() or sign == "-" for sign in campaign):
        raise NotFound("imports.none", campaign)
    return home.path / "imports" / campaign


def new_folder(home: Home, day: str) -> tuple[str, Path]:
    """A name that no other campaign has, and its folder."""
    number = 1
    while True:
        name = f"{day}-{number}"
        folder = home.path / "imports" / name
        # Who plans and who answers on a page may be two users of the system in one group; the umask says who else may.
        folder.parent.mkdir(mode=0o770, exist_ok=True)
        try:
            folder.mkdir(mode=0o770)
        except FileExistsError:
            number += 1
        else:
            return name, folder


def keep_plan(archive: Archive, folder: Path, plan: Plan, actor: str) -> None:
    """Keep a plan, then enter its digest: what the ledger does not know is no plan."""
    data = write_plan(plan)
    write_file(folder / "plan.jsonl", data, durable=True)
    details = {"list": plan.head.sha256, "plan": digest_of(data), "cases": len(plan.cases), "files": len(plan.files)}
    note(archive, PLANNED, plan.head.id, actor, details)


def keep_decisions(archive: Archive, kept: Kept, added: Iterable[Decision], actor: str) -> int:
    """Keep what somebody decided beside what was decided before; how many stand now."""
    decisions = later_wins(kept.decisions, tuple(added))
    data = write_decisions(decisions)
    write_file(kept.folder / f"decisions-{digest_of(data)}.jsonl", data, durable=True)
    note(archive, DECIDED, kept.plan.head.id, actor, {"decisions": digest_of(data), "count": len(decisions)})
    return len(decisions)


def note(archive: Archive, action: str, campaign: str, actor: str, details: dict[str, Any]) -> None:
    """One entry about a campaign."""
    moment = archive.now()
    ledger.append_alone(archive.catalogue, action=action, subject=campaign, actor=actor, details=details, moment=moment)


def campaigns(connection: Connection) -> list[ledger.Entry]:
    """The plans that the ledger knows, the newest first."""
    return list(reversed(ledger.of_action(connection, PLANNED)))


def count_unfinished(connection: Connection) -> int:
    """Of the newest plans, those of which a run is still to take something in, or somebody to answer something."""
    found = 0
    for _, ended in ledger.newest_with(connection, PLANNED, ENDED, _NEWEST):
        counts = ended.details["counts"] if ended else {}
        found += ended is None or any(counts.get(state) for state in ("ready", "waiting", "asked"))
    return found


def planned_since(archive: Archive, since: str, actor: str, digest: str, places: Iterable[str]) -> str:
    """The newest campaign that somebody planned of this list and these carriers since a moment; empty for none."""
    wanted = sorted(places)
    with archive.catalogue.read() as connection:
        newest = [entry for entry, _ in ledger.newest_with(connection, PLANNED, ENDED, _NEWEST)]
    for entry in newest:
        if (entry.actor, entry.details["list"]) == (actor, digest) and entry.time >= since:
            plan = read_kept(archive, entry.subject).plan
            if sorted(carrier.place for carrier in plan.carriers) == wanted:
                return entry.subject
    return ""


def read_kept(archive: Archive, campaign: str) -> Kept:
    """A campaign. Raises NotFound, NotIntact where plan or decisions are not what the ledger says."""
    folder = folder_of(archive.home, campaign)
    with archive.catalogue.read() as connection:
        entries = {
            action: next(iter(ledger.newest(connection, campaign, action)), None) for action in (PLANNED, DECIDED)
        }
    planned, decided = entries[PLANNED], entries[DECIDED]
    if planned is None:
        raise NotFound("imports.none", campaign)
    plan = read_plan(_exactly(folder / "plan.jsonl", planned.details["plan"]))
    decisions: tuple[Decision, ...] = ()
    if decided is not None:
        digest = decided.details["decisions"]
        decisions = read_decisions(_exactly(folder / f"decisions-{digest}.jsonl", digest))
    bad: dict[OnCarrier, tuple[BadRange, ...]] = {}
    for carrier in plan.carriers:
        for one in carrier.bad:
            place = (carrier.id, one.path)
            bad[place] = (*bad.get(place, ()), one)
    for row in _lines(folder / "unreadable.jsonl"):
        bad[row["carrier"], row["path"]] = tuple(BadRange(**one) for one in row["ranges"])
    outcomes = {row["case"]: _outcome(row) for row in _lines(folder / "outcomes.jsonl")}
    return Kept(folder, plan, decisions, bad, outcomes)


def _exactly(path: Path, digest: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotIntact("imports.plan-damaged", str(path), detail=error.strerror or "") from error
    if digest_of(data) != digest:
        raise NotIntact("imports.plan-damaged", str(path), detail="not what the ledger says")
    return data


def _lines(path: Path) -> list[dict[str, Any]]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    rows = []
    for line in data.splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue  # a run was killed while it wrote this; the case is asked for again
    return rows


def _outcome(row: Mapping[str, Any]) -> Outcome:
    return Outcome(**{**row, "findings": tuple(Finding(**one) for one in row["findings"])})


def add_line(path: Path, row: Mapping[str, Any]) -> None:
    """One line more, in one write; a line that was cut off before it is ended first."""
    data = json.dumps(row, sort_keys=True).encode("ascii") + b"\n"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
    try:
        end = os.lseek(handle, 0, os.SEEK_END)
        if end and os.pread(handle, 1, end - 1) != b"\n":
            data = b"\n" + data
        os.write(handle, data)
    finally:
        os.close(handle)


def add_outcome(kept: Kept, outcome: Outcome) -> None:
    """What came of a case; of its findings those that say why, for all others are in its package."""
    found = [
        {"code": one.code, "where": one.where, "severity": one.severity, "values": dict(one.values)}
        for one in outcome.findings[:200]
    ]
    add_line(kept.folder / "outcomes.jsonl", {**asdict(outcome), "findings": found})


def add_bad(kept: Kept, place: OnCarrier, ranges: Iterable[BadRange]) -> None:
    """That a carrier did not give some bytes of a file."""
    row = {"carrier": place[0], "path": place[1], "ranges": [asdict(one) for one in ranges]}
    add_line(kept.folder / "unreadable.jsonl", row)
