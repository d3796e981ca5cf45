"""Deposits: taken in, and what became of those that somebody handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from preserve.administration.duties import Duty, allows
from preserve.administration.people import may_answer
from preserve.archival_storage.policy import StorageProfile, read_policy, standings
from preserve.data_management import journal, ledger, versions
from preserve.data_management.cases import find_case
from preserve.data_management.journal import IngestRow
from preserve.data_management.ledger import Entry
from preserve.data_management.proof import anchors
from preserve.errors import Refused
from preserve.ingest import runner
from preserve.ingest.handed import Handed
from preserve.ingest.handing_in import inboxes
from preserve.services.documents import FindingShown
from preserve.services.given_deposits import HANDING_IN, with_description
from preserve.services.operation import Arguments, Look, job, of_archive, query
from preserve.services.runs import Runs
from preserve.services.session import Session

MOST = 500
"""So many of a person's deposits are listed, the newest."""


@dataclass(frozen=True, slots=True)
class MissingCopies:
    """A kind of copy that a case still needs, and how many."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Ingested:
    """A deposit that was taken in, after what was written was read back; `bytes` and `files` are the package's."""

    sip: Path
    ok: Literal[True]
    status: Literal[0]
    objid: str
    name: str
    case_number: str
    location: str
    files: int
    originals: int
    bytes: int
    resumed: bool
    sealed: bool
    missing: tuple[MissingCopies, ...]
    findings: tuple[FindingShown, ...]


@dataclass(frozen=True, slots=True)
class NotIngested:
    """One of several deposits that was not taken in, its status and what was wrong."""

    sip: Path
    ok: Literal[False]
    status: int
    error: str


@dataclass(frozen=True, slots=True)
class Ingests:
    """Several deposits, one after the other; the status is that of the first failure."""

    status: int
    ingests: tuple[Ingested | NotIngested, ...]


def _may_ingest(arguments: Arguments) -> tuple[Duty, ...]:
    # To give an unfinished ingest up may undo the work of somebody else.
    return (Duty.INGEST,) if arguments["restart"] else HANDING_IN


def _with_claims(session: Session, sip: Path, given: Handed) -> tuple[Handed, str]:
    """The deposit with the recordings that were claimed for it; its number in the inbox where there are any."""
    waiting = inboxes.at(session.home, sip)
    if waiting is None:
        return given, ""
    from preserve.services.pool_claims import with_claims  # no deposit from elsewhere has recordings claimed

    found = with_claims(session, waiting, given)
    return (given, "") if found is None else (found, waiting.id)


def _follow_up(session: Session, waiting: str, objid: str) -> None:
    """What a case that was taken in leads to: its claims are settled, and it is read by machine where that is wished.

    Most deposits lead to neither, and do not pay for them.
    """
    if waiting:
        from preserve.services.pool_settling import settle

        settle(session, waiting, objid)
    if session.home.settings.reading.after_ingest:
        from preserve.services.reading_after_ingest import after_ingest

        after_ingest(session, objid)


@job("deposits.ingest", duty=_may_ingest, runs=Runs("ingest", place="sip"))
def ingest(
    session: Session, sip: Path, *, description: Path | None = None, jobs: int = 0, restart: bool = False
) -> Ingested:
    """Take one deposit in; goes on where an earlier run stopped, with `restart` begins anew.

    `description` is a file that counts instead of any in the deposit. `jobs` processes at once (0: one a processor).
    Raises Refused, MediumProblem, StorageError, ToolMissing, Stopped, NotIntact; NotPermitted where somebody answers
    for an error, and who takes it in is no head; after Refused nothing of the deposit is left in the archive but the
    refusal in the ledger.
    """
    archive, person = session.archive, session.person
    with archive.catalogue.read() as connection:
        behalf = "" if allows(person.roles, Duty.ANSWER) else person.deputy_of
        answerer = runner.Answerer(person.account, may_answer(connection, person), behalf)
    given, waiting = _with_claims(session, sip, with_description(sip, description, archive.home))
    done = runner.run(
        archive.home, archive.catalogue, given, person=answerer, jobs=jobs, watcher=session.progress, restart=restart
    )
    _follow_up(session, waiting, done.objid)
    return Ingested(
        sip=sip,
        ok=True,
        status=0,
        objid=done.objid,
        name=done.name,
        case_number=done.case_number,
        location=done.place,
        files=done.files,
        originals=done.originals,
        bytes=done.size,
        resumed=done.resumed,
        sealed=done.sealed,
        missing=tuple(MissingCopies(kind, count) for kind, count in done.missing),
        findings=done.findings,
    )


State = Literal["under-way", "kept", "gone", "refused", "abandoned"]


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What became of one deposit; texts are empty and counts 0 where the ledger does not say, times RFC 3339.

    `source` is the deposit's own name, where it was refused before its description was read. `sealed`: every copy that
    the case needs exists and is verified; None where it is not kept, or kept no more (`gone`: destroyed by decision or
    handed over). `reasons` are the codes of what was found; `findings` all of it, where the archive still has it.
    """

    case_number: str
    objid: str
    source: str
    state: State
    handed_in: str
    ended: str
    files: int
    bytes: int
    sealed: bool | None
    reasons: tuple[str, ...]
    findings: tuple[FindingShown, ...]


@dataclass(frozen=True, slots=True)
class OwnDeposits:
    """What somebody handed in, the newest first; `more`: there are older ones too."""

    deposits: tuple[HandedIn, ...]
    more: bool


_STARTED, _RESUMED, _REFUSED, _ABANDONED = "ingest.started", "ingest.resumed", "ingest.refused", "ingest.abandoned"
_STATES: Mapping[str, State] = {
    _STARTED: "under-way",
    _RESUMED: "under-way",
    _REFUSED: "refused",
    _ABANDONED: "abandoned",
    anchors.REGISTERED: "kept",
}
_BY_DEPOSITORS = (_STARTED, _RESUMED, _REFUSED)


def _entries(connection: Connection, account: str, case: str) -> list[Entry]:
    """What an account did to deposits, the newest first; of one case, where it is named."""
    if not case:
        return ledger.of_actor(connection, account, _BY_DEPOSITORS, MOST + 1)
    row = journal.live(connection, case)
    names = {case, find_case(connection, case) or case, row.objid if row is not None else case}
    entries = ledger.of_actor(connection, account, _BY_DEPOSITORS, MOST + 1, naming=names)
    return [
        entry
        for entry in entries
        if names & {entry.subject, entry.details.get("case_number"), entry.details.get("source")}
    ]


def _own_case(session: Session, arguments: Arguments) -> str:
    """The case that is asked for, where it is one of theirs: what else somebody types is nowhere kept."""
    archive = of_archive(session, arguments)
    with session.archive.catalogue.read() as connection:
        case = arguments["case"]
        entries = _entries(connection, session.person.account, case) if case else []
    return next((entry.subject for entry in entries), archive)


@query("deposits.list_own", duty=Duty.SEE_OWN, look=Look("deposits.viewed", about=_own_case))
def list_own(session: Session, case: str = "") -> OwnDeposits:
    """What became of what I handed in, as the ledger says: the newest `MOST`, or those of one case.

    `case` is its case number or identifier, or the deposit's own name where it was refused unread. Raises Refused
    where I handed in none of that name, whether or not there is such a case.
    """
    archive = session.archive
    policy = read_policy(archive.home.profiles)
    with archive.catalogue.read() as connection:
        entries = _entries(connection, session.person.account, case)
        # One that was refused before its ingest began is about the archive, and each is a deposit of its own.
        alone = archive.home.settings.archive_id
        newest = {str(entry.number) if entry.subject == alone else entry.subject: entry for entry in reversed(entries)}
        deposits = _handed_in(connection, list(reversed(newest.values()))[:MOST], alone, policy)
    if case and not deposits:
        raise Refused("ingest.none-of-yours", case)
    return OwnDeposits(tuple(deposits), len(entries) > MOST)


def _handed_in(connection: Connection, entries: list[Entry], alone: str, policy: StorageProfile) -> list[HandedIn]:
    """What became of each deposit that one of these entries is about; all are asked for together."""
    steps: dict[str, list[Entry]] = {}
    for step in ledger.about_any(connection, (entry.subject for entry in entries if entry.subject != alone), _STATES):
        steps.setdefault(step.subject, []).append(step)
    kept = [objid for objid, taken in steps.items() if _STATES[taken[-1].action] == "kept"]
    sealed = _sealed(connection, kept, policy)
    rows = journal.of_cases(connection, (entry.subject for entry in entries))
    return [
        _what_became(steps.get(entry.subject, [entry]), alone, sealed.get(entry.subject), rows.get(entry.subject))
        for entry in entries
    ]


def _what_became(steps: list[Entry], alone: str, sealed: bool | None, row: IngestRow | None) -> HandedIn:
    first, last, state = steps[0].details, steps[-1], _STATES[steps[-1].action]
    return HandedIn(
        case_number=str(first.get("case_number", "")),
        objid="" if last.subject == alone else last.subject,
        source=str(last.details.get("source", "")),
        state="gone" if state == "kept" and sealed is None else state,
        handed_in=steps[0].time,
        ended="" if state == "under-way" else last.time,
        files=int(first.get("files", 0)),
        bytes=int(first.get("bytes", 0)),
        sealed=sealed,
        reasons=_reasons(last.details),
        findings=tuple(journal.read_findings(row.findings)) if row is not None else (),
    )


def _reasons(details: Mapping[str, Any]) -> tuple[str, ...]:
    codes: Sequence[str] = details.get("reasons", details.get("findings", ()))
    return tuple(codes)


def _sealed(connection: Connection, objids: list[str], policy: StorageProfile) -> dict[str, bool]:
    """Whether the newest version has every copy, of the cases that the archive still keeps."""
    newest = versions.newest_of(connection, objids)
    return {objid: stands.sealed for objid, stands in standings(connection, newest, policy).items()}
