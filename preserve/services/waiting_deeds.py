"""What is done with a deposit that waits: checked, handed in, sent back with reasons, taken in; and its papers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from preserve.administration.duties import Duty, allows
from preserve.administration.people import may_answer
from preserve.data_management import accounts, leases
from preserve.description.problems import name_of_problem as name_of_problem
from preserve.errors import Conflict, NotFound, Refused
from preserve.ingest import runner
from preserve.ingest.handing_in import papers
from preserve.ingest.handing_in.access import Known, known, own
from preserve.ingest.handing_in.described import Draft, draft_of
from preserve.ingest.handing_in.figures import figures
from preserve.ingest.handing_in.found import keep_found, read_found
from preserve.ingest.handing_in.papers import About
from preserve.ingest.handing_in.rooms import Letter, today
from preserve.ingest.preflight import look_at
from preserve.messages import speaking
from preserve.services.deposits import Ingested, MissingCopies
from preserve.services.documents import FindingShown
from preserve.services.given_deposits import HANDING_IN
from preserve.services.operation import command, job, query
from preserve.services.pool_claims import handed_with_claims
from preserve.services.preparation import known_for_checking
from preserve.services.reading_after_ingest import after_ingest
from preserve.services.runs import Runs
from preserve.services.session import Session
from preserve.services.taken_in import take_note, taken_before
from preserve.services.uploads import enter
from preserve.services.waiting import LOOK, version_of
from preserve.work import free_space

MOST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class CheckedWaiting:
    """What a check found: `verdict` as in a table of cases; sizes are bytes (see `CheckedDeposit`)."""

    deposit: str
    ok: bool
    case_number: str
    title: str
    verdict: str
    files: int
    bytes: int
    needed: int
    room: int
    free: int
    findings: tuple[FindingShown, ...]


@job("deposits.examine", duty=HANDING_IN, subject="deposit", runs=Runs("waited", place="deposit"))
def examine(session: Session, deposit: str) -> CheckedWaiting:
    """Check a deposit that waits as ingest would, and keep what was found beside it; nothing in it is changed.

    Raises NotFound, Conflict while its files are not all there.
    """
    home = session.home
    place = known(home, session.person, deposit)
    _require_whole(place)
    version = version_of(home, place)
    session.progress.begin("ingest.checking")
    looked = look_at(home, handed_with_claims(session, place), session.progress, known_for_checking(home))
    free = free_space(home.store)
    needed = looked.forecast.get(home.settings.policy, 0)
    keep_found(place.room, version, looked.row.verdict, (needed, looked.needed, free), looked.row.findings)
    return CheckedWaiting(
        deposit=deposit,
        ok=looked.refused is None,
        case_number=looked.row.case_number,
        title=looked.row.title,
        verdict=looked.row.verdict,
        files=looked.files,
        bytes=looked.size,
        needed=needed,
        room=looked.needed,
        free=free,
        findings=looked.row.findings,
    )


def _require_whole(place: Known) -> None:
    if place.record.state == "uploading":
        raise Conflict("deposit.not-whole", place.room.id)
    if place.record.state == "taken-in":
        raise Conflict("deposit.taken-in", place.room.id)


@dataclass(frozen=True, slots=True)
class DepositState:
    """In which state a deposit is now."""

    deposit: str
    state: str


@command("deposits.hand_in", duty=HANDING_IN, subject="deposit")
def hand_in(session: Session, deposit: str) -> DepositState:
    """Give an upload of mine to the archivists; it changes no more unless they send it back. Twice is once.

    Raises NotFound, Conflict where it is not whole or was taken in, Refused where its description has mistakes.
    """
    place = own(session.home, session.person, deposit)
    with place.room.held():
        record = place.room.read()
        _require_whole(place)
        if record.state != "handed-in":
            draft = draft_of(session.home, place)
            if draft.case is None:
                code = "deposit.not-described" if draft.origin == "none" else "deposit.description-wrong"
                raise Refused(code, deposit, findings=draft.findings)
            enter(session, "deposit.handed-in", deposit, files=record.files, bytes=record.bytes)
            place.room.write(record.model_copy(update={"state": "handed-in", "handed_in": today()}))
    return DepositState(deposit, "handed-in")


@command("deposits.send_back", duty=(Duty.INGEST, Duty.ANSWER), subject="deposit")
def send_back(session: Session, deposit: str, reasons: str, codes: Sequence[str] = ()) -> DepositState:
    """Send a deposit back with a letter: the reasons in words, and of the last check the findings of these codes.

    Raises NotFound, Conflict where it is not in the archivists' hands, Refused without reasons, ToolMissing.
    """
    home = session.home
    place = known(home, session.person, deposit)
    words = reasons.strip()
    if not words or len(words) > MOST_WORDS:
        raise Refused("deposit.no-reasons", deposit, limit=MOST_WORDS)
    with place.room.held():
        record = place.record if place.record.kind == "inbox" else place.room.read()
        if record.state not in (("handed-in",) if record.kind == "upload" else ("draft", "returned")):
            raise Conflict("deposit.not-handed-in", deposit, state=record.state)
        found = read_found(place.room, None)
        told = tuple(one for one in found.findings if one.code in set(codes)) if found else ()
        moment, number = session.archive.now(), len(record.letters) + 1
        with speaking(home.settings.language):
            paper = papers.letter(home, _about(session, place), number, words, told, moment)
        place.room.put(place.room.paper(f"letter-{number}"), paper)
        enter(session, "deposit.returned", deposit, letter=number, sha256=hashlib.sha256(paper).hexdigest())
        new = Letter(
            number=number, written=today(), by=session.person.name, reasons=words, codes=tuple(dict.fromkeys(codes))
        )
        place.room.write(record.model_copy(update={"state": "returned", "letters": (*record.letters, new)}))
    return DepositState(deposit, "returned")


def _about(session: Session, place: Known) -> About:
    draft, record = draft_of(session.home, place), place.record
    size = figures(place.folder, fresh=True)
    return About(
        deposit=record.id,
        name=record.name,
        case_number=_text(draft, "case_number"),
        title=_text(draft, "title"),
        from_whom=_who(session, record.owner),
        files=size.files,
        bytes=size.bytes,
        by=session.person.name,
    )


def _who(session: Session, account: str) -> str:
    """The person beside the account, as a paper names somebody; nothing for a folder of the inbox."""
    with session.archive.catalogue.read() as connection:
        row = accounts.read_account(connection, account) if account.isascii() else None
    return f"{row.person} ({account})" if row else account


def _text(draft: Draft, name: str) -> str:
    value = draft.content.get(name)
    return value if isinstance(value, str) else ""


@job("deposits.take_in", duty=(Duty.INGEST, Duty.ANSWER), subject="deposit", runs=Runs("ingest", place="deposit"))
def take_in(session: Session, deposit: str, *, jobs: int = 0, restart: bool = False) -> Ingested:
    """Take a deposit that waits in; goes on where an earlier run stopped, with `restart` begins anew.

    A receipt is written beside it. Raises what `deposits.ingest` raises, NotFound, and Conflict where it is not whole,
    or was taken in already.
    """
    archive, person, home = session.archive, session.person, session.home
    place = known(home, person, deposit)
    if place.record.state == "taken-in" and leases.is_later_attempt():
        return taken_before(session, place.record)
    _require_whole(place)
    with archive.catalogue.read() as connection:
        behalf = "" if allows(person.roles, Duty.ANSWER) else person.deputy_of
        answerer = runner.Answerer(person.account, may_answer(connection, person), behalf)
    about, version = _about(session, place), version_of(home, place)
    try:
        done = runner.run(
            home,
            archive.catalogue,
            handed_with_claims(session, place),
            person=answerer,
            jobs=jobs,
            watcher=session.progress,
            restart=restart,
        )
    except Refused as refusal:
        _keep_refusal(place, version, refusal, free_space(home.store))
        raise
    take_note(session, place, about, done)
    after_ingest(session, done.objid)
    return Ingested(
        sip=Path(place.record.name),
        ok=True,
        status=0,
        objid=done.objid,
        name=done.name,
        case_number=done.case_number,
        location=done.name,
        files=done.files,
        originals=done.originals,
        bytes=done.size,
        resumed=done.resumed,
        sealed=done.sealed,
        missing=tuple(MissingCopies(kind, count) for kind, count in done.missing),
        findings=done.findings,
    )


def _keep_refusal(place: Known, version: str, refusal: Refused, free: int) -> None:
    """What ingest refused stands on the deposit's page as what a check found."""
    if any(one.severity in ("refuse", "error") for one in refusal.findings):
        worst = "refuse" if any(one.severity == "refuse" for one in refusal.findings) else "error"
        keep_found(place.room, version, worst, (0, 0, free), refusal.findings)


@dataclass(frozen=True, slots=True)
class DepositPaper:
    """A letter or receipt, where it lies for whoever shows it."""

    deposit: str
    name: str
    path: Path


@query("deposits.paper", duty=HANDING_IN, subject="deposit", look=LOOK)
def paper(session: Session, deposit: str, name: str) -> DepositPaper:
    """`receipt`, or `letter-1` and so on. Raises NotFound."""
    place = known(session.home, session.person, deposit)
    names = {"receipt", *(f"letter-{letter.number}" for letter in place.record.letters)}
    path = place.room.paper(name) if name in names else None
    if path is None or not path.exists():
        raise NotFound("deposit.no-paper", deposit, name=name[:40])
    return DepositPaper(deposit, name, path)
