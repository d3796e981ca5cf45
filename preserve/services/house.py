"""A house of several fonds: founded, archives added to it, looked over by counts, and held to the umbrella ledger."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from preserve.access.requests.entering import Asked, Entry
from preserve.access.requests.entering import open_request as open_one
from preserve.access.requests.model import Consumer
from preserve.administration.actor import Actor
from preserve.administration.duties import Duty, Role
from preserve.administration.fonds_register import check_code, check_name, check_number
from preserve.administration.house import anchoring, chain, founding
from preserve.administration.house.founding import First
from preserve.administration.house.overview import overview as look_over
from preserve.administration.people import OF_HOUSE, Person
from preserve.clock import stamp
from preserve.data_management.fonds import FondsRow
from preserve.data_management.house_counts import Counts
from preserve.errors import Busy, NotIntact, PreserveError, UsageError
from preserve.outputs import new_file
from preserve.services.documents import FindingShown
from preserve.services.founding import InBucket, in_bucket
from preserve.services.operation import Arguments, Look, command, of_archive, query
from preserve.services.session import Session


def _alone(session: Session, arguments: Arguments) -> tuple[str, PreserveError]:
    """One step over the fonds of a house after the other: a killed one is gone on with by its own call alone."""
    return "house", Busy("house.busy", str(session.home.path))


@dataclass(frozen=True, slots=True)
class HouseFounded:
    """A new house, and the archive that is its register."""

    house: Path
    register: Path
    archive_id: str


@command("house.found", needs="nothing", open_to_all="there is no house yet whose people could be asked")
def found(session: Session, place: Path, institution: str, *, store: InBucket | None = None) -> HouseFounded:
    """Make a house with its register; who starts the process founds it. Raises Conflict, Busy, UsageError."""
    house = Path(os.path.abspath(place))
    home = founding.found_house(house, institution, session.language, None if store is None else in_bucket(store))
    return HouseFounded(house, home.path, home.settings.archive_id)


@dataclass(frozen=True, slots=True)
class FondsDoor:
    """A fonds by what everybody may know of it: its code, its body, the day of its end."""

    code: str
    name: str
    until: str


@dataclass(frozen=True, slots=True)
class Doors:
    """The fonds of the house that have an archive, in the order of entering."""

    fonds: tuple[FondsDoor, ...]


@query("house.doors", open_to_all="who comes in must say where; which bodies there are is public")
def doors(session: Session) -> Doors:
    """The fonds of the house by name, for who is to choose one; none where this is the archive of one body."""
    rows = founding.with_archives(session.archive)
    return Doors(tuple(FondsDoor(row.code, row.name, row.until) for row in rows))


@dataclass(frozen=True, slots=True)
class FondsFounded:
    """The archive of a fonds, and the first password of the one person who can act in it; it is shown once."""

    code: str
    home: Path
    account: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewFonds:
    """A fonds that is to have an archive in the house; `quota` bytes, 0 for no bound; the first person in it."""

    name: str
    account: str
    person: str
    number: str = ""
    quota: int = 0
    os_user: str = ""


@command("house.add", duty=Duty.REGISTER, subject="code", lock=_alone, confirmed=True)
def add(session: Session, code: str, wish: NewFonds) -> FondsFounded:
    """Enter a fonds and found its archive, in which nobody of the house can act. Raises Conflict, Refused.

    A run that was killed is gone on with by the same call.
    """
    name, quota = check_name(wish.name), _bytes(wish.quota)
    row = FondsRow(check_code(code), check_number(wish.number), name, "", "", stamp(session.archive.now()))
    first = First(wish.account, wish.person, wish.os_user)
    home, password = founding.add_fonds(session.archive, row, first, session.person)
    if quota:
        founding.limit_fonds(session.archive, code, quota, "", session.person)
    return FondsFounded(code, home.path, wish.account, password)


def _bytes(quota: int) -> int:
    if not 0 <= quota < 1 << 60:
        raise UsageError("house.quota-wrong", str(quota))
    return quota


@dataclass(frozen=True, slots=True)
class FondsKept:
    """A fonds after a step of the house."""

    code: str
    until: str
    quota: int


@command("house.close", duty=Duty.REGISTER, subject="code", lock=_alone, confirmed=True)
def close(session: Session, code: str, *, until: date, reason: str) -> FondsKept:
    """Close a fonds of the house: its archive takes no case of a later day, and stays to be read. Raises Conflict."""
    if until > session.archive.today():
        raise UsageError("fonds.close-in-future", code, until=until.isoformat())
    row = founding.close_fonds(session.archive, code, until.isoformat(), reason, session.person)
    return FondsKept(row.code, row.until, row.quota)


@command("house.number", duty=Duty.REGISTER, subject="code", lock=_alone)
def number(session: Session, code: str, number: str, *, paper: str) -> FondsKept:
    """Write down the 全宗号 that the receiving archive gave a fonds of the house, once. Raises Conflict."""
    if not number:
        raise UsageError("fonds.number-wrong", number)
    row = founding.number_fonds(session.archive, code, check_number(number), paper, session.person)
    return FondsKept(row.code, row.until, row.quota)


@command("house.limit", duty=Duty.REGISTER, subject="code", lock=_alone)
def limit(session: Session, code: str, quota: int, *, reason: str) -> FondsKept:
    """Set how many bytes the packages of a fonds may take; 0 takes the bound away."""
    row = founding.limit_fonds(session.archive, code, _bytes(quota), reason, session.person)
    return FondsKept(row.code, row.until, row.quota)


@dataclass(frozen=True, slots=True)
class FondsSeen:
    """One fonds as the house sees it; `counts` are missing where its archive could not be read (`failed`)."""

    code: str
    number: str
    name: str
    until: str
    quota: int
    counts: Counts | None
    anchored: int
    anchored_when: str
    failed: str


@dataclass(frozen=True, slots=True)
class HouseSeen:
    """Every fonds of the house, by counts alone."""

    fonds: tuple[FondsSeen, ...]


@query("house.overview", duty=Duty.REPORT, look=Look("house.overviewed", about=of_archive))
def overview(session: Session) -> HouseSeen:
    """What each fonds counts, and how far the umbrella ledger covers it. The log of each fonds says who looked."""
    seen = look_over(session.archive, session.person)
    return HouseSeen(
        tuple(
            FondsSeen(
                one.fonds.code,
                one.fonds.number,
                one.fonds.name,
                one.fonds.until,
                one.fonds.quota,
                one.counts,
                one.anchored,
                one.anchored_when,
                one.failed,
            )
            for one in seen
        )
    )


@dataclass(frozen=True, slots=True)
class FondsAnchored:
    """One fonds: how many of its entries the house's ledger covers now, and whether it did before."""

    code: str
    size: int
    new: bool


@dataclass(frozen=True, slots=True)
class HouseAnchored:
    """What came of anchoring; status 4 where a ledger contradicts what the house had named, 5 where one was away."""

    status: int
    fonds: tuple[FondsAnchored, ...]
    findings: tuple[FindingShown, ...]


@command("house.anchor", duty=Duty.KEEP, lock=_alone)
def anchor(session: Session) -> HouseAnchored:
    """Name the signed root of each fonds' ledger in the house's own, each held to the one named before."""
    done = anchoring.anchor(session.archive, session.person)
    findings = tuple(one.finding for one in done if one.finding is not None)
    rows = tuple(FondsAnchored(one.code, one.size, one.new) for one in done)
    status = 4 if any(one.severity == "error" for one in findings) else 5 if findings else 0
    return HouseAnchored(status, rows, findings)


@dataclass(frozen=True, slots=True)
class HouseProof:
    """A proof that was written; `entries` are the numbers of the fonds' entries in it."""

    file: Path
    code: str
    entries: tuple[int, ...]


@query("house.prove", duty=Duty.REPORT, subject="code", look=Look("house.proved"))
def prove(session: Session, code: str, entries: Sequence[int], *, target: Path) -> HouseProof:
    """Write a proof that entries of a fonds stand under the house's checkpoint; it holds hashes, no text of theirs.

    Raises NotFound where the house has not named a root over them yet.
    """
    if not entries:
        raise UsageError("house.no-entries", code)
    proof = anchoring.prove(session.archive, code, entries)
    chain.check(proof)
    with new_file(target, session.home) as out:
        out.write_bytes((json.dumps(proof, ensure_ascii=False, indent=1) + "\n").encode())
    return HouseProof(target, code, tuple(sorted(set(entries))))


@dataclass(frozen=True, slots=True)
class HouseProofChecked:
    """A proof that holds: of which fonds, and the numbers of its entries."""

    code: str
    entries: tuple[int, ...]


@query("house.check_proof", needs="nothing", open_to_all="a proof is for whoever has it; no archive is asked")
def check_proof(session: Session, proof: Path, *, key: str = "") -> HouseProofChecked:
    """Hold a proof against itself, and against the fingerprint of the house's key where it is given.

    Raises NotIntact where it does not hold.
    """
    try:
        document: Mapping[str, Any] = json.loads(proof.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotIntact("umbrella.proof-unreadable", str(proof), detail=str(error)) from error
    if not isinstance(document, dict):
        raise NotIntact("umbrella.proof-unreadable", str(proof))
    return HouseProofChecked(str(document.get("fonds", "")), chain.check(document, house_key=key))


@dataclass(frozen=True, slots=True)
class HouseRequest:
    """A request that the house entered in the archive of a fonds, whose own head decides it."""

    code: str
    number: str
    due: date


@command("house.request", duty=Duty.REPORT, subject="code")
def request(
    session: Session, code: str, cases: Sequence[str], *, purpose: str, papers: Sequence[tuple[str, Path]] = ()
) -> HouseRequest:
    """Ask a fonds for the content of cases; what is given is examined, decided and delivered there (Art. 21).

    Who asks is nobody in that archive but for this request, and is not told whether there is another case. Raises
    NotFound, Refused where a paper is missing.
    """
    asker = session.person
    guest = Person(f"{OF_HOUSE}{asker.account}", asker.name, frozenset({Role.DEPOSITOR}))
    consumer = Consumer(capacity="superior", name=session.home.settings.institution)
    entry = Entry(consumer, [Asked(case) for case in cases], purpose, papers)
    with founding.opened(founding.house_of(session.home), code) as own:
        made = open_one(Actor(own, guest), entry)
    return HouseRequest(code, made.number, made.due)
