"""The history of a case or of an object in it: every event with its proof, to read or to hand to a court."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.case_history import words
from preserve.access.case_history.events import find_object
from preserve.access.case_history.gather import gather
from preserve.access.case_history.model import History, Source, Subject
from preserve.access.case_history.sections import local, verdict
from preserve.access.case_history.writing import check_targets, write_history
from preserve.administration.duties import Duty
from preserve.clock import zone
from preserve.data_management import holdings, sealing
from preserve.data_management.cases import objid_of
from preserve.services.case_views import MissingCopies
from preserve.services.cases import of_case
from preserve.services.documents import FindingShown
from preserve.services.operation import Arguments, Look, query
from preserve.services.session import Session


@dataclass(frozen=True, slots=True)
class CaseNamed:
    """The case; its title is empty for a reader who may not see what is in it."""

    objid: str
    case_number: str
    archival_number: str
    title: str
    packages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObjectNamed:
    """The object that the history is about; `size` in bytes."""

    identifier: str
    path: str
    representation: str
    size: int
    sha256: str
    format: str
    puid: str


@dataclass(frozen=True, slots=True)
class CopyOnMedium:
    """A copy, and the medium it lies on; `part` of `parts`."""

    name: str
    medium: str
    label: str
    kind: str
    place: str
    state: str
    written: str | None
    verified: str | None
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class DestroyedBy:
    """That the case was destroyed by decision, or is being destroyed."""

    disposal: str
    state: str
    since: str


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One event: `when` in UTC, `time` by the bureau's clock; `what` and `told` in the reader's language."""

    number: int
    when: str
    time: str
    source: Source
    who: str
    code: str
    what: str
    outcome: str
    reference: str
    told: str


@dataclass(frozen=True, slots=True)
class LedgerProof:
    """How much of the ledger was proven, and the checkpoint over it."""

    entries: int
    size: int
    root: str
    made: str
    key_sha256: str
    checkpoint: str


@dataclass(frozen=True, slots=True)
class HistoryView:
    """A history, oldest event first; `status` is 4 where something stands against the case or its proof.

    `verdict` says how it stands, in the reader's language. `files` are the documents that were written, `proof` the
    folder beside them. `listings` counts how often the case stood in a list of cases that somebody saw.
    """

    status: int
    intact: bool
    contents_shown: bool
    verdict: str
    case: CaseNamed
    object: ObjectNamed | None
    copies: tuple[CopyOnMedium, ...]
    missing: tuple[MissingCopies, ...]
    destroyed: tuple[DestroyedBy, ...]
    listings: int
    events: tuple[HistoryEvent, ...]
    ledger: LedgerProof
    findings: tuple[FindingShown, ...]
    files: tuple[Path, ...]
    proof: str
    proof_sha256: str


def _duties(arguments: Arguments) -> tuple[Duty, ...]:
    return (Duty.FIND,) if arguments["name"] else (Duty.FIND, Duty.REPORT)


def _identifier(connection: Connection, objid: str, name: str) -> str:
    return find_object(connection, objid, name)[0].identifier if name else ""


def _targets(arguments: Arguments) -> dict[str, Path]:
    return {form: arguments[form].absolute() for form in ("pdf", "html") if arguments[form] is not None}


def _looked_at(session: Session, arguments: Arguments) -> Mapping[str, object]:
    """The object by its identifier: its name may name people. Raises Refused where a document could not be written."""
    targets = _targets(arguments)
    check_targets(list(targets.values()), session.archive.home)
    with session.archive.catalogue.read() as connection:
        objid = objid_of(connection, arguments["case"])
        return {"object": _identifier(connection, objid, arguments["name"]), "form": sorted(targets)}


@query("case.history", duty=_duties, subject="case", look=Look("history.viewed", _looked_at, of_case))
def show_history(
    session: Session, case: str, *, name: str = "", pdf: Path | None = None, html: Path | None = None
) -> HistoryView:
    """Every event of a case, or of the object `name` in it; written to `pdf` and `html` with the proof beside them.

    Who may see cases (Duty.FIND) sees all of it. Who may only see what was done (Duty.REPORT: the auditor, the
    security administrator) sees every event and no content: no titles, no names of files, nothing by object. The look
    itself is the last event. Raises Refused, NotIntact.
    """
    archive = session.archive
    targets = _targets({"pdf": pdf, "html": html})
    if targets:
        sealing.anchor_looks(archive.home, archive.catalogue)  # the proof shows who looked, up to this look
    with archive.catalogue.read() as connection:
        objid = objid_of(connection, case)
        identifier = _identifier(connection, objid, name)
        contents = session.person.may(Duty.FIND)
        history, entries = gather(archive.home, connection, objid, identifier, archive.now(), contents=contents)
        labels = {row.id: row.label for row in holdings.all_media(connection)}
        written = write_history(archive.home, connection, history, entries, targets, labels) if targets else None
    view = _view(history, labels, archive.home.settings.time_zone)
    if written is None:
        return view
    return replace(view, files=written.files, proof=str(written.proof), proof_sha256=written.sha256)


def _view(history: History, labels: Mapping[str, str], time_zone: str) -> HistoryView:
    bureau = zone(time_zone)
    return HistoryView(
        status=0 if history.sound else 4,
        intact=history.intact,
        contents_shown=history.contents,
        verdict=verdict(history, labels, bureau).words,
        case=CaseNamed(
            history.objid, history.case_number, history.archival_number, history.title, tuple(history.packages)
        ),
        object=_object(history.subject),
        copies=_copies(history),
        missing=tuple(MissingCopies(kind, count) for kind, count in history.missing),
        destroyed=tuple(DestroyedBy(gone.disposal, gone.state, gone.since) for gone in history.gone),
        listings=history.listings,
        events=tuple(
            HistoryEvent(
                number,
                event.when,
                local(event.when, bureau),
                event.source,
                event.who,
                event.code,
                words.what(event),
                event.outcome,
                event.reference,
                words.told(event, history, labels, short=False),
            )
            for number, event in enumerate(history.happenings, 1)
        ),
        ledger=_proof(history),
        # Their sentences name the place, which a finding has beside its values.
        findings=tuple(
            replace(finding, values={**finding.values, "where": finding.where}) for finding in history.findings
        ),
        files=(),
        proof="",
        proof_sha256="",
    )


def _object(subject: Subject | None) -> ObjectNamed | None:
    if subject is None:
        return None
    return ObjectNamed(
        subject.identifier,
        subject.path,
        subject.representation,
        subject.size,
        subject.sha256,
        subject.format_name,
        subject.puid,
    )


def _copies(history: History) -> tuple[CopyOnMedium, ...]:
    return tuple(
        CopyOnMedium(
            copy.name,
            copy.medium,
            medium.label if medium else "",
            medium.kind if medium else "",
            medium.place if medium else "",
            copy.state,
            copy.written,
            copy.verified,
            copy.part,
            copy.parts,
        )
        for copy, medium in history.copies
    )


def _proof(history: History) -> LedgerProof:
    checkpoint = history.checkpoint
    return LedgerProof(
        history.entries, checkpoint.size, checkpoint.root.hex(), checkpoint.made, history.key, checkpoint.text()
    )
