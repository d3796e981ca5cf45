"""The description of a deposit that waits, drafted from its files, read from a workbook, and given out as one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metadata.identity import tidy
from preserve.clock import stamp, zone
from preserve.description.drafted import Rows, put
from preserve.description.fields import without_empty
from preserve.description.vocabulary import read_vocabulary
from preserve.description.workbook import write_workbook
from preserve.description.writing import write_json
from preserve.errors import Conflict, NotFound
from preserve.ingest.case_systems.deposits import over_a_draft
from preserve.ingest.draft import draft as draft_from_files
from preserve.ingest.draft import read_drafting
from preserve.ingest.foreign.drafting import draft_package, package_at
from preserve.ingest.handing_in.access import Known, require_change
from preserve.ingest.handing_in.described import draft_of, keep, read_sent
from preserve.ingest.handing_in.offers import Offer, Settled, keep_offers, pictures_of, read_offers, settle_offer
from preserve.ingest.heads import read_heads
from preserve.services.deposit_descriptions import DraftKept, described, kept, rows_of
from preserve.services.documents import FindingShown
from preserve.services.given_deposits import HANDING_IN
from preserve.services.operation import command, job, query
from preserve.services.runs import Runs
from preserve.services.session import Session
from preserve.services.uploads import enter
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
def draft(session: Session, deposit: str, *, read: bool = False) -> Drafted:
    """Draft the description from what the files show by themselves; what somebody filled in already stays.

    With `read` a machine reads the first pages of the scans too: what it reads is offered beside the form, and nothing
    of it is filled in. Raises NotFound, Conflict, ToolMissing where the extra is not here.
    """
    place, _ = described(session, deposit)
    require_change(place, session.person)
    session.progress.begin("deposit.drafting")
    return drafted(session, place, read=read)


def drafted(session: Session, place: Known, *, read: bool = False) -> Drafted:
    """The same of a deposit that was found already; permission is the caller's. Raises Conflict, Refused, Busy."""
    home, before = session.home, draft_of(session.home, place)
    own, where, institution = home.profiles, zone(home.settings.time_zone), home.settings.institution
    package = package_at(place.folder, own)
    if package is None:
        content, findings = draft_from_files(place.folder, own, where, institution)
        content, told = over_a_draft(content, place.folder, own, where, institution)
        findings += told
    else:
        content, findings = draft_package(package, own, where, institution)
        read = False  # first pages are read where files lie under their own names
    plain: dict[str, Any] = json.loads(write_json(content))
    if plain["title"] == place.folder.name:
        plain["title"] = place.record.name
    merged = _merged(plain, before.content)
    heads = read_heads(place.folder, merged, home.profiles, session.progress) if read else None
    place.room.path.mkdir(parents=True, exist_ok=True)
    with place.room.held():
        if place.record.kind == "inbox":
            place.room.write(place.record)
        if heads is not None:  # minutes later somebody may have filled in more, which stays as well
            before = draft_of(home, place)
            merged = _merged(plain, before.content)
            keep_offers(place.room, heads.proposals, heads.pictures)
            findings += heads.findings
        keep(home, place.room, merged, before.version, draft_of(home, place).version)
    return Drafted(place.room.id, len(merged["objects"]), tuple(findings))


def _merged(plain: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """A draft below what somebody filled in."""
    known_rows = {tidy(str(row.get("file", ""))): row for row in rows_of(before, "objects")}
    rows = [without_empty({**row, **without_empty(known_rows.get(tidy(row["file"]), {}))}) for row in plain["objects"]]
    return without_empty({**plain, **without_empty(before)}) | {"objects": rows}


@dataclass(frozen=True, slots=True)
class OfferSettled:
    """What somebody answered to something that a machine read."""

    deposit: str
    number: int
    taken: bool
    version: str


@command("deposit_description.settle", duty=HANDING_IN, subject="deposit")
def settle(session: Session, deposit: str, number: int, *, taken: bool) -> OfferSettled:
    """Say yes to what a machine read, so that it is filled in, or leave it. The ledger keeps who said so.

    Raises NotFound, Conflict where it is in other hands, or was answered already.
    """
    place, _ = described(session, deposit)
    require_change(place, session.person)
    with place.room.held():
        offer = _offer(place, number)
        if offer.settled is not None:
            raise Conflict("deposit.offer-settled", deposit, number=number)
        found = draft_of(session.home, place)
        one = offer.proposal
        # First the deed: a value that stands there without anybody's word would look as if a person had typed it.
        enter(session, "deposit.draft-settled", deposit, number=number, sheet=one.sheet, field=one.field, taken=taken)
        if taken:
            keep(session.home, place.room, put(found.content, [one]), found.version, found.version)
        person = session.person
        answer = Settled(taken=taken, by=person.name, account=person.account, at=stamp(session.archive.now()))
        settle_offer(place.room, number, answer)
    return OfferSettled(deposit, number, taken, draft_of(session.home, place).version)


def _offer(place: Known, number: int) -> Offer:
    found = next((one for one in read_offers(place.room) if one.number == number and one.asks), None)
    if found is None:
        raise NotFound("deposit.no-offer", place.room.id, number=number)
    return found


@dataclass(frozen=True, slots=True)
class LinePicture:
    """The picture of a line that was read, where it lies for whoever shows it."""

    deposit: str
    number: int
    path: Path


@query("deposit_description.line", duty=HANDING_IN, subject="deposit", look=LOOK)
def line(session: Session, deposit: str, number: int) -> LinePicture:
    """The picture beside an offer, as PNG. Raises NotFound, Conflict."""
    place, _ = described(session, deposit)
    pictures = pictures_of(place.room)
    if number not in pictures:
        raise NotFound("deposit.no-offer", deposit, number=number)
    return LinePicture(deposit, number, pictures[number])


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
    known, pictures = Rows(draft.content), pictures_of(place.room)
    offers = [one for one in read_offers(place.room) if one.is_open(known)]
    write_workbook(
        part,
        draft.content,
        read_vocabulary(own),
        volumes=read_drafting(own).volumes.divide,
        proposals=[one.proposal for one in offers],
        pictures={at: pictures[one.number].read_bytes() for at, one in enumerate(offers) if one.number in pictures},
    )
    part.replace(target)
    return DescriptionFile(deposit, target)
