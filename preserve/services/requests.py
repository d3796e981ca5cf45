"""Requests for evidence: entered, examined, decided, delivered, acknowledged; what waits, and use by year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from preserve.access.dip import assembling
from preserve.access.dip.assembling import Handover as Handover
from preserve.access.dip.handing import file_name
from preserve.access.redaction.measuring import write_pages
from preserve.access.redaction.template import write_template
from preserve.access.requests import steps
from preserve.access.requests.entering import Asked, Entry
from preserve.access.requests.entering import open_request as open_one
from preserve.access.requests.model import Concern, Consumer, Delivery, Form
from preserve.access.requests.model import Examination as Examination
from preserve.access.requests.procedure import REQUESTS
from preserve.access.requests.steps import Opinion as Opinion
from preserve.administration.duties import Duty
from preserve.errors import UsageError
from preserve.messages import say
from preserve.services.documents import FindingShown
from preserve.services.found_done import found_done
from preserve.services.operation import Arguments, Look, command, job, query
from preserve.services.redaction_drafts import proposals
from preserve.services.runs import Runs
from preserve.services.session import Session

FORMS: tuple[Form, ...] = get_args(Form)
"""What may be wanted of each file."""


class Span(NamedTuple):
    """A range of a recording, in seconds."""

    begin: float
    end: float

    @classmethod
    def parse(cls, text: str) -> Span:
        """`1:02:03-1:05:00`, `2:03-2:10`, `5-7.5`. Raises UsageError."""
        try:
            begin, end = (_seconds(part) for part in text.split("-"))
        except ValueError as error:
            raise UsageError("request.range-wrong", text) from error
        return cls(begin, end)


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(?:(\d+):)?(\d+):(\d{2}(?:\.\d+)?)|(\d+(?:\.\d+)?)", text.strip())
    if not match:
        raise ValueError(text)
    if match[4]:
        return float(match[4])
    return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3])


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What is asked for and by whom: whole cases, or stages and objects of one case; `papers` are kind and file."""

    consumer: Consumer
    cases: Sequence[str]
    purpose: str
    papers: Sequence[tuple[str, Path]] = ()
    stages: Sequence[str] = ()
    objects: Sequence[str] = ()
    span: Span | None = None
    form: Form = "original"
    urgent: str = ""
    received: date | None = None
    due: date | None = None

    def entry(self) -> Entry:
        """The request as it is entered. Raises UsageError for what cannot be asked for together."""
        return Entry(self.consumer, self._asked(), self.purpose, self.papers, self.urgent, self.received, self.due)

    def _asked(self) -> list[Asked]:
        if (self.stages or self.objects) and len(self.cases) > 1:
            raise UsageError("request.one-case")
        if self.span and len(self.objects) != 1:
            raise UsageError("request.range-wrong", "")
        begin, end = self.span or (None, None)
        asked = [Asked(self.cases[0], object=name, begin=begin, end=end, form=self.form) for name in self.objects]
        asked += [Asked(self.cases[0], stage=stage, form=self.form) for stage in self.stages]
        return asked or [Asked(case, form=self.form) for case in self.cases]


@dataclass(frozen=True, slots=True)
class Opened:
    """A request that was entered; `due_certain` unless the calendar does not reach its last day."""

    number: str
    due: date
    state: str
    due_certain: bool


@command("request.open", duty=Duty.OPEN_REQUEST)
def open_request(session: Session, wish: OpenRequest) -> Opened:
    """Enter a request (regulation Art. 21). Raises Refused where a document is missing, or what is asked for is."""
    made = open_one(session.actor, wish.entry())
    return Opened(made.number, made.due, made.state, made.due_certain)


@dataclass(frozen=True, slots=True)
class Stepped:
    """A request, and the state it is in after a step."""

    number: str
    state: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What an examination came to: what is proposed, how many files that would be, and what stands against it."""

    number: str
    state: str
    opinion: Literal["grant", "refuse"]
    files: int
    concerns: tuple[Concern, ...]


@command("request.examine", duty=Duty.EXAMINE, subject="number")
def examine(session: Session, number: str, opinion: Opinion) -> Examined:
    """Say what is to be given, what stands against it, and what is to be redacted. Raises Refused, NotPermitted.

    `seen`, here and in each step: the digest of the record that was seen; Changed is raised where it is not the last.
    """
    done = steps.examine(session.actor, number, opinion)
    assert done.examination is not None
    examination = done.examination
    return Examined(number, done.state, examination.opinion, len(examination.selection), examination.concerns)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A redaction plan to fill in: where it lies, of how many files, and the pages to measure on."""

    number: str
    file: Path
    files: int
    pages: tuple[Path, ...]
    rows: int = 0
    """Rows that a machine drafted; nobody has confirmed them."""


def _pages_or_record(arguments: Arguments) -> str:
    shown = arguments["pages"] or arguments["draft"]
    return "request-pages.viewed" if shown else "request-record.viewed"


@query("request.redactions", duty=Duty.EXAMINE, subject="number", look=Look(_pages_or_record))
def draft_redactions(
    session: Session, number: str, target: Path, *, pages: Path | None = None, draft: bool = False
) -> Drafted:
    """Draft a redaction plan as a workbook, with `pages` also pictures of the pages to measure on.

    With `draft` it has what the machine proposes, as rows that `examine` refuses until each is confirmed.
    """
    home = session.archive.home
    mark = say("redaction.measure-mark", account=session.person.account, number=number)
    proposed = proposals(session, number) if draft else {}
    with session.archive.catalogue.read() as connection:
        files = write_template(home, connection, number, target, proposed)
        made = write_pages(home, connection, number, pages, mark) if pages is not None else []
    return Drafted(number, target, files, tuple(made), sum(len(one.rows) for one in proposed.values()))


@command("request.approve", duty=Duty.DECIDE, subject="number", confirmed=True)
def approve(session: Session, number: str, *, article: str = "21", reason: str = "", seen: str = "") -> Stepped:
    """The head, or whoever decides in the head's place, approves (regulation Art. 21)."""
    done = steps.decide(session.actor, number, approve=True, article=article, reason=reason, seen=seen)
    return Stepped(number, done.state)


@command("request.refuse", duty=Duty.DECIDE, subject="number", confirmed=True)
def refuse(session: Session, number: str, *, article: str, reason: str, seen: str = "") -> Stepped:
    """The head, or whoever decides in the head's place, refuses, with article and reason."""
    done = steps.decide(session.actor, number, approve=False, article=article, reason=reason, seen=seen)
    return Stepped(number, done.state)


@command("request.withdraw", duty=Duty.OPEN_REQUEST, subject="number")
def withdraw(session: Session, number: str, *, reason: str, seen: str = "") -> Stepped:
    """Take a request back before anything was delivered."""
    return Stepped(number, steps.withdraw(session.actor, number, reason=reason, seen=seen).state)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What was handed over, where it lies, and what a person should know of it."""

    number: str
    state: str
    place: Path
    delivery: Delivery
    findings: tuple[FindingShown, ...]


_AS_JOB = Runs(place="number", secret=("handover.password",), folder="handover.target")


@job("request.deliver", duty=Duty.DELIVER, subject="number", runs=_AS_JOB)
def deliver(session: Session, number: str, handover: Handover) -> Delivered:
    """Make the DIP of an approved request, into a folder: exactly what the head approved (Art. 21, 23)."""
    before = found_done(session, REQUESTS, number, "delivered")
    if before is not None and before.delivery is not None:
        made = before.delivery
        place = handover.device or handover.target / file_name(made.dip, handover.form)
        if made.form == handover.form and place.exists():
            return Delivered(number, before.state, place, made, ())
    done = assembling.deliver(session.actor, number, handover, session.progress)
    return Delivered(number, done.request.state, done.place, done.delivery, done.findings)


@command("request.return", duty=Duty.DELIVER, subject="number")
def acknowledge(
    session: Session,
    number: str,
    *,
    receiver: str,
    receipt: Path | None = None,
    carrier_returned: bool = False,
    outcome: str = "",
    seen: str = "",
) -> Stepped:
    """Write down who received it, the signed receipt, and what came of it (利用效果)."""
    done = steps.acknowledge(session.actor, number, steps.Receipt(receiver, receipt, carrier_returned, outcome, seen))
    return Stepped(number, done.state)
