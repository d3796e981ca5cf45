"""Jobs: long work that somebody asks for and need not wait for; it goes on when they have left."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from ulid import ULID

from metadata.identity import is_text, readable
from preserve.administration.duties import Duty
from preserve.administration.people import Person, require
from preserve.clock import stamp
from preserve.data_management import jobs
from preserve.data_management.jobs import JobRow, State
from preserve.errors import Busy, NotFound, NotPermitted
from preserve.home import Home, open_home
from preserve.services import job_arguments, job_folders
from preserve.services.job_views import JobShown, shown
from preserve.services.operation import Arguments, Look, anybody, command, query
from preserve.services.runs import Runs
from preserve.services.session import Session
from preserve.work import hold_here, start_own

WORKER_LOCK = "worker.lock"
MOST = 50
"""So many jobs are in a list, the newest."""


@dataclass(frozen=True, slots=True)
class JobAsked:
    """A job that waits now; or, with `again`, that the same key asked for before."""

    id: str
    operation: str
    state: State
    again: bool


def _of_what_is_asked(arguments: Arguments) -> tuple[Duty, ...]:
    name = arguments["operation"]
    operation, runs = job_arguments.fit(name)
    given = job_arguments.read(name, _with_folder(runs, arguments["arguments"], Path("outbox")))
    return operation.asked_for(operation.bind(arguments["session"], (), given))


def _with_folder(runs: Runs, arguments: Mapping[str, Any], place: Path) -> Mapping[str, Any]:
    return job_arguments.with_value(arguments, runs.folder, place) if runs.folder else arguments


@command("job.ask", duty=_of_what_is_asked, subject="operation")
def ask(
    session: Session, operation: str, arguments: Mapping[str, Any], *, key: str = "", subject: str = ""
) -> JobAsked:
    """Have an operation done as a job, as this person may do it; the same `key` again gives the same job.

    `subject` is what the job is about, where it is not the operation's own. Raises UsageError for arguments that the
    operation does not take, Refused for a place that is not open to jobs, NotFound for what does not run as a job,
    Conflict where the key was used for other work.
    """
    found, runs = job_arguments.fit(operation)
    job = str(ULID())
    given = job_arguments.read(operation, _with_folder(runs, arguments, job_folders.outbox(session.home, job)))
    job_arguments.require_reachable(session.home, given)
    document = job_arguments.document_of(operation, given)
    taken = {name: job_arguments.taken_out(document, name) for name in runs.secret}
    secrets = {name: secret for name, secret in taken.items() if secret}
    if runs.folder:  # each job has its own, so that the same wish is the same work
        job_arguments.taken_out(document, runs.folder)
    place = _unicode(str(given.get(runs.place) or ""))
    archive, person = session.archive, session.person
    moment = archive.now()
    row = JobRow(
        id=job,
        operation=operation,
        arguments=job_arguments.canonical(document),
        subject=_unicode(subject or _subject(found.subject, given, place)),
        account=person.account,
        key=key,
        language=session.language,
        lane=runs.lane,
        place=place,
        state="queued",
        attempt=0,
        resumed=0,
        asked=stamp(moment),
        scopes=None if person.scopes is None else json.dumps(sorted(duty.value for duty in person.scopes)),
    )
    job_folders.keep_secrets(session.home, row.id, secrets)
    try:
        with archive.catalogue.begin() as connection:
            entered, is_new = jobs.ask(connection, row, moment)
    except BaseException:
        job_folders.forget_secrets(session.home, row.id)
        raise
    if not is_new:
        job_folders.clear(session.home, row.id)
    return JobAsked(entered.id, entered.operation, entered.state, not is_new)


def _unicode(name: str) -> str:
    """A name as the table takes it: of a path in another encoding how it reads; the arguments keep its bytes."""
    return name if is_text(name) else readable(name)


def _subject(named: object, given: Mapping[str, Any], place: str) -> str:
    """What a job is about: what its operation is about, else the folder or device that it works on."""
    about = str(given.get(named) or "") if isinstance(named, str) else ""
    return about or Path(place).name


@dataclass(frozen=True, slots=True)
class JobList:
    """Jobs, the newest first; `older` is what `before` takes to go on, empty where there is none. `states` counts."""

    jobs: tuple[JobShown, ...]
    older: str
    states: Mapping[str, int]


StateWish = Literal["", "queued", "running", "stopping", "stopped", "done", "refused", "failed", "lost"]
STATES: tuple[StateWish, ...] = tuple(state for state in get_args(StateWish) if state)
"""How a job can be, by name."""


@query("job.list", duty=anybody)
def list_jobs(session: Session, *, mine: bool = False, state: StateWish = "", before: str = "") -> JobList:
    """The jobs of who asks, or of everybody where they may see that; the newest first."""
    person = session.person
    everybody = _sees_queue(person) and not mine
    with session.archive.catalogue.read() as connection:
        account = "" if everybody else person.account
        states = [state] if state else []
        rows = jobs.find(connection, account=account, states=states, before=before, limit=MOST + 1)
        counted = jobs.count(connection) if everybody else {}
    older = rows[MOST - 1].id if len(rows) > MOST else ""
    return JobList(tuple(shown(session, row, brief=True) for row in rows[:MOST]), older, counted)


@query("job.show", duty=anybody, subject="job")
def show(session: Session, job: str) -> JobShown:
    """One job: what was asked for, how far it is, how it ended. Raises NotFound where it is not theirs to see."""
    return shown(session, _row(session, job))


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file that a job made, and where it lies."""

    number: int
    name: str
    bytes: int
    place: Path


def fetchable(session: Session, job: str) -> JobRow:
    """A job whose files who asks may fetch. Raises NotFound, and NotPermitted for who may not do what it did.

    Who asked for it is no exception: a duty may be gone since, and a token may be limited to others.
    """
    row, person = _row(session, job), session.person
    duties = _duties_of(session, row)
    if not any(person.may(duty) for duty in duties):
        if row.account == person.account:
            with session.archive.catalogue.read() as connection:
                require(connection, person, duties[0])
        raise NotPermitted("job.not-yours", job)
    return row


def _fetched(session: Session, job: str, number: int) -> tuple[JobRow, JobFile]:
    row = fetchable(session, job)
    place = job_folders.file_of(session.home, job, number)
    (known,) = [one for one in job_folders.files_of(session.home, job) if one.number == number]
    return row, JobFile(number, known.name, known.bytes, place)


def _duties_of(session: Session, row: JobRow) -> tuple[Duty, ...]:
    """The duties of which who fetches what a job made needs one; none where only who asked may, and this is another."""
    operation, runs = job_arguments.fit(row.operation)
    if not callable(operation.duties):
        return operation.asked_for({})
    if row.account != session.person.account:
        return ()
    arguments = _with_folder(runs, json.loads(row.arguments), job_folders.outbox(session.home, row.id))
    return operation.asked_for(operation.bind(session, (), job_arguments.read(row.operation, arguments)))


def _named(session: Session, arguments: Arguments) -> Mapping[str, object]:
    """What the record of a fetched file names; what is not there, or not theirs, is not recorded as fetched."""
    row, known = _fetched(session, arguments["job"], arguments["number"])
    return {"number": known.number, "file": known.name, "work": row.operation}


@query("job.file", duty=anybody, subject="job", look=Look("job.file-fetched", _named))
def file(session: Session, job: str, number: int) -> JobFile:
    """One file that a job made, by its number; each fetch is recorded.

    For who may do now what the job did, and asked for it or keeps the machine. Raises NotFound, NotPermitted.
    """
    return _fetched(session, job, number)[1]


@command("job.stop", duty=anybody, subject="job")
def stop(session: Session, job: str) -> JobShown:
    """Let a job stop at its next safe point; one that waits has stopped. Raises NotFound, Conflict where it ended."""
    row = _row(session, job)
    _require_steering(session.person, row)
    archive = session.archive
    with archive.catalogue.begin() as connection:
        jobs.ask_to_stop(connection, jobs.read(connection, job), session.person.account, archive.now())
        row = jobs.read(connection, job)
    if row.state == "stopped":
        job_folders.forget_secrets(session.home, job)
        job_folders.note_state(session.home, job, row.state, stamp(archive.now()))
    return shown(session, row)


@command("job.resume", duty=anybody, subject="job")
def resume(session: Session, job: str) -> JobShown:
    """Let a job that stopped or failed wait for its turn again; it goes on where it was. Raises NotFound, Conflict."""
    row = _row(session, job)
    _require_steering(session.person, row)
    archive = session.archive
    with archive.catalogue.begin() as connection:
        jobs.ask_to_resume(connection, jobs.read(connection, job), session.person.account, archive.now())
        row = jobs.read(connection, job)
    job_folders.note_state(session.home, job, row.state, stamp(archive.now()))
    return shown(session, row)


def _sees_queue(person: Person) -> bool:
    return person.may(Duty.KEEP)


def _require_steering(person: Person, row: JobRow) -> None:
    if row.account != person.account and not person.may(Duty.KEEP):
        raise NotPermitted("job.not-yours", row.id)


def _row(session: Session, job: str) -> JobRow:
    with session.archive.catalogue.read() as connection:
        row = jobs.read(connection, job)
    if row.account != session.person.account and not _sees_queue(session.person):
        raise NotFound("job.none", job)
    return row


def start_worker_if_none(home: Path | Home) -> subprocess.Popen[bytes] | None:
    """Start a worker for a home beside this process, where it has none; it stops with this process.

    To be called in a thread that lives as long as the process: the worker takes that thread's end for ours.

    None where there is one. Raises what `open_home` raises.
    """
    opened = home if isinstance(home, Home) else open_home(home)
    busy = Busy("job.worker-there", str(opened.path))
    try:
        with hold_here(opened.work / WORKER_LOCK, busy):
            pass
    except Busy:
        return None
    arguments = ["--home", str(opened.path), "--json", "worker", "--with-parent"]
    return start_own(arguments, opened.log / "worker.txt")
