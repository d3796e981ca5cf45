"""Entering a request: who asks, with which documents, for what, and by which day it is to be answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection

from preserve.access.requests.model import Consumer, Form, Request, Wanted
from preserve.access.requests.procedure import REQUESTS, index_details
from preserve.access.requests.profile import Capacity, read_requests_profile
from preserve.access.requests.selecting import HeldCase, read_case, resolve
from preserve.administration.actor import Actor
from preserve.administration.duties import Duty
from preserve.administration.people import Person
from preserve.administration.proceedings.records import keep_staged, staged_papers
from preserve.clock import stamp
from preserve.errors import NotFound, Refused, UsageError
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


@dataclass(frozen=True, slots=True)
class Entry:
    """A request as it is entered; `documents` are kind and file, `received` and `due` the bureau's days."""

    consumer: Consumer
    asked: Sequence[Asked]
    purpose: str
    documents: Sequence[tuple[str, Path]] = ()
    urgent: str = ""
    received: date | None = None
    due: date | None = None


def open_request(actor: Actor, entry: Entry) -> Request:
    """Enter a request. Raises Refused where a document is missing, or where what is asked for is not there."""
    profile = read_requests_profile(actor.home.profiles)
    capacity = profile.of(entry.consumer.capacity)
    received = _check(actor, entry, capacity)
    due, certain = (entry.due, True) if entry.due else _due(actor.home, capacity, received)
    moment = actor.now()
    with staged_papers(actor.home.store, entry.documents) as papers, actor.catalogue.begin() as connection:
        wanted = tuple(_wanted(actor, connection, asked, profile.not_evidence) for asked in entry.asked)
        number = REQUESTS.new_number(actor.home, connection, moment)
        folder = REQUESTS.folder_of(actor.home, number)
        request = Request(
            number=number,
            state="opened",
            step=1,
            opened=stamp(moment),
            opened_by=actor.account,
            received=received,
            due=due,
            due_certain=certain,
            urgent=entry.urgent.strip(),
            consumer=entry.consumer.model_copy(update={"capacity": capacity.name}),
            papers=tuple(keep_staged(folder, paper) for paper in papers),
            wanted=wanted,
            purpose=entry.purpose.strip(),
        )
        details = index_details(request)
        REQUESTS.open(connection, actor.home, request, actor=actor.account, moment=moment, details=details)
    return request


def _check(actor: Actor, entry: Entry, capacity: Capacity) -> date:
    """The day it came in. Raises UsageError for what is not filled in, Refused for a document that is missing."""
    consumer = entry.consumer
    if not consumer.name.strip() or not entry.purpose.strip() or not entry.asked:
        raise UsageError("request.incomplete")
    there = {kind for kind, _ in entry.documents}
    missing = [kind for kind in capacity.documents if kind not in there]
    if missing:
        raise Refused(
            "request.paper-missing",
            consumer.name,
            papers=say("words.list-comma").join(missing),
            capacity=capacity.label.spoken,
        )
    if consumer.capacity == "lawyer" and not consumer.represents:
        raise UsageError("request.represents-nobody", consumer.name)
    today = actor.archive.today()
    received = entry.received or today
    if received > today:
        raise UsageError("request.received-later", received.isoformat())
    return received


def _wanted(actor: Actor, connection: Connection, asked: Asked, apart: Collection[str]) -> Wanted:
    case = _case(actor, connection, asked)
    if asked.begin is not None and (asked.end is None or asked.end <= asked.begin or not asked.object):
        raise UsageError("request.range-wrong", asked.object or asked.case)
    wanted = Wanted(
        objid=case.objid,
        case_number=case.description.case_number,
        stage=asked.stage,
        object=asked.object,
        begin=asked.begin,
        end=asked.end,
        form=asked.form,
    )
    try:
        list(resolve(connection, wanted, case, apart))
    except Refused as error:
        raise _one_answer(actor.person, asked.case) or error from error
    return wanted


def _case(actor: Actor, connection: Connection, asked: Asked) -> HeldCase:
    try:
        return read_case(actor.home, connection, asked.case)
    except Refused as error:
        raise _one_answer(actor.person, asked.case) or error from error


def _one_answer(person: Person, case: str) -> Refused | None:
    """Who may not see cases is not told whether there is such a case, or what is in it."""
    return None if person.may(Duty.FIND) else NotFound("request.not-to-be-had", case)


def _due(home: Home, capacity: Capacity, received: date) -> tuple[date, bool]:
    """The last day; one that is no working day moves to the next that is (民事诉讼法 Art. 85)."""
    return working_day_from(read_calendar(home.profiles), received + timedelta(days=capacity.due_days))
