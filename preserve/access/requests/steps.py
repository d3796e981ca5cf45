"""The steps of a request: opened, examined, decided, withdrawn, delivered, acknowledged; each by who may take it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from preserve.access.dip import handing
from preserve.access.requests.model import (
    Acknowledgement,
    Consumer,
    Decision,
    Delivery,
    Examination,
    Form,
    Request,
    Selected,
    Wanted,
    Withdrawal,
)
from preserve.access.requests.procedure import REQUESTS, index_details
from preserve.access.requests.profile import Capacity, read_requests_profile
from preserve.access.requests.selecting import HeldCase, find_concerns, read_case, resolve
from preserve.administration.duties import Duty, Role
from preserve.administration.people import Person, require
from preserve.administration.proceedings.records import keep_paper
from preserve.clock import stamp
from preserve.data_management.database import Catalogue
from preserve.errors import NotPermitted, Refused, UsageError
from preserve.home import Home
from preserve.messages import say
from preserve.working_days import read_calendar, working_day_from


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, in the words of a person: case, stage or object, range of a recording in seconds, form."""

    case: str
    stage: str = ""
    object: str = ""
    begin: float | None = None
    end: float | None = None
    form: Form = "original"


def open_request(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    *,
    consumer: Consumer,
    papers: Sequence[tuple[str, Path]],
    asked: Sequence[Asked],
    purpose: str,
    urgent: str,
    received: date | None,
    due: date | None,
    moment: datetime,
) -> Request:
    """Enter a request. Raises Refused where a document is missing, or where what is asked for is not there."""
    profile = read_requests_profile(home.profiles)
    capacity = profile.of(consumer.capacity)
    if not consumer.name.strip() or not purpose.strip() or not asked:
        raise UsageError("request.incomplete")
    missing = [kind for kind in capacity.documents if kind not in {kind for kind, _ in papers}]
    if missing:
        raise Refused(
            "request.paper-missing",
            consumer.name,
            papers=say("words.list-comma").join(missing),
            capacity=capacity.label.spoken,
        )
    if consumer.capacity == "lawyer" and not consumer.represents:
        raise UsageError("request.represents-nobody", consumer.name)
    today = moment.astimezone(ZoneInfo(home.settings.time_zone)).date()
    came = received or today
    if came > today:
        raise UsageError("request.received-later", came.isoformat())
    last, certain = (due, True) if due else _due(home, capacity, came)
    with catalogue.begin() as connection:
        require(connection, person, Duty.OPEN_REQUEST)
        wanted = []
        for one in asked:
            case = _case(home, connection, person, one)
            if one.begin is not None and (one.end is None or one.end <= one.begin or not one.object):
                raise UsageError("request.range-wrong", one.object or one.case)
            row = Wanted(
                objid=case.objid,
                case_number=case.description.case_number,
                stage=one.stage,
                object=one.object,
                begin=one.begin,
                end=one.end,
                form=one.form,
            )
            _require_there(connection, person, one, row, case, profile.not_evidence)
            wanted.append(row)
        number = REQUESTS.new_number(home, connection, moment)
        folder = REQUESTS.folder_of(home, number)
        request = Request(
            number=number,
            state="opened",
            step=1,
            opened=stamp(moment),
            opened_by=person.account,
            received=came,
            due=last,
            due_certain=certain,
            urgent=urgent.strip(),
            consumer=consumer,
            papers=tuple(keep_paper(folder, kind, path) for kind, path in papers),
            wanted=tuple(wanted),
            purpose=purpose.strip(),
        )
        REQUESTS.open(connection, home, request, actor=person.account, moment=moment, details=index_details(request))
    return request


def _case(home: Home, connection: Connection, person: Person, one: Asked) -> HeldCase:
    try:
        return read_case(home, connection, one.case)
    except Refused as error:
        raise _one_answer(person, one.case) or error from error


def _require_there(
    connection: Connection, person: Person, one: Asked, wanted: Wanted, case: HeldCase, apart: Collection[str]
) -> None:
    try:
        list(resolve(connection, wanted, case, apart))
    except Refused as error:
        raise _one_answer(person, one.case) or error from error


def _one_answer(person: Person, case: str) -> Refused | None:
    """Who may not see cases is not told whether there is such a case, or what is in it."""
    return None if person.may(Duty.FIND) else Refused("request.not-to-be-had", case)


def _due(home: Home, capacity: Capacity, received: date) -> tuple[date, bool]:
    """The last day; one that is no working day moves to the next that is (民事诉讼法 Art. 85)."""
    return working_day_from(read_calendar(home.profiles), received + timedelta(days=capacity.due_days))


def examine(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    number: str,
    *,
    opinion: Literal["grant", "refuse"],
    note: str,
    left_out: Collection[str],
    plan: Path | None,
    answered: str,
    moment: datetime,
) -> Request:
    """Say what is to be given, what stands against it, and what is to be taken out of it by the redaction `plan`.

    `answered` is the reason why somebody is concerned although no party has that name. Raises Refused with every
    mistake in the plan, and where a clip ends after its recording.
    """
    from preserve.access.redaction.checking import read_checked
    from preserve.access.redaction.naming import names_given

    with catalogue.read() as connection:  # it looks into the files: nobody else should wait for that
        request, _, selection = _asked_for(connection, home, number, person, left_out)
        looked_at = [one for one in selection if one.path not in left_out]
        redacted = read_checked(home, connection, looked_at, plan)
    with catalogue.begin() as connection:
        request, held, selection = _asked_for(connection, home, number, person, left_out)
        given = [one for one in selection if one.path not in left_out]
        if given != looked_at:
            raise Refused("request.busy", number)
        profile = read_requests_profile(home.profiles)
        capacity = profile.of(request.consumer.capacity)
        concerns = [
            one.model_copy(update={"solved": "answered", "values": {**one.values, "answer": answered}})
            if one.code == "request.not-concerned" and answered
            else one
            for one in find_concerns(
                request.consumer, capacity, list(held.values()), selection, redacted, left_out, profile.not_evidence
            )
        ]
        names = names_given(home, plan, given)
        chosen = tuple(
            one.model_copy(update={"redacted": one.path in redacted, "given_as": names.get(one.path, "")})
            for one in given
        )
        if opinion == "grant" and not chosen:
            raise Refused("request.nothing-left", number)
        folder = REQUESTS.folder_of(home, number)
        paper = keep_paper(folder, "redaction-plan", plan) if plan else None
        found = Examination(
            by=person.account,
            when=stamp(moment),
            opinion=opinion,
            note=note.strip(),
            concerns=tuple(concerns),
            selection=chosen,
            left_out=tuple(left_out),
            redaction=paper,
        )
        return _step(connection, home, request, "examined", person, moment, examination=found)


def _asked_for(
    connection: Connection, home: Home, number: str, person: Person, left_out: Collection[str]
) -> tuple[Request, dict[str, HeldCase], list[Selected]]:
    """A request that this person may examine now, its cases, and the files it comes down to, each once."""
    request = REQUESTS.take(connection, home, person, number, "examined").record
    held = {objid: read_case(home, connection, objid) for objid in request.cases}
    apart = read_requests_profile(home.profiles).not_evidence
    found = (one for wanted in request.wanted for one in resolve(connection, wanted, held[wanted.objid], apart))
    selection = list(dict.fromkeys(found))
    known = {one.path for one in selection}
    for name in left_out:
        if name not in known:
            raise Refused("request.object-not-asked", name, number=number)
    return request, held, selection


def decide(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    number: str,
    *,
    approve: bool,
    article: str,
    reason: str,
    moment: datetime,
) -> Request:
    """The head, or whoever decides in the head's place, approves or refuses (regulation Art. 21).

    Raises Refused where something still stands against it, NotPermitted for a person who may not.
    """
    state: Literal["approved", "refused"] = "approved" if approve else "refused"
    if not approve and not (article.strip() and reason.strip()):
        raise UsageError("request.refusal-reason", number)
    with catalogue.begin() as connection:
        taking = REQUESTS.take(connection, home, person, number, state)
        if approve:
            _check_open_concerns(taking.record)
        made = Decision(
            by=person.account,
            on_behalf_of=taking.on_behalf_of,
            delegation=taking.delegation,
            when=stamp(moment),
            outcome=state,
            article=article.strip() or "21",
            reason=reason.strip(),
        )
        told = {"article": made.article, "on_behalf_of": made.on_behalf_of, "delegation": made.delegation}
        return _step(connection, home, taking.record, state, person, moment, told, decision=made)


def _check_open_concerns(request: Request) -> None:
    found = request.examination
    if found is None or not found.selection:
        raise Refused("request.nothing-left", request.number)
    if found.opinion == "refuse":
        raise Refused("request.against-opinion", request.number)
    left = [one for one in found.concerns if not one.solved]
    if left:
        first = left[0]
        raise Refused(
            "request.concerns-open",
            request.number,
            count=len(left),
            first=say(first.code, **{"object": first.object, **first.values}),
        )


def withdraw(
    home: Home, catalogue: Catalogue, person: Person, number: str, *, reason: str, moment: datetime
) -> Request:
    """Take a request back before anything was delivered: whoever entered it, or an archivist in their place."""
    if not reason.strip():
        raise UsageError("request.withdrawal-reason", number)
    with REQUESTS.claimed(home, number, "request.busy"), catalogue.begin() as connection:
        request = REQUESTS.take(connection, home, person, number, "withdrawn").record
        if request.opened_by != person.account and Role.ARCHIVIST not in person.roles:
            raise NotPermitted("request.withdrawn-by-another", number, account=person.account)
        handing.take_back(home, number)  # of a delivery that was killed
        made = Withdrawal(by=person.account, when=stamp(moment), reason=reason.strip())
        return _step(connection, home, request, "withdrawn", person, moment, withdrawal=made)


def note_delivery(
    connection: Connection, home: Home, person: Person, request: Request, delivery: Delivery, moment: datetime
) -> Request:
    """Write down what was delivered, in the transaction in which it is handed over."""
    told = {"dip": delivery.dip, "evidence_sha256": delivery.evidence_sha256}
    return _step(connection, home, request, "delivered", person, moment, told, delivery=delivery)


def acknowledge(
    home: Home,
    catalogue: Catalogue,
    person: Person,
    number: str,
    *,
    receiver: str,
    receipt: Path | None,
    carrier_returned: bool,
    outcome: str,
    moment: datetime,
) -> Request:
    """Write down who received it, with the signed receipt, and what came of it (利用效果)."""
    if not receiver.strip():
        raise UsageError("request.receiver-missing", number)
    with catalogue.begin() as connection:
        request = REQUESTS.take(connection, home, person, number, "returned").record
        paper = keep_paper(REQUESTS.folder_of(home, number), "receipt", receipt) if receipt else None
        made = Acknowledgement(
            by=person.account,
            when=stamp(moment),
            receiver=receiver.strip(),
            receipt=paper,
            carrier_returned=carrier_returned,
            outcome=outcome.strip(),
        )
        return _step(connection, home, request, "returned", person, moment, acknowledgement=made)


def _step(
    connection: Connection,
    home: Home,
    request: Request,
    deed: str,
    person: Person,
    moment: datetime,
    details: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Request:
    return REQUESTS.go_on(
        connection,
        home,
        request,
        deed,
        actor=person.account,
        moment=moment,
        details={**index_details(request), **(details or {})},
        **changes,
    )
