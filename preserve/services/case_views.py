"""One case with everything that the catalogue knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import InstanceOf, PlainSerializer
from sqlalchemy import Connection

from preserve.administration.duties import Duty
from preserve.archival_storage.policy import read_policy, standing
from preserve.data_management import both_logs, cases, destroyed, proceedings, retention_index
from preserve.data_management.case_life import EventFacts, FormatCount, read_life
from preserve.data_management.cases import DescribedCase
from preserve.data_management.destroyed import Gone
from preserve.data_management.disposal_holds import Block, blocks
from preserve.data_management.holdings import CopyRow
from preserve.data_management.retention_index import RetentionRow
from preserve.data_management.versions import Version
from preserve.description.fixed_values import Classification
from preserve.description.labels import label_of
from preserve.description.plain import PlainDescription
from preserve.description.vocabulary import read_sound_types
from preserve.errors import UsageError
from preserve.services.cases import of_case
from preserve.services.inner_volume import MAIN
from preserve.services.operation import Arguments, Look, query
from preserve.services.pages import Page
from preserve.services.session import Session

_NEWEST = Page(size=1000)


@dataclass(frozen=True, slots=True)
class MissingCopies:
    """How many copies of one kind of medium are missing; of the kind `place`: buildings."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An entry of the ledger, or of the log of looks, as its canonical text says; `number` counts within its log."""

    number: int
    time: str
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    log: str = "ledger"


@dataclass(frozen=True, slots=True)
class TransferOf:
    """A transfer that a case is or was part of."""

    number: str
    state: str
    opened: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case with everything that the catalogue knows of it.

    `events` and `ledger` are the newest, newest first; `events_more` and `ledger_more` count the others, and the
    entries go on after the key `ledger_next`. Names of type and classification are in the reader's language.
    """

    case: DescribedCase
    description: Annotated[InstanceOf[PlainDescription], PlainSerializer(dict, return_type=dict[str, Any])]
    versions: tuple[Version, ...]
    formats: tuple[FormatCount, ...]
    copies: tuple[CopyRow, ...]
    events: tuple[EventFacts, ...]
    ledger: tuple[LedgerEntry, ...]
    sealed: bool
    missing: tuple[MissingCopies, ...]
    retention: tuple[RetentionRow, ...]
    blocks: tuple[Block, ...]
    gone: tuple[Gone, ...]
    transfers: tuple[TransferOf, ...]
    case_type_name: str
    classification_name: str
    events_more: int
    ledger_more: int
    ledger_next: str
    newest_version: int = field(repr=False)

    @property
    def destroyed(self) -> bool:
        """Whether the whole case was destroyed by decision, or is being destroyed."""
        return any(not part.item for part in self.gone)


def _catalogue(session: Session, arguments: Arguments) -> Mapping[str, object]:
    return {"what": "catalogue"}


@query("case.show", duty=Duty.FIND, subject="case", look=Look("case.viewed", _catalogue, of_case), hidden=MAIN)
def show(session: Session, case: str, page: Page = _NEWEST) -> CaseView:
    """The whole life of one case; `page` is of the ledger's entries about it. Raises Refused where there is none."""
    home = session.archive.home
    with session.archive.catalogue.read() as connection:
        objid = cases.objid_of(connection, case)
        life = read_life(connection, objid)
        stands = standing(connection, objid, life.newest, read_policy(home.profiles))
        entries, more, following = _entries(connection, objid, page)
        return CaseView(
            life.case,
            life.description,
            life.versions,
            life.formats,
            life.copies,
            life.events,
            entries,
            stands.sealed,
            tuple(MissingCopies(kind, count) for kind, count in stands.missing),
            tuple(retention_index.rows_of(connection, objid)),
            tuple(blocks(connection, objid)),
            tuple(destroyed.of_case(connection, objid)),
            tuple(
                TransferOf(row.number, row.state, row.opened)
                for row in proceedings.about_case(connection, "transfer", objid)
            ),
            case_type_name=read_sound_types(home.profiles).label("case_type", life.case.case_type),
            classification_name=label_of(Classification(life.case.classification)),
            events_more=life.earlier_events,
            ledger_more=more,
            ledger_next=following,
            newest_version=life.newest,
        )


def _entries(connection: Connection, objid: str, page: Page) -> tuple[tuple[LedgerEntry, ...], int, str]:
    try:
        before = both_logs.place_of(page.after) if page.after else both_logs.LogPlace()
    except ValueError as error:
        raise UsageError("catalogue.after-wrong", page.after) from error
    entries, following, more = both_logs.newest_about(connection, objid, before=before, limit=page.size)
    return tuple(LedgerEntry(**entry.data) for entry in entries), more, str(following or "")
