"""How a job is shown: whole to whom it concerns, and as a line of the queue to who keeps the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainSerializer

from metadata.findings import Finding
from preserve.administration.duties import Duty
from preserve.administration.people import Person
from preserve.data_management import jobs
from preserve.data_management.jobs import JobRow, State
from preserve.messages import language, say
from preserve.services import job_folders
from preserve.services.failures import Failure, FailureShown
from preserve.services.job_folders import JobProgress, JobStep, OutboxFile
from preserve.services.runs import Lane
from preserve.services.session import Session


def state_label(state: str) -> str:
    """A state in words."""
    return say(f"job.state-{state}")


def say_operation(name: str) -> str:
    """An operation in words, as it stands in lists of jobs."""
    return say(f"job.operation-{name.replace('.', '-').replace('_', '-')}")


OperationShown = Annotated[str, PlainSerializer(say_operation, return_type=str)]
"""An operation's name; in the document its words."""


@dataclass(frozen=True, slots=True)
class JobShown:
    """One job. `whole` is false for who may see that it is there and not what it is about: the rest is empty then.

    `result` is the document of the operation's result, `failure` what ended it otherwise.
    """

    id: str
    operation: str
    title: OperationShown
    account: str
    state: State
    lane: Lane
    attempt: int
    asked: str
    started: str
    ended: str
    whole: bool
    subject: str
    arguments: Mapping[str, Any]
    progress: JobProgress | None
    steps: tuple[JobStep, ...]
    result: Mapping[str, Any] | None
    failure: FailureShown | None
    files: tuple[OutboxFile, ...]
    may_stop: bool
    may_resume: bool


def sees_whole(person: Person, row: JobRow) -> bool:
    """Whoever keeps the machine sees that work is under way, and whose; what it is about is for who may find cases.

    A token that is limited sees as its own what was asked for within the same limits.
    """
    within = person.scopes is None or (
        row.scopes is not None and {*json.loads(row.scopes)} <= {duty.value for duty in person.scopes}
    )
    return (row.account == person.account and within) or person.may(Duty.FIND)


def shown(session: Session, row: JobRow, *, brief: bool = False) -> JobShown:
    """A job as who asks may see it; `brief` without its result."""
    home, person = session.home, session.person
    whole = sees_whole(person, row)
    steers = row.account == person.account or person.may(Duty.KEEP)
    at_work = row.state in jobs.AT_WORK
    progress = job_folders.newest(home, row.id) if whole and (at_work or not brief) else None
    return JobShown(
        id=row.id,
        operation=row.operation,
        title=row.operation,
        account=row.account,
        state=row.state,
        lane=_lane(row),
        attempt=row.attempt,
        asked=row.asked,
        started=row.started or "",
        ended=row.ended or "",
        whole=whole,
        subject=row.subject if whole else "",
        arguments=json.loads(row.arguments) if whole else {},
        progress=progress,
        steps=job_folders.steps(home, row.id) if whole and not brief else (),
        result=_result(row) if whole and not brief else None,
        failure=_failure(row) if whole else None,
        files=job_folders.files_of(home, row.id) if whole and not brief else (),
        may_stop=steers and row.state in (*jobs.WAITING, "running"),
        may_resume=steers and row.state in jobs.AGAIN,
    )


def _lane(row: JobRow) -> Lane:
    lane: Lane = row.lane  # type: ignore[assignment]  # the table has what `ask` wrote
    return lane


def _result(row: JobRow) -> Mapping[str, Any] | None:
    if row.result is None:
        return None
    both: Mapping[str, Mapping[str, Any]] = json.loads(row.result)
    return both.get(language()) or next(iter(both.values()), None)


def _failure(row: JobRow) -> Failure | None:
    if row.failure is None:
        return None
    known = json.loads(row.failure)
    found = tuple(Finding(**finding) for finding in known["findings"])
    return Failure(known["status"], known["code"], known["where"], known["values"], found)


def failure_document(failure: Failure) -> dict[str, Any]:
    """What ended a job, as codes and values: it is said when somebody reads it, in their language."""
    return {
        "status": failure.status,
        "code": failure.code,
        "where": failure.where,
        "values": dict(failure.values),
        "findings": [
            {"code": each.code, "where": each.where, "severity": each.severity, "values": dict(each.values)}
            for each in failure.findings
        ],
    }
