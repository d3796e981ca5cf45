"""Deposits that wait to be taken in: listed, shown, checked, handed in, sent back, and taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import Connection

from preserve.clock import zone
from preserve.data_management import journal
from preserve.data_management.cases import find_case
from preserve.description.schema import CaseDescription
from preserve.description.vocabulary import read_vocabulary
from preserve.home import Home
from preserve.ingest.handing_in import inboxes
from preserve.ingest.handing_in.access import Known, known, may_change, takes_in
from preserve.ingest.handing_in.described import Draft, draft_of
from preserve.ingest.handing_in.figures import Figures, figures
from preserve.ingest.handing_in.found import read_found
from preserve.ingest.handing_in.rooms import Letter, Room, State, rooms
from preserve.ingest.receive import fingerprint_of
from preserve.ingest.rules.filed_in_time import filing_due
from preserve.ingest.rules.profile import read_case_type, read_rules
from preserve.ingest.waiting import Standing
from preserve.services.documents import FindingShown
from preserve.services.given_deposits import HANDING_IN
from preserve.services.operation import Arguments, Look, of_archive, query
from preserve.services.session import Session
from preserve.working_days import read_calendar, working_days_between

Verdict = Literal["", "complete", "explained", "warning", "error", "refuse"]
_ORDER = ("late", "soon", "unknown", "in-time")


@dataclass(frozen=True, slots=True)
class DepositWaiting:
    """One deposit that waits. `verdict` is that of the last check, empty where there was none since it was changed.

    `due` is ISO 8601, empty where the description cannot be read; `days`: working days left, or over where it is late.
    `objid`: the case that it became, or that holds the very same files already. `ends`: when an upload that is not
    whole is given up. `have` bytes of it are there.
    """

    id: str
    kind: Literal["upload", "inbox"]
    name: str
    owner: str
    mine: bool
    state: State
    case_number: str
    title: str
    files: int
    bytes: int
    described: Literal["draft", "own", "none"]
    mistakes: int
    verdict: Verdict
    due: str
    due_certain: bool
    days: int
    standing: Standing
    objid: str
    letters: int
    opened: str
    handed_in: str
    taken_in: str
    ends: str


@dataclass(frozen=True, slots=True)
class DepositsWaiting:
    """What waits, the late ones first; `absent` are inboxes that cannot be read now."""

    deposits: tuple[DepositWaiting, ...]
    absent: tuple[str, ...]


@query("deposits.waiting", duty=HANDING_IN, look=Look("deposits.viewed", about=of_archive))
def waiting(session: Session) -> DepositsWaiting:
    """What waits: of an archivist the inboxes and what was handed in, of everybody what they sent themselves."""
    home, person = session.home, session.person
    all_of_them = takes_in(person)
    places: list[Known] = []
    if all_of_them:
        places += [Known(*inboxes.record_of(home, folder), folder.path) for folder in inboxes.listed(home)]
    for room, record in rooms(home):
        mine = record.owner == person.account
        if record.kind == "upload" and (mine or (all_of_them and record.state not in ("uploading", "draft"))):
            places.append(Known(room, record, room.files / record.top if record.top else room.files))
    with session.archive.catalogue.read() as connection:
        found = [_waiting(session, connection, place) for place in places]
    # Within one standing the most pressing first: of late ones the latest, else those with the fewest days left.
    found.sort(
        key=lambda one: (
            one.state == "taken-in" or bool(one.objid),
            _ORDER.index(one.standing),
            one.due or "9999",
            one.name,
        )
    )
    return DepositsWaiting(tuple(found), inboxes.absent(home) if all_of_them else ())


def _waiting(session: Session, connection: Connection, place: Known) -> DepositWaiting:
    home, record = session.home, place.record
    ended = record.state in ("uploading", "taken-in")
    draft = Draft({}, "none", "", (), None) if ended else draft_of(home, place)
    size = Figures(record.files, record.bytes) if record.kind == "upload" else figures(place.folder)
    found = None if ended else read_found(place.room, version_of(home, place, draft))
    number = record.case_number or _text(draft, "case_number")
    due, certain, days, standing = _due(home, draft.case, session)
    return DepositWaiting(
        id=record.id,
        kind=record.kind,
        name=record.name,
        owner=record.owner,
        mine=record.owner == session.person.account,
        state=record.state,
        case_number=number,
        title=_text(draft, "title"),
        files=size.files,
        bytes=size.bytes,
        described=draft.origin,
        mistakes=sum(one.severity == "refuse" for one in draft.findings),
        verdict=found.verdict if found else "",
        due=due.isoformat() if due else "",
        due_certain=certain,
        days=days,
        standing=standing,
        objid=record.objid or _held(connection, place.room, number, size),
        letters=len(record.letters),
        opened=record.opened,
        handed_in=record.handed_in,
        taken_in=record.taken_in,
        ends=place.room.ends().isoformat() if record.state == "uploading" else "",
    )


def version_of(home: Home, place: Known, draft: Draft | None = None) -> str:
    """By this what a check looked at is known again: the description, and of a folder that is not ours its files."""
    version = (draft or draft_of(home, place)).version
    return version if place.record.kind == "upload" else f"{version}-{figures(place.folder).fingerprint}"


def _text(draft: Draft, name: str) -> str:
    value = draft.content.get(name)
    return value if isinstance(value, str) else ""


def _due(home: Home, case: CaseDescription | None, session: Session) -> tuple[date | None, bool, int, Standing]:
    """By when a case must be filed, whether that is certain, and the working days till then or since (Art. 16)."""
    if case is None:
        return None, False, 0, "unknown"
    words = read_vocabulary(home.profiles)
    rule, calendar = read_rules(home.profiles, words).filing, read_calendar(home.profiles)
    filing = filing_due(case, read_case_type(case.case_type, home.profiles, words), rule, calendar)
    if filing is None:
        return None, False, 0, "unknown"
    today = session.archive.now().astimezone(zone(home.settings.time_zone)).date()
    late = today > filing.due
    days = working_days_between(calendar, *((filing.due, today) if late else (today, filing.due)))[0]
    standing: Standing = "late" if late else "soon" if days <= rule.soon_working_days else "in-time"
    return filing.due, filing.certain, days, standing


def _held(connection: Connection, room: Room, number: str, size: Figures) -> str:
    """The case that was made of these very files: by its number and ingest's fingerprint."""
    if not number or not size.fingerprint:
        return ""
    row = journal.live(connection, number)
    if row is None or row.state != "done":
        return ""
    beside = room.draft.read_bytes() if room.draft.exists() else b""
    known_by = {size.fingerprint, fingerprint_of(size.fingerprint, beside)}
    return row.objid if row.fingerprint in known_by and find_case(connection, number) else ""


@dataclass(frozen=True, slots=True)
class DepositShown:
    """One deposit that waits, with what the last check found, and the letters that went back with it.

    `stale`: something was changed since that check. `may_change`: whether whoever asks may write to it now;
    `may_take_in`: whether they may take it in or send it back. `rows`: the row of the description, from 1, of each file
    that a finding names.
    """

    deposit: DepositWaiting
    checked: str
    stale: bool
    needed: int
    room: int
    free: int
    findings: tuple[FindingShown, ...]
    rows: Mapping[str, int]
    letters: tuple[Letter, ...]
    taken_by: str
    may_change: bool
    may_take_in: bool
    receipt: bool


def _rows(draft: Draft, findings: tuple[FindingShown, ...]) -> dict[str, int]:
    """Where in the description each file stands that a finding names."""
    wanted = {one.where for one in findings if one.where}
    objects = draft.content.get("objects")
    listed = objects if isinstance(objects, list) else []
    files = ((number, str(one.get("file", ""))) for number, one in enumerate(listed, 1) if isinstance(one, dict))
    return {file: number for number, file in files if file in wanted}


def of_deposit(session: Session, arguments: Arguments) -> str:
    """As what a look is about: the deposit, where there is one that they may know of. Raises NotFound: what somebody
    types that names nothing is nowhere kept."""
    return known(session.home, session.person, arguments["deposit"]).room.id


LOOK = Look("deposit.viewed", about=of_deposit)


@query("deposits.show", duty=HANDING_IN, subject="deposit", look=LOOK)
def show(session: Session, deposit: str) -> DepositShown:
    """One deposit that waits. Raises NotFound where there is none that whoever asks may know of."""
    place = known(session.home, session.person, deposit)
    with session.archive.catalogue.read() as connection:
        facts = _waiting(session, connection, place)
    found = read_found(place.room, None)
    findings = found.findings if found else ()
    draft = draft_of(session.home, place) if place.record.state not in ("uploading", "taken-in") else None
    return DepositShown(
        facts,
        found.checked if found else "",
        stale=bool(found and draft and found.version != version_of(session.home, place, draft)),
        needed=found.needed if found else 0,
        room=found.room if found else 0,
        free=found.free if found else 0,
        findings=findings,
        rows=_rows(draft, findings) if draft else {},
        letters=place.record.letters,
        taken_by=place.record.taken_by,
        may_change=may_change(place, session.person),
        may_take_in=takes_in(session.person) and place.record.state not in ("uploading", "taken-in"),
        receipt=place.room.paper("receipt").exists(),
    )
